//! Those who hear of events, and are away.

use std::future::pending;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use admit::{Event, Events, MemoryStore};
use async_trait::async_trait;
use serde_json::Value;

use crate::support::Site;
use crate::support::log::Heard as Log;

/// A sink that is well, hangs once it has noted the event, or panics.
#[derive(Clone, Debug, Default)]
struct Sink {
    state: Arc<AtomicU8>,
    got: Arc<Mutex<Vec<&'static str>>>,
}

const WELL: u8 = 0;
const HANGS: u8 = 1;
const PANICS: u8 = 2;

impl Sink {
    fn is(&self, state: u8) {
        self.state.store(state, Ordering::Relaxed);
    }

    fn got(&self) -> Vec<&'static str> {
        std::mem::take(&mut *self.got.lock().unwrap())
    }
}

#[async_trait]
impl Events for Sink {
    async fn record(&self, event: &Event<'_>) {
        if matches!(event, Event::Session { .. }) {
            return;
        }
        match self.state.load(Ordering::Relaxed) {
            WELL => {}
            HANGS => {
                self.got.lock().unwrap().push("…");
                return pending().await;
            }
            _ => panic!("the webhook answered 500"),
        }
        self.got.lock().unwrap().push(event.code());
    }
}

fn site() -> (Site, Sink) {
    let sink = Sink::default();
    let ears = sink.clone();
    (Site::with(|builder| builder.events(ears).store(MemoryStore::new())), sink)
}

#[tokio::test]
async fn a_sink_that_hangs_delays_one_sign_in_by_three_seconds_and_the_next_not_at_all() {
    // FLT-027
    let (site, sink) = site();
    sink.is(HANGS);
    let log = Log::default();
    let listening = log.listen();
    let began = site.clock.clone();
    let mut browser = site.browser();
    let (_, ()) = tokio::join!(browser.sign_in(), async {
        began.until_sleepers(1).await;
        began.advance(Duration::from_secs(3));
    });
    drop(listening);
    assert_ne!(browser.session().await, Value::Null);
    // Each was handed over: the first was waited for, those behind it were not.
    assert_eq!(sink.got(), ["…", "…", "…"]);
    assert_eq!(site.auth.missed_events(), 3);
    let log = log.text();
    assert_eq!(log.matches("an event was not heard").count(), 3, "{log}");
    assert!(log.contains("create_user") && log.contains("link_account") && log.contains("sign_in"), "{log}");

    // The clock stands still now, so nobody waits.
    site.browser().sign_in().await;
    assert_eq!(site.auth.missed_events(), 4);

    // One that is back is heard in full, and waited for again once it has had time to come back.
    sink.is(WELL);
    sink.got();
    browser.sign_out().await;
    browser.sign_in().await;
    assert_eq!(sink.got(), ["sign_out", "sign_in"]);
    assert_eq!(site.auth.missed_events(), 4);
    site.clock.advance(Duration::from_secs(10));
    sink.is(HANGS);
    let (_, ()) = tokio::join!(browser.sign_in(), async {
        site.clock.until_sleepers(1).await;
        site.clock.advance(Duration::from_secs(3));
    });
    assert_eq!(site.auth.missed_events(), 5);
}

#[tokio::test]
async fn a_sink_that_panics_fails_no_request_and_is_counted() {
    // FLT-027
    let (site, sink) = site();
    sink.is(PANICS);
    let mut browser = site.browser();
    browser.sign_in().await;
    assert_ne!(browser.session().await, Value::Null);
    browser.sign_out().await;
    assert_eq!(browser.session().await, Value::Null);
    assert_eq!(site.auth.missed_events(), 4);
    sink.is(WELL);
    browser.sign_in().await;
    assert_eq!(sink.got(), ["sign_in"]);
}
