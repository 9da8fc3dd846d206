//! `GET …/signout` asks, `POST …/signout` ends.

use std::time::Duration;

use admit::{AuthBuilder, MemoryStore};
use http::StatusCode;
use serde_json::Value;

use crate::support::rules::Rules;
use crate::support::{ORIGIN, Site, location, set_cookies, shown};

/// The same tests hold wherever the session lives.
fn homes() -> [Site; 2] {
    [Site::new(), Site::with(|builder| builder.session_store(MemoryStore::new()).danger_single_process_refresh())]
}

#[tokio::test]
async fn signing_out_takes_the_session_and_goes_back() {
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    let token = browser.csrf_token().await;
    let answer = browser.post("/api/auth/signout", &[("csrfToken", &token), ("callbackUrl", "/bye")]).await;
    insta::assert_snapshot!(shown(&answer), @r"
    302 Found
    cache-control: private, no-cache, no-store
    expires: 0
    location: https://app.example/bye
    pragma: no-cache
    set-cookie: __Secure-authjs.callback-url=https%3A%2F%2Fapp.example%2Fbye; Path=/; HttpOnly; Secure; SameSite=Lax
    set-cookie: __Secure-authjs.session-token=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax
    ");
    assert_eq!(browser.session_cookies(), [""; 0]);
    assert_eq!(browser.session().await, Value::Null);
}

#[tokio::test]
async fn signing_out_without_a_session_is_the_same_answer_without_deletions() {
    let site = Site::new();
    let mut browser = site.browser();
    browser.csrf_token().await;
    let answer = browser.sign_out().await;
    insta::assert_snapshot!(shown(&answer), @r"
    302 Found
    cache-control: private, no-cache, no-store
    expires: 0
    location: https://app.example
    pragma: no-cache
    ");
}

#[tokio::test]
async fn the_official_client_is_told_in_json_where_to_go_on() {
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    browser.headers.insert("x-auth-return-redirect", "1".parse().unwrap());
    let answer = browser.sign_out().await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(crate::support::json(&answer), serde_json::json!({ "url": format!("{ORIGIN}/dashboard") }));
    assert_eq!(browser.session_cookies(), [""; 0]);
}

#[tokio::test]
async fn a_copy_of_the_cookie_is_dead_afterwards() {
    // SES-005
    for site in homes() {
        let mut browser = site.browser();
        browser.sign_in().await;
        let mut copy = site.browser();
        copy.jar = browser.jar.clone();
        assert_eq!(copy.session().await["user"]["name"], "Norma Paulk");
        let mut older = site.browser();
        older.jar = copy.jar.clone();
        browser.sign_out().await;
        for mut replay in [copy, older] {
            assert_eq!(replay.session().await, Value::Null);
            assert_eq!(replay.current("/").session().await.unwrap(), None);
        }
    }
}

#[tokio::test]
async fn a_slow_request_does_not_bring_the_session_back() {
    // SES-006
    for site in homes() {
        let mut browser = site.browser();
        browser.sign_in().await;
        // Old enough that a guarded request would write it anew.
        site.clock.advance(Duration::from_secs(2 * 86_400));
        let slow = browser.current("/report");
        assert!(slow.session().await.unwrap().is_some());
        browser.sign_out().await;
        assert_eq!(slow.set_cookies().await.len(), 0);
        browser.finish(&slow).await;
        assert_eq!(browser.session_cookies(), [""; 0]);
        assert_eq!(browser.session().await, Value::Null);
    }
}

#[tokio::test]
async fn every_chunk_of_a_large_session_is_taken_away() {
    // COK-005
    let large = |builder: AuthBuilder| {
        builder.danger_single_process_refresh().callbacks(Rules::default().jwt(|mut token, _| {
            token.insert("groups", "g".repeat(6_000));
            Ok(Some(token))
        }))
    };
    let site = Site::with(large);
    let mut browser = site.browser();
    browser.sign_in().await;
    let chunks = browser.session_cookies();
    assert!(chunks.len() > 2, "{chunks:?}");
    let answer = browser.sign_out().await;
    let deleted =
        set_cookies(&answer).iter().filter(|line| line.contains("session-token") && line.contains("Max-Age=0")).count();
    assert_eq!(deleted, chunks.len());
    assert_eq!(browser.session_cookies(), [""; 0]);
}

#[tokio::test]
async fn cookies_that_open_to_nothing_are_taken_away_too() {
    // COK-014
    for site in homes() {
        let mut browser = site.browser();
        browser.csrf_token().await;
        browser.jar.set("__Secure-authjs.session-token.1", "garbage");
        browser.jar.set("__Secure-next-auth.session-token", "garbage");
        let answer = browser.sign_out().await;
        assert_eq!(location(&answer), ORIGIN);
        assert_eq!(browser.session_cookies(), [""; 0]);
    }
}
