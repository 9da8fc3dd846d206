//! What a session's cookie is made of, and what a store keeps of it.

use std::collections::BTreeSet;

use admit::store::{SessionKey, SessionStore};
use admit::{MemoryStore, SystemRandom};
use aws_lc_rs::digest::{SHA256, digest};
use http::StatusCode;
use serde_json::Value;

use crate::support::Site;

const SESSION: &str = "__Secure-authjs.session-token";

#[tokio::test]
async fn the_value_of_a_stored_session_is_random_through_and_through_and_the_store_has_its_digest() {
    // SES-003
    let store = MemoryStore::new();
    let kept = store.clone();
    let site = Site::with(|builder| builder.store(kept).random(SystemRandom));
    let mut values = BTreeSet::new();
    for _ in 0..100 {
        let mut browser = site.browser();
        browser.sign_in().await;
        let value = browser.jar.get(SESSION).unwrap().to_owned();
        let key = SessionKey(digest(&SHA256, value.as_bytes()).as_ref().try_into().unwrap());
        let record = SessionStore::load(&store, &key).await.unwrap().unwrap();
        assert!(!record.data.windows(value.len()).any(|part| part == value.as_bytes()));
        assert!(values.insert(value));
    }
    assert_eq!(values.len(), 100);
    // 256 bits in base64url, and no place of it is the same in all: a hundred draws of 64 letters leave no doubt.
    assert!(values.iter().all(|value| value.len() == 43));
    for place in 0..42 {
        let letters: BTreeSet<_> = values.iter().map(|value| value.as_bytes()[place]).collect();
        assert!(letters.len() > 20, "place {place}: {letters:?}");
    }
}

#[tokio::test]
async fn a_value_that_was_cut_lengthened_or_put_in_capitals_opens_nothing() {
    // SES-004
    let site = Site::with(|builder| builder.store(MemoryStore::new()).random(SystemRandom));
    let mut browser = site.browser();
    browser.sign_in().await;
    let value = browser.jar.get(SESSION).unwrap().to_owned();
    let others = [&value[1..], &value[..42], &format!("{value}A"), &value.to_uppercase(), &format!("{value}%00")];
    for other in others.map(str::to_owned) {
        let mut browser = site.browser();
        browser.jar.set(SESSION, &other);
        assert_eq!(browser.session().await, Value::Null, "{other}");
    }
}

#[tokio::test]
async fn a_cookie_of_the_other_home_opens_nothing_breaks_nothing_and_is_taken_away() {
    let store = MemoryStore::new();
    let kept = store.clone();
    let in_store = Site::with(|builder| builder.store(kept));
    let in_cookie = Site::with(|builder| builder.danger_single_process_refresh());
    for (from, to) in [(&in_store, &in_cookie), (&in_cookie, &in_store)] {
        let mut theirs = from.browser();
        theirs.sign_in().await;
        let mut browser = to.browser();
        browser.jar = theirs.jar.clone();
        assert!(!browser.current("/").is_signed_in().await.unwrap());
        assert_eq!(browser.get("/api/auth/sessions").await.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(browser.session().await, Value::Null);
        assert!(browser.session_cookies().iter().all(String::is_empty), "{:?}", browser.session_cookies());
        browser.sign_in().await;
        assert_ne!(browser.session().await, Value::Null);
        assert_ne!(theirs.session().await, Value::Null, "theirs goes on where it is");
    }
}
