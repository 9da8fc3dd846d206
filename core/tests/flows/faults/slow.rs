//! A database that takes two seconds for each answer.

use std::time::Duration;

use admit::{Clock, MemoryStore};
use admit_testkit::Faulty;
use admit_testkit::azure_devops::Stage;
use http::StatusCode;
use serde_json::Value;

use crate::support::Site;

fn site() -> (Site, Faulty<MemoryStore>) {
    let store = Faulty::new(MemoryStore::new());
    let kept = store.clone();
    (Site::with(|builder| builder.store(kept)), store)
}

/// What comes of it, and how long that took, while the clock goes on by a second whenever somebody waits for it.
async fn timed<T>(site: &Site, doing: impl Future<Output = T>) -> (T, Duration) {
    let (mut doing, began) = (std::pin::pin!(doing), site.clock.now());
    loop {
        tokio::select! {
            biased;
            done = &mut doing => return (done, site.clock.now().since(began)),
            () = site.clock.until_sleepers(1) => {
                site.clock.advance(Duration::from_secs(1));
                tokio::task::yield_now().await;
            }
        }
    }
}

#[tokio::test]
async fn two_seconds_for_each_answer_make_requests_slow_and_break_none() {
    // FLT-008
    let (site, store) = site();
    let mut browser = site.browser();
    let back = browser.consent("/in").await;
    store.slow_down(site.clock.clone(), Duration::from_secs(2));
    let calls = store.calls("");
    let (answer, took) = timed(&site, browser.get(&back)).await;
    assert_eq!(answer.status(), StatusCode::FOUND);
    // The three probes go at once.
    let in_turn = u32::try_from(store.calls("") - calls - 2).unwrap();
    assert!(took <= in_turn * Duration::from_secs(3), "{in_turn} calls took {took:?}");
    let (session, took) = timed(&site, browser.session()).await;
    assert_ne!(session, Value::Null);
    assert!(took < Duration::from_secs(5), "a read took {took:?}");

    // Beyond five seconds the code is kept for later.
    let mut browser = site.browser();
    let back = browser.consent("/in").await;
    let exchanges = site.azure.count(Stage::Token);
    store.slow_down(site.clock.clone(), Duration::from_secs(60));
    let (answer, took) = timed(&site, browser.get(&back)).await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(took <= Duration::from_secs(6), "{took:?}");
    assert_eq!(site.azure.count(Stage::Token), exchanges);
}

#[tokio::test]
async fn whoever_needs_no_store_does_not_wait_for_one_that_hangs() {
    // FLT-008
    let (site, store) = site();
    let mut browser = site.browser();
    browser.sign_in().await;
    let held = store.hold("sessions.load");
    let waiting: Vec<_> = (0..50).map(|_| browser.current("/")).collect();
    let waiting: Vec<_> =
        waiting.into_iter().map(|current| tokio::spawn(async move { current.is_signed_in().await })).collect();
    held.until_waiting(50).await;
    let mut stranger = site.browser();
    for path in ["providers", "csrf", "signin", "error", "session"] {
        assert_eq!(stranger.get(&format!("/api/auth/{path}")).await.status(), StatusCode::OK, "{path}");
    }
    // They begin a sign-in, too: that writes to no store.
    stranger.start("/").await;
    held.release();
    for task in waiting {
        assert!(task.await.unwrap().unwrap());
    }
}
