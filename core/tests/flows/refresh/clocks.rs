//! Clocks that differ: the provider's from ours, and those of two nodes.

use std::time::Duration;

use admit::{AuthBuilder, Clock, MemoryStore};
use admit_testkit::azure_devops::{Fault, Stage};

use super::grants::{at, auth_at, azure};
use super::{AZURE, Heard, advance, works};
use crate::support::{CLIENT_SECRET, ORIGIN, Site};

#[tokio::test]
async fn neither_a_clock_an_hour_off_nor_nodes_ninety_seconds_apart_make_a_storm() {
    // FLT-018: the provider's clock and ours, then those of two nodes.
    for (ours, theirs) in [(3_600, 0), (0, 3_600)] {
        let store = MemoryStore::new();
        let site = Site::with(|builder| builder.token_store(store.clone()));
        let start = site.clock.now();
        let clock = admit_testkit::FixedClock::at(start + Duration::from_secs(ours));
        site.clock.advance(Duration::from_secs(theirs));
        let auth = auth_at(&site, ORIGIN, azure(CLIENT_SECRET), |b| b.token_store(store.clone()).clock(clock.clone()));
        let site = Site { auth, ..site };
        let mut browser = site.browser();
        browser.sign_in().await;
        for _ in 0..(6 * 60) {
            clock.advance(Duration::from_secs(60));
            advance(&site, 60);
            let current = browser.current("/");
            assert!(works(&site, current.access_token(AZURE).await.unwrap().expose()).await);
            browser.finish(&current).await;
        }
        assert!((6..=8).contains(&site.azure.refreshes()), "{} refreshes in six hours", site.azure.refreshes());
    }

    let (store, heard) = (MemoryStore::new(), Heard::default());
    let configure = |builder: AuthBuilder| builder.token_store(store.clone()).events(heard.clone());
    let site = Site::with(configure);
    let clock = admit_testkit::FixedClock::at(site.clock.now() + Duration::from_secs(90));
    let ahead = auth_at(&site, ORIGIN, azure(CLIENT_SECRET), |builder| configure(builder).clock(clock.clone()));
    let mut browser = site.browser();
    browser.sign_in().await;
    for _ in 0..(6 * 60) {
        clock.advance(Duration::from_secs(60));
        advance(&site, 60);
        for current in [browser.current("/"), at(&ahead, &browser)] {
            assert!(works(&site, current.access_token(AZURE).await.unwrap().expose()).await);
        }
    }
    assert!((6..=8).contains(&site.azure.refreshes()), "{} refreshes in six hours", site.azure.refreshes());
    assert_eq!(heard.count("needs_reauth"), 0);
}

#[tokio::test]
async fn a_node_whose_clock_is_ahead_leaves_a_lease_to_its_holder() {
    // REF-002, FLT-018: by its own clock the lease has ended eighty seconds ago.
    let (store, heard) = (MemoryStore::new(), Heard::default());
    let configure = |builder: AuthBuilder| builder.token_store(store.clone()).events(heard.clone());
    let site = Site::with(configure);
    let mut browser = site.browser();
    browser.sign_in().await;
    advance(&site, 4_000);
    let clock = admit_testkit::FixedClock::at(site.clock.now() + Duration::from_secs(90));
    let ahead = auth_at(&site, ORIGIN, azure(CLIENT_SECRET), |builder| configure(builder).clock(clock.clone()));
    site.azure.fail_once(Stage::Token, Fault::Slow(Duration::from_secs(7)));
    let (slow, fast) = (browser.current("/"), at(&ahead, &browser));
    let slow = tokio::spawn(async move { slow.access_token(AZURE).await.unwrap().expose().to_owned() });
    site.clock.until_sleepers(3).await;
    let fast = tokio::spawn(async move { fast.access_token(AZURE).await.unwrap().expose().to_owned() });
    for _ in 0..70 {
        clock.until_sleepers(1).await;
        assert_eq!(site.azure.refreshes(), 1);
        clock.advance(Duration::from_millis(100));
        site.clock.advance(Duration::from_millis(100));
    }
    let slow = slow.await.unwrap();
    // It may have looked once more after the lease was given back, or not: both are in order.
    for _ in 0..100 {
        tokio::task::yield_now().await;
        clock.advance(Duration::from_millis(100));
    }
    assert_eq!(fast.await.unwrap(), slow);
    assert_eq!((site.azure.refreshes(), heard.count("needs_reauth")), (1, 0));
}
