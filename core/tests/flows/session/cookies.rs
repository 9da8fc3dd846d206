//! The cookies that carry a session: chunks, secrets, older makes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use admit::AuthBuilder;
use http::StatusCode;
use serde_json::{Value, json};

use crate::support::log::Heard;
use crate::support::rules::Rules;
use crate::support::{SECRET, Site, json, refusal, set_cookies};

const SESSION: &str = "__Secure-authjs.session-token";
const OTHER: &str = "another secret for tests, thirty-two bytes too";

/// A site whose sessions hold as much as the test says at the time.
fn sized() -> (Arc<AtomicUsize>, Site) {
    let size = Arc::new(AtomicUsize::new(0));
    let wanted = Arc::clone(&size);
    let rules = Rules::default().jwt(move |mut token, _| {
        token.insert("groups", "g".repeat(wanted.load(Ordering::Relaxed)));
        Ok(Some(token))
    });
    (size, Site::with(|builder: AuthBuilder| builder.callbacks(rules).danger_single_process_refresh()))
}

#[tokio::test]
async fn a_large_session_goes_in_chunks_and_a_smaller_one_leaves_none_behind() {
    // COK-005, COK-006
    let (size, site) = sized();
    let mut browser = site.browser();
    size.store(6_000, Ordering::Relaxed);
    browser.sign_in().await;
    assert_eq!(browser.session_cookies(), [0, 1, 2].map(|index| format!("{SESSION}.{index}")));
    assert_eq!(browser.jar.get(&format!("{SESSION}.0")).unwrap().len(), 3936);
    assert_eq!(browser.session().await["user"]["name"], "Norma Paulk");

    size.store(2_000, Ordering::Relaxed);
    let answer = browser.get("/api/auth/session").await;
    let deleted = format!("{SESSION}.2=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax");
    assert!(set_cookies(&answer).contains(&deleted), "{:?}", set_cookies(&answer));
    assert_eq!(browser.session_cookies(), [0, 1].map(|index| format!("{SESSION}.{index}")));

    size.store(0, Ordering::Relaxed);
    browser.session().await;
    assert_eq!(browser.session_cookies(), [SESSION]);
    assert_eq!(browser.session().await["user"]["name"], "Norma Paulk");

    size.store(6_000, Ordering::Relaxed);
    let current = browser.current("/");
    current.session().await.unwrap();
    browser.finish(&current).await;
    assert_eq!(browser.session_cookies(), [0, 1, 2].map(|index| format!("{SESSION}.{index}")));
    assert_eq!(browser.jar.refused(), [""; 0]);
}

#[tokio::test]
async fn a_session_that_fits_no_browser_is_refused_by_name() {
    // COK-006
    let (size, site) = sized();
    let mut browser = site.browser();
    size.store(40_000, Ordering::Relaxed);
    let callback = browser.consent("/").await;
    let answer = browser.get(&callback).await;
    assert_eq!(refusal(&answer), ("/api/auth/error".into(), "Configuration".into(), "session_too_large".into()));
    assert_eq!(browser.session_cookies(), [""; 0]);

    // One that has grown too large keeps the cookies it had.
    size.store(0, Ordering::Relaxed);
    browser.sign_in().await;
    size.store(40_000, Ordering::Relaxed);
    let token = browser.csrf_token().await;
    let update = browser.post_json("/api/auth/session", &json!({ "csrfToken": token })).await;
    assert_eq!((update.status(), json(&update)), (StatusCode::BAD_REQUEST, Value::Null));
    size.store(0, Ordering::Relaxed);
    assert_eq!(browser.session().await["user"]["name"], "Norma Paulk");
}

#[tokio::test]
async fn a_session_that_outgrows_its_cookies_is_not_lost_and_the_log_says_what_helps() {
    // COK-006
    let (size, site) = sized();
    let mut browser = site.browser();
    browser.sign_in().await;
    size.store(40_000, Ordering::Relaxed);
    let heard = Heard::default();
    let listening = heard.listen();
    let answer = browser.get("/api/auth/session").await;
    assert_eq!((answer.status(), json(&answer)), (StatusCode::INTERNAL_SERVER_ERROR, Value::Null));
    let current = browser.current("/");
    assert!(current.is_signed_in().await.unwrap());
    assert!(current.set_cookies().await.is_empty());
    drop(listening);
    let remedy = "keep less in it, give a token_store or a session_store, or raise max_session_cookies";
    assert_eq!(heard.text().matches(remedy).count(), 2, "{}", heard.text());
    assert_eq!(browser.session_cookies(), [SESSION]);
    size.store(0, Ordering::Relaxed);
    assert_eq!(browser.session().await["user"]["name"], "Norma Paulk");
}

