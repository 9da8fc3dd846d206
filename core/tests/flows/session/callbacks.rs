//! What the application's callbacks can do to a session, and what happens when they fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use admit::{AuthError, JwtCause, MemoryStore};
use http::StatusCode;
use serde_json::{Value, json};

use crate::support::rules::Rules;
use crate::support::{Site, json, refusal, set_cookies};

fn site(rules: Rules) -> Site {
    Site::with(|builder| builder.callbacks(rules).danger_single_process_refresh())
}

/// A switch that a test turns while the site runs.
fn switch() -> (Arc<AtomicBool>, Arc<AtomicBool>) {
    let switch = Arc::new(AtomicBool::new(false));
    (Arc::clone(&switch), switch)
}

#[tokio::test]
async fn a_jwt_callback_that_returns_none_ends_the_session_and_every_copy() {
    for stored in [false, true] {
        let (ended, switch) = switch();
        let rules = Rules::default().jwt(move |token, _| Ok((!switch.load(Ordering::Relaxed)).then_some(token)));
        let site = Site::with(|builder| {
            let builder = builder.callbacks(rules).danger_single_process_refresh();
            if stored { builder.session_store(MemoryStore::new()) } else { builder }
        });
        let mut browser = site.browser();
        browser.sign_in().await;
        let mut copy = site.browser();
        copy.jar = browser.jar.clone();
        ended.store(true, Ordering::Relaxed);
        let answer = browser.get("/api/auth/session").await;
        assert_eq!(json(&answer), Value::Null);
        assert_eq!(browser.session_cookies(), [""; 0]);
        ended.store(false, Ordering::Relaxed);
        assert_eq!(copy.session().await, Value::Null);
    }
}

#[tokio::test]
async fn a_guarded_request_takes_the_cookies_of_an_ended_session_away() {
    let (ended, switch) = switch();
    let site = site(Rules::default().jwt(move |token, _| Ok((!switch.load(Ordering::Relaxed)).then_some(token))));
    let mut browser = site.browser();
    browser.sign_in().await;
    ended.store(true, Ordering::Relaxed);
    let current = browser.current("/");
    assert_eq!(current.session().await.unwrap(), None);
    browser.finish(&current).await;
    assert_eq!(browser.session_cookies(), [""; 0]);
}

#[tokio::test]
async fn a_callback_that_fails_is_an_error_and_never_a_session() {
    // SES-021
    let fails = |rules: fn(Arc<AtomicBool>) -> Rules| {
        let (failing, switch) = switch();
        (failing, site(rules(switch)))
    };
    for (failing, site) in [
        fails(|switch| {
            Rules::default().jwt(move |token, _| match switch.load(Ordering::Relaxed) {
                true => Err("boom".into()),
                false => Ok(Some(token)),
            })
        }),
        fails(|switch| {
            Rules::default().session(move |session, _| match switch.load(Ordering::Relaxed) {
                true => Err("boom".into()),
                false => Ok(session),
            })
        }),
    ] {
        let mut browser = site.browser();
        browser.sign_in().await;
        failing.store(true, Ordering::Relaxed);

        let answer = browser.get("/api/auth/session").await;
        assert_eq!((answer.status(), json(&answer)), (StatusCode::OK, Value::Null));
        assert_eq!(set_cookies(&answer), [""; 0]);
        let token = browser.csrf_token().await;
        let update = browser.post_json("/api/auth/session", &json!({ "csrfToken": token })).await;
        assert_eq!((update.status(), json(&update)), (StatusCode::BAD_REQUEST, Value::Null));

        let current = browser.current("/admin");
        let error = current.session().await.unwrap_err();
        assert!(matches!(error, AuthError::Callback { .. }), "{error:?}");
        let answer = current.unavailable(&error);
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!String::from_utf8_lossy(answer.body()).contains("boom"));
        assert_eq!(current.set_cookies().await.len(), 0);

        // Nothing was lost by it.
        failing.store(false, Ordering::Relaxed);
        assert_eq!(browser.session().await["user"]["name"], "Norma Paulk");
    }
}

#[tokio::test]
async fn at_sign_in_a_failing_jwt_callback_is_the_site_s_fault_and_none_is_a_refusal() {
    let failing = site(Rules::default().jwt(|_, _| Err("boom".into())));
    let mut browser = failing.browser();
    let callback = browser.consent("/").await;
    let answer = browser.get(&callback).await;
    assert_eq!(refusal(&answer), ("/api/auth/error".into(), "Configuration".into(), "configuration".into()));
    assert_eq!(browser.session_cookies(), [""; 0]);

    let refusing = site(Rules::default().jwt(|_, _| Ok(None)));
    let mut browser = refusing.browser();
    let callback = browser.consent("/").await;
    let answer = browser.get(&callback).await;
    assert_eq!(refusal(&answer), ("/api/auth/error".into(), "AccessDenied".into(), "access_denied".into()));
    assert_eq!(browser.session_cookies(), [""; 0]);
}

#[tokio::test]
async fn what_a_callback_writes_over_the_registered_claims_has_no_effect() {
    let site = site(Rules::default().jwt(|mut token, cause| {
        if matches!(cause, JwtCause::Read) {
            token.expires_at = Some(i64::MAX);
            token.issued_at = Some(0);
            token.id = Some("fixed".to_owned());
            token.not_before = Some(i64::MAX);
            token.insert("exp", 1);
            token.insert("admit", json!({ "sid": "fixed" }));
        }
        Ok(Some(token))
    }));
    let mut browser = site.browser();
    browser.sign_in().await;
    for _ in 0..3 {
        assert_eq!(browser.session().await["expires"], "2026-12-21T22:26:40.000Z");
    }
    browser.sign_out().await;
    assert_eq!(browser.session().await, Value::Null);
}
