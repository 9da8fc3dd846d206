//! The session that begins, in either of its homes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use admit::credentials::{Credentials, Field, GivenCredentials, Verdict};
use admit::store::TokenStore;
use admit::{AccessTokenError, MemoryStore, Profile};
use http::Request;
use http::header::{CONTENT_TYPE, COOKIE};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::{HOMES, Members, PASSWORD, PATH, give, in_cookie, site};
use crate::support::{ORIGIN, Site, location, refusal};

#[tokio::test]
async fn a_session_begins_is_read_and_ends_in_both_homes() {
    // Auth.js writes a cookie in both cases, which the next read of a stored session throws away.
    for home in HOMES {
        let site = site(&Members::default(), home);
        let mut browser = site.browser();
        assert_eq!(location(&give(&mut browser, "ada", PASSWORD).await), format!("{ORIGIN}/in"));
        for _ in 0..2 {
            assert_eq!(browser.session().await["user"], json!({ "name": "Ada" }));
        }
        let session = browser.current("/").session().await.unwrap().expect("a session");
        assert_eq!(session.user.display_name(), "Ada");
        let copy = browser.jar.clone();
        browser.sign_out().await;
        assert_eq!(browser.session().await, Value::Null);
        browser.jar = copy;
        assert_eq!(browser.session().await, Value::Null, "a copy of the cookie is worth nothing");
    }
}

#[tokio::test]
async fn a_sign_in_has_an_id_of_its_own_and_ends_the_one_before() {
    // SES-001
    for home in HOMES {
        let site = site(&Members::default(), home);
        let mut browser = site.browser();
        give(&mut browser, "bo", PASSWORD).await;
        let planted = browser.jar.clone();
        give(&mut browser, "ada", PASSWORD).await;
        assert_eq!(browser.session().await["user"]["name"], "Ada");
        let mut attacker = site.browser();
        attacker.jar = planted;
        assert_eq!(attacker.session().await, Value::Null);
    }
}

#[tokio::test]
async fn a_refusal_leaves_the_session_that_was_there() {
    for home in HOMES {
        let site = site(&Members::default(), home);
        let mut browser = site.browser();
        give(&mut browser, "ada", PASSWORD).await;
        give(&mut browser, "bo", "wrong").await;
        assert_eq!(browser.session().await["user"]["name"], "Ada");
    }
}

#[tokio::test]
async fn there_are_no_tokens_to_be_had_and_none_are_kept() {
    let store = MemoryStore::new();
    let with_stores = |builder: admit::AuthBuilder| builder.session_store(store.clone()).token_store(store.clone());
    for site in [site(&Members::default(), in_cookie), site(&Members::default(), with_stores)] {
        let mut browser = site.browser();
        give(&mut browser, "ada", PASSWORD).await;
        let current = browser.current("/");
        let accounts = current.accounts().await.unwrap();
        assert_eq!(accounts.len(), 1);
        assert_eq!((accounts[0].provider.as_str(), accounts[0].subject.as_str()), ("credentials", "7"));
        let error = current.access_token("credentials").await.unwrap_err();
        assert!(matches!(error, AccessTokenError::NotConnected { .. }), "{error}");
        assert!(current.session().await.unwrap().is_some());
        assert_eq!(site.azure.requests().len(), 0);
    }
    assert!(store.page("credentials", None, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_way_back_is_one_on_this_site() {
    let site = site(&Members::default(), in_cookie);
    for (wanted, landed) in [
        ("/deep?x=1#y", format!("{ORIGIN}/deep?x=1#y")),
        ("https://app.example/in", format!("{ORIGIN}/in")),
        ("https://evil.example/in", ORIGIN.to_owned()),
        ("//evil.example", ORIGIN.to_owned()),
        ("javascript:alert(1)", ORIGIN.to_owned()),
        ("", ORIGIN.to_owned()),
    ] {
        let mut browser = site.browser();
        let token = browser.csrf_token().await;
        let form =
            [("csrfToken", token.as_str()), ("callbackUrl", wanted), ("username", "ada"), ("password", PASSWORD)];
        assert_eq!(location(&browser.post(PATH, &form).await), landed, "{wanted}");
    }
}

#[tokio::test]
async fn a_check_that_has_begun_runs_to_its_end() {
    // Else whoever guesses would hang up before the failure is counted.
    let (asked, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let counted = Arc::new(AtomicUsize::new(0));
    let (ring, wait, count) = (asked.clone(), go.clone(), counted.clone());
    let slow = Credentials::new("Acme", move |_: GivenCredentials| {
        let (ring, wait, count) = (ring.clone(), wait.clone(), count.clone());
        async move {
            ring.notify_one();
            wait.notified().await;
            count.fetch_add(1, Ordering::SeqCst);
            ring.notify_one();
            Ok(Verdict::Accepted(Profile::new("7")))
        }
    })
    .field(Field::password("pin", "PIN"));
    let site = Site::with(|builder| in_cookie(builder.provider(slow)));
    let mut browser = site.browser();
    let token = browser.csrf_token().await;
    let request = Request::post(PATH)
        .header(COOKIE, browser.jar.header(true).unwrap())
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(format!("csrfToken={token}&pin=1").into())
        .unwrap();
    let auth = site.auth.clone();
    let visit = tokio::spawn(async move { auth.handle(request).await });
    asked.notified().await;
    visit.abort();
    assert!(visit.await.unwrap_err().is_cancelled());
    go.notify_one();
    asked.notified().await;
    assert_eq!(counted.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn somebody_else_cannot_prove_it_for_whoever_is_signed_in() {
    // STP-005
    for home in HOMES {
        let site = site(&Members::default(), home);
        let mut browser = site.browser();
        give(&mut browser, "ada", PASSWORD).await;
        let again = browser.current("/pay").sign_in_again().url();
        let page = browser.get(again.strip_prefix(ORIGIN).unwrap()).await;
        let action = format!("{PATH}?reauthenticate=1");
        assert!(String::from_utf8_lossy(page.body()).contains(&action));
        for (name, lands) in [("bo", "another_person"), ("ada", "")] {
            let token = browser.csrf_token().await;
            let form =
                [("csrfToken", token.as_str()), ("callbackUrl", "/in"), ("username", name), ("password", PASSWORD)];
            assert_eq!(refusal(&browser.post(&action, &form).await).2, lands);
            assert_eq!(browser.session().await["user"]["name"], "Ada");
        }
    }
}
