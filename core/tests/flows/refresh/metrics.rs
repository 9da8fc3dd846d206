//! What is counted of refreshes, with the feature `metrics`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use admit::RefreshEnding;
use admit_testkit::azure_devops::{Fault, Stage};
use metrics::{
    Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};

use super::{advance, ask, leave, token};
use crate::support::Site;

#[tokio::test]
async fn each_ending_is_counted_and_timed_by_the_names_in_the_book_and_without_a_secret() {
    let counted = Counted::default();
    let _guard = metrics::set_default_local_recorder(&counted);
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    let mut secrets = vec![token(&browser).await];
    leave(&site, 60);
    site.azure.fail_once(Stage::Token, Fault::Status(http::StatusCode::BAD_GATEWAY));
    secrets.push(token(&browser).await);
    advance(&site, 6);
    let current = browser.current("/");
    secrets.push(current.access_token(super::AZURE).await.unwrap().expose().to_owned());
    browser.finish(&current).await;
    site.azure.revoke_grants("norma");
    advance(&site, 4_000);
    for _ in 0..5 {
        assert!(ask(&browser).await.is_err());
    }
    let series = counted.0.lock().unwrap().clone();
    let shown: Vec<_> = series.iter().map(|(name, count)| format!("{name} {count}")).collect();
    assert_eq!(
        shown,
        [
            "admit_refresh_seconds{provider=azure-devops,ending=refreshed} 1",
            "admit_refresh_seconds{provider=azure-devops,ending=refused} 1",
            "admit_refresh_seconds{provider=azure-devops,ending=temporarily_failed} 1",
            "admit_refresh_total{provider=azure-devops,ending=refreshed} 1",
            "admit_refresh_total{provider=azure-devops,ending=refused} 1",
            "admit_refresh_total{provider=azure-devops,ending=still_valid} 1",
            "admit_refresh_total{provider=azure-devops,ending=temporarily_failed} 1",
        ]
    );
    assert!(secrets.iter().all(|secret| !shown.join(" ").contains(secret)));

    let book = include_str!("../../../../docs/src/tokens.md");
    for name in series.keys() {
        let name = name.split('{').next().unwrap();
        assert!(book.contains(&format!("| `{name}` |")), "the book names {name}");
    }
    for ending in RefreshEnding::ALL {
        assert!(book.contains(&format!("| `{ending}` |")), "the book names {ending}");
    }
}

#[tokio::test]
async fn tokens_that_are_let_go_are_no_refresh_that_was_refused() {
    let counted = Counted::default();
    let _guard = metrics::set_default_local_recorder(&counted);
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    browser.current("/").disconnect(super::AZURE).await.unwrap();
    let series = counted.0.lock().unwrap().clone();
    assert!(series.is_empty(), "{series:?}");
}

/// Counts what is recorded, by name and labels.
#[derive(Clone, Debug, Default)]
struct Counted(Arc<Mutex<BTreeMap<String, u64>>>);

struct Series(Counted, String);

impl Counted {
    fn series(&self, key: &Key) -> Arc<Series> {
        let labels: Vec<_> = key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        Arc::new(Series(self.clone(), format!("{}{{{}}}", key.name(), labels.join(","))))
    }
}

impl Series {
    fn add(&self, count: u64) {
        *self.0.0.lock().unwrap().entry(self.1.clone()).or_default() += count;
    }
}

impl CounterFn for Series {
    fn increment(&self, value: u64) {
        self.add(value);
    }

    fn absolute(&self, _: u64) {
        panic!("nothing is set");
    }
}

impl HistogramFn for Series {
    fn record(&self, seconds: f64) {
        assert!((0.0..60.0).contains(&seconds), "{seconds}");
        self.add(1);
    }
}

impl Recorder for Counted {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.series(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        panic!("there is no gauge: {key}");
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.series(key))
    }
}