#[tokio::test]
async fn only_chunks_without_a_gap_are_a_session_and_look_alikes_do_no_harm() {
    // COK-013
    let (size, site) = sized();
    size.store(6_000, Ordering::Relaxed);
    let mut browser = site.browser();
    browser.sign_in().await;
    for name in ["-old", ".x", ".00", ".-1", ".99"] {
        browser.jar.set(&format!("{SESSION}{name}"), "x");
    }
    assert_eq!(browser.session().await["user"]["name"], "Norma Paulk");
    browser.jar.remove(&format!("{SESSION}.1"));
    assert_eq!(browser.session().await, Value::Null);
    // What is left of ours goes, what only looks like it stays.
    let left = ["-old", ".x", ".00", ".-1", ".99"].map(|name| format!("{SESSION}{name}"));
    assert_eq!(browser.session_cookies(), left);
}

#[tokio::test]
async fn an_old_secret_still_opens_and_the_new_one_seals() {
    let old_site = Site::new();
    let mut browser = old_site.browser();
    browser.sign_in().await;
    let jar = browser.jar.clone();

    let rotated = Site::with_secrets(&[OTHER, SECRET]);
    let mut browser = rotated.browser();
    browser.jar = jar.clone();
    assert_eq!(browser.session().await["user"]["name"], "Norma Paulk");
    let sealed_anew = browser.jar.clone();

    let dropped = Site::with_secrets(&[OTHER]);
    let mut browser = dropped.browser();
    browser.jar = sealed_anew;
    assert_eq!(browser.session().await["user"]["name"], "Norma Paulk");
    browser.jar = jar;
    assert_eq!(browser.session().await, Value::Null);
    assert_eq!(browser.session_cookies(), [""; 0]);
}

#[tokio::test]
async fn a_planted_session_is_not_taken_over_by_who_signs_in() {
    // SES-001
    let site = Site::new();
    let mut attacker = site.browser();
    attacker.sign_in().await;
    let planted = attacker.jar.get(SESSION).unwrap().to_owned();

    let mut victim = site.browser();
    victim.jar.set(SESSION, &planted);
    let callback = victim.consent("/").await;
    victim.get(&callback).await;
    assert_ne!(victim.jar.get(SESSION).unwrap(), planted);
    assert_eq!(victim.session().await["user"]["name"], "Norma Paulk");
    // The planted one is over with the sign-in that replaced it.
    assert_eq!(attacker.session().await, Value::Null);
}

#[tokio::test]
async fn a_host_only_cookie_is_read_under_its_own_name_alone() {
    // SES-002
    let site = Site::with(|builder| builder.host_only_cookies().danger_single_process_refresh());
    let mut attacker = site.browser();
    attacker.sign_in().await;
    assert_eq!(attacker.session_cookies(), ["__Host-authjs.session-token"]);
    let planted = attacker.jar.get("__Host-authjs.session-token").unwrap().to_owned();
    let mut victim = site.browser();
    // What a sibling domain can plant has another prefix or none.
    victim.jar.set(SESSION, &planted);
    victim.jar.set("authjs.session-token", &planted);
    assert_eq!(victim.session().await, Value::Null);
    victim.sign_in().await;
    assert_eq!(victim.session().await["user"]["name"], "Norma Paulk");
    assert_eq!(victim.jar.refused(), [""; 0]);
}

#[tokio::test]
async fn of_two_cookies_with_one_name_the_one_that_opens_counts() {
    // COK-003
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    let good = browser.jar.get(SESSION).unwrap().to_owned();
    for cookies in [
        format!("{SESSION}=evil; {SESSION}={good}"),
        format!("{SESSION}={good}; {SESSION}=evil"),
        format!("{SESSION}=evil; {SESSION}=\"{good}\""),
    ] {
        let request = http::Request::get("/api/auth/session").header("cookie", cookies).body(bytes::Bytes::new());
        assert_eq!(json(&site.send(request.unwrap()).await)["user"]["name"], "Norma Paulk");
    }
}

#[tokio::test]
async fn five_hundred_chunks_are_not_put_together() {
    // COK-007
    let site = Site::new();
    let chunks: Vec<_> = (0..500).map(|index| format!("{SESSION}.{index}={}", "x".repeat(4_000))).collect();
    let request = http::Request::get("/api/auth/session").header("cookie", chunks.join("; ")).body(bytes::Bytes::new());
    let answer = site.send(request.unwrap()).await;
    assert_eq!(json(&answer), Value::Null);
    let deleted = set_cookies(&answer).into_iter().filter(|line| line.contains("Max-Age=0")).count();
    assert!((1..=16).contains(&deleted), "{deleted}");
}
