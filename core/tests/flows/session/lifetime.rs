//! How long a session lives, and when its cookie is written anew.

use std::time::Duration;

use admit::{AuthBuilder, MemoryStore};
use admit_testkit::Faulty;
use http::header::SET_COOKIE;
use serde_json::Value;

use crate::support::{Browser, Site, set_cookies};

const DAY: Duration = Duration::from_secs(86_400);
const SESSION: &str = "__Secure-authjs.session-token";

fn homes(configure: impl Fn(AuthBuilder) -> AuthBuilder) -> [Site; 2] {
    [
        Site::with(|builder| configure(builder).danger_single_process_refresh()),
        Site::with(|builder| configure(builder).session_store(MemoryStore::new()).danger_single_process_refresh()),
    ]
}

#[tokio::test]
async fn a_session_that_nobody_uses_ends() {
    // SES-008
    for site in homes(|builder| builder.max_age(DAY)) {
        let mut browser = site.browser();
        browser.sign_in().await;
        // The browser's own clock is no guard, so a copy is kept outside of it.
        let copy = browser.jar.get(SESSION).unwrap().to_owned();
        site.clock.advance(DAY - Duration::from_secs(1));
        let mut early = site.browser();
        early.jar.set(SESSION, &copy);
        assert_eq!(
            early.current("/").session().await.unwrap().map(|session| session.user.name),
            Some(Some("Norma Paulk".into()))
        );
        site.clock.advance(Duration::from_secs(20));
        let mut late = site.browser();
        late.jar.set(SESSION, &copy);
        assert_eq!(late.session().await, Value::Null);
        assert_eq!(late.session_cookies(), [""; 0]);
    }
}

#[tokio::test]
async fn no_use_keeps_a_session_beyond_its_absolute_lifetime() {
    // SES-009
    for site in homes(|builder| builder.max_age(10 * DAY).absolute_lifetime(30 * DAY)) {
        let mut browser = site.browser();
        browser.sign_in().await;
        for day in 1..30 {
            site.clock.advance(DAY);
            assert_eq!(browser.session().await["user"]["name"], "Norma Paulk", "day {day}");
        }
        let last = browser.jar.get(SESSION).unwrap().to_owned();
        site.clock.advance(DAY);
        let mut browser = site.browser();
        browser.jar.set(SESSION, &last);
        assert_eq!(browser.session().await, Value::Null);
    }
}

#[tokio::test]
async fn what_is_left_of_the_absolute_lifetime_bounds_the_expiry() {
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    assert_eq!(browser.session().await["expires"], "2026-12-21T22:26:40.000Z");
    for _ in 0..4 {
        site.clock.advance(20 * DAY);
        browser.session().await;
    }
    // Ninety days after 2026-11-21.
    assert_eq!(browser.session().await["expires"], "2027-02-19T22:26:40.000Z");
}

#[tokio::test]
async fn a_guarded_request_writes_the_cookie_once_it_is_old_and_not_before() {
    for site in homes(|builder| builder.update_age(DAY)) {
        let mut browser = site.browser();
        browser.sign_in().await;
        let unasked = browser.current("/");
        site.clock.advance(DAY - Duration::from_secs(1));
        let early = browser.current("/");
        early.session().await.unwrap();
        assert_eq!(early.set_cookies().await.len(), 0);
        site.clock.advance(Duration::from_secs(1));
        let late = browser.current("/");
        let expires = late.session().await.unwrap().unwrap().expires;
        let lines = late.set_cookies().await;
        assert_eq!(lines.len(), 1);
        assert!(lines.iter().all(http::HeaderValue::is_sensitive));
        assert!(lines[0].to_str().unwrap().contains("Expires=Tue, 22 Dec 2026 22:26:40 GMT"), "{lines:?}");
        browser.jar.apply(&lines.into_iter().map(|line| (SET_COOKIE, line)).collect());
        assert!(browser.current("/").session().await.unwrap().unwrap().expires > expires);
        // Who never asked pays nothing, and writes nothing.
        assert_eq!(unasked.set_cookies().await.len(), 0);
    }
}

#[tokio::test]
async fn the_endpoint_sends_the_cookie_each_time() {
    for site in homes(|builder| builder) {
        let mut browser = site.browser();
        browser.sign_in().await;
        for _ in 0..2 {
            let answer = browser.get("/api/auth/session").await;
            assert_eq!(set_cookies(&answer).len(), 1);
        }
    }
}

#[tokio::test]
async fn a_stored_session_whose_end_moves_no_more_is_not_written_at_every_request() {
    let store = Faulty::new(MemoryStore::new());
    let kept = store.clone();
    let site = Site::with(|builder| builder.store(kept).max_age(10 * DAY).absolute_lifetime(12 * DAY));
    let mut browser = site.browser();
    browser.sign_in().await;
    site.clock.advance(5 * DAY);
    let read = async |browser: &mut Browser<'_>| {
        let current = browser.current("/");
        assert!(current.is_signed_in().await.unwrap());
        browser.finish(&current).await;
        assert_ne!(browser.session().await, Value::Null);
    };
    for _ in 0..3 {
        read(&mut browser).await;
    }
    assert_eq!(store.calls("sessions.touch"), 1, "it moved to its absolute end");
    site.clock.advance(4 * DAY);
    for _ in 0..3 {
        read(&mut browser).await;
    }
    assert_eq!(store.calls("sessions.touch"), 1);
}
