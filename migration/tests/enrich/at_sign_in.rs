//! Evidence of whoever has just signed in.

use std::time::Duration;

use admit::{Clock, Secret};
use admit_migration::{Enriched, capture_for};
use admit_testkit::azure_devops::{Fault, Person, Stage};

use crate::site::{Site, key};

async fn token(site: &Site, ada: &Person) -> Secret {
    site.auth.access_token_of(&key(ada)).await.unwrap()
}

#[tokio::test]
async fn evidence_is_captured_by_two_requests_once_a_day() {
    let ada = Person::new("ada", "Ada");
    let site = Site::of(vec![ada.clone()]).await;
    for (hours, became, asked) in [(0, Enriched::Complete, 2), (23, Enriched::Fresh, 0), (2, Enriched::Complete, 2)] {
        site.clock.advance(Duration::from_secs(hours * 3600));
        let token = token(&site, &ada).await;
        site.azure.reset_log();
        let captured = site.in_time(capture_for(&site.auth, &key(&ada), &token)).await.unwrap();
        assert_eq!((captured, site.azure.requests().len()), (became, asked));
    }
    let (counts, _) = site.run(site.job()).await;
    assert_eq!(counts.fresh, 1, "the job need not ask again");
}

#[tokio::test]
async fn a_sign_in_waits_three_seconds_at_most_and_keeps_what_was_answered() {
    let ada = Person::new("ada", "Ada");
    let site = Site::of(vec![ada.clone()]).await;
    let token = token(&site, &ada).await;
    for fault in [Fault::Slow(Duration::from_secs(60)), Fault::TooManyRequests { retry_after: "60".to_owned() }] {
        site.auth.evidence().unwrap().delete(&key(&ada)).await.unwrap();
        site.azure.fail_once(Stage::Identity, fault);
        let begun = site.clock.now();
        let captured = site.in_time(capture_for(&site.auth, &key(&ada), &token)).await.unwrap();
        assert_eq!(captured, Enriched::Partial);
        assert!(site.clock.now().since(begun) <= Duration::from_secs(4));
        assert!(site.evidence(&ada).await.unwrap().subject_descriptor.is_some());
    }
    let (counts, end) = site.run(site.job()).await;
    end.unwrap();
    assert_eq!(counts.complete, 1, "the job comes to whom the sign-in could not wait for: {counts:?}");
}
