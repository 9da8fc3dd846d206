//! Azure DevOps wants to be asked later.

use std::num::NonZeroU32;
use std::time::Duration;

use admit::Clock;
use admit_migration::{EnrichError, Enriched};
use admit_testkit::azure_devops::{Fault, Stage};

use crate::site::{Site, crowd};

#[tokio::test]
async fn with_429_throughout_the_job_ends_and_nothing_is_lost() {
    let site = Site::of(crowd(500)).await;
    for stage in [Stage::Profile, Stage::ConnectionData, Stage::Identity, Stage::Token] {
        if stage == Stage::Token {
            site.clock.advance(Duration::from_secs(7200));
        }
        site.azure.reset_log();
        site.azure.fail_always(stage, Fault::TooManyRequests { retry_after: "7".to_owned() });
        let begun = site.clock.now();
        let (counts, end) = site.run(site.job().all()).await;
        assert!(matches!(end, Err(EnrichError::Throttled { accounts: 3 })), "{stage:?}: {end:?}");
        assert_eq!((counts.busy, counts.total()), (3, 3), "{stage:?}: {counts:?}");
        assert!(site.azure.count(stage) <= 12, "{stage:?}: {}", site.azure.count(stage));
        assert!(site.clock.now().since(begun) >= Duration::from_secs(11 * 7), "{stage:?}");

        site.azure.clear_faults();
        let (counts, end) = site.run(site.job().all()).await;
        end.unwrap();
        assert_eq!((counts.complete, counts.total()), (500, 500), "{stage:?}: {counts:?}");
        assert_eq!(site.azure.violations(), [""; 0]);
    }
}

#[tokio::test]
async fn after_a_429_the_inquiry_goes_on_where_it_was() {
    let site = Site::of(crowd(2)).await;
    site.azure.fail_once(Stage::Identity, Fault::TooManyRequests { retry_after: "40".to_owned() });
    let begun = site.clock.now();
    let (counts, end) = site.run(site.job()).await;
    end.unwrap();
    assert_eq!((counts.complete, counts.total()), (2, 2));
    assert!(site.clock.now().since(begun) >= Duration::from_secs(40));
    assert_eq!(site.asked().values().collect::<Vec<_>>(), [&2, &3, &2]);
}

#[tokio::test]
async fn a_wish_to_slow_down_with_a_success_is_kept_for_that_person_and_no_other() {
    // ADO-021
    let site = Site::of(crowd(2)).await;
    let slower = || Fault::Headers(vec![("retry-after", "20".to_owned())]);
    let mut job = site.job().rate(NonZeroU32::new(100).unwrap());
    site.azure.fail_once(Stage::Profile, slower());
    let begun = site.clock.now();
    assert_eq!(site.in_time(job.next()).await.unwrap(), Some(Enriched::Complete));
    let after = site.clock.now().since(begun);
    assert!((20_000..21_000).contains(&after.as_millis()), "{after:?}");

    site.azure.fail_once(Stage::Identity, slower());
    assert_eq!(site.in_time(job.next()).await.unwrap(), Some(Enriched::Complete));
    assert!(job.pause() < Duration::from_secs(1), "it was the last request for that person");
    assert_eq!(site.asked().values().sum::<usize>(), 6, "and nothing was asked twice");
}

#[tokio::test]
async fn accounts_follow_each_other_at_the_rate_that_was_asked_for() {
    let site = Site::of(crowd(21)).await;
    let begun = site.clock.now();
    site.run(site.job().rate(NonZeroU32::new(2).unwrap())).await.1.unwrap();
    let took = site.clock.now().since(begun).as_secs();
    assert!((10..=11).contains(&took), "{took} s");
}
