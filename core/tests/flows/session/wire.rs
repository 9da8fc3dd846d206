//! What the endpoint answers.

use admit::MemoryStore;
use http::StatusCode;
use serde_json::{Value, json};

use crate::support::rules::Rules;
use crate::support::{Site, json, set_cookies, shown};

const SESSION: &str = "__Secure-authjs.session-token";

#[tokio::test]
async fn nobody_is_null_and_a_stranger_is_given_the_usual_cookies() {
    let site = Site::new();
    insta::assert_snapshot!(shown(&site.browser().get("/api/auth/session").await), @r"
    200 OK
    cache-control: private, no-cache, no-store
    content-type: application/json
    expires: 0
    pragma: no-cache
    set-cookie: __Host-authjs.csrf-token=ce56971cde355897421efc0b1046c8bf2f537eddbfbc7b9864f6e7ff7a82f2c3%7C1d153339255ac1b8ada8aa41504a0467f44259ab5260a74111d01fbd4b0748eb; Path=/; HttpOnly; Secure; SameSite=Lax
    set-cookie: __Secure-authjs.callback-url=https%3A%2F%2Fapp.example; Path=/; HttpOnly; Secure; SameSite=Lax

    null
    ");
}

#[tokio::test]
async fn a_session_has_the_members_of_the_wire_and_its_cookie_is_sealed_anew() {
    // SES-012
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    let before = browser.jar.get(SESSION).unwrap().to_owned();
    let answer = browser.get("/api/auth/session").await;
    insta::assert_snapshot!(shown(&answer), @r#"
    200 OK
    cache-control: private, no-cache, no-store
    content-type: application/json
    expires: 0
    pragma: no-cache
    set-cookie: __Secure-authjs.session-token=(3059 characters); Path=/; Expires=Mon, 21 Dec 2026 22:26:40 GMT; HttpOnly; Secure; SameSite=Lax

    {
      "expires": "2026-12-21T22:26:40.000Z",
      "user": {
        "email": "norma@fabrikam.example",
        "name": "Norma Paulk"
      }
    }
    "#);
    assert_ne!(browser.jar.get(SESSION).unwrap(), before);
    assert!(answer.body().starts_with(br#"{"user":{"name":"#));
    assert_eq!(browser.jar.refused(), [""; 0]);
}

#[tokio::test]
async fn a_stored_session_is_shown_alike_and_its_cookie_stays() {
    let site = Site::with(|builder| builder.session_store(MemoryStore::new()).danger_single_process_refresh());
    let mut browser = site.browser();
    browser.sign_in().await;
    let before = browser.jar.get(SESSION).unwrap().to_owned();
    assert_eq!(before.len(), 43);
    insta::assert_snapshot!(shown(&browser.get("/api/auth/session").await), @r#"
    200 OK
    cache-control: private, no-cache, no-store
    content-type: application/json
    expires: 0
    pragma: no-cache
    set-cookie: __Secure-authjs.session-token=812kMCefl-4ZMtoeaG4RNBLnmp3gBDwz1PNurexHPl0; Path=/; Expires=Mon, 21 Dec 2026 22:26:40 GMT; HttpOnly; Secure; SameSite=Lax

    {
      "expires": "2026-12-21T22:26:40.000Z",
      "user": {
        "email": "norma@fabrikam.example",
        "name": "Norma Paulk"
      }
    }
    "#);
    assert_eq!(browser.jar.get(SESSION).unwrap(), before);
}

#[tokio::test]
async fn no_other_site_may_read_it() {
    // SES-026
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    browser.headers.insert("origin", "https://evil.example".parse().unwrap());
    let answer = browser.get("/api/auth/session").await;
    assert!(answer.headers().keys().all(|name| !name.as_str().starts_with("access-control-")));
}

#[tokio::test]
async fn a_session_counts_in_its_cookie_alone() {
    // SES-013
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    let value = browser.jar.get(SESSION).unwrap().to_owned();
    let mut other = site.browser();
    other.headers.insert("authorization", format!("Bearer {value}").parse().unwrap());
    for path in [format!("/api/auth/session?session={value}"), format!("/api/auth/session?{SESSION}={value}")] {
        assert_eq!(json(&other.get(&path).await), Value::Null);
    }
}

#[tokio::test]
async fn cookies_that_open_to_no_session_are_null_and_go() {
    // SES-004, COK-014
    let site = Site::new();
    let mut real = site.browser();
    real.sign_in().await;
    let value = real.jar.get(SESSION).unwrap().to_owned();
    let elsewhere = Site::with_secrets(&["another secret for tests, thirty-two bytes too"]);
    let mut stranger = elsewhere.browser();
    stranger.sign_in().await;
    let csrf = real.jar.names().into_iter().find(|name| name.contains("csrf")).unwrap().to_owned();
    for dead in [
        "garbage".to_owned(),
        "a.b.c.d.e".to_owned(),
        "....".to_owned(),
        value[..value.len() - 1].to_owned(),
        format!("{value}A"),
        stranger.jar.get(SESSION).unwrap().to_owned(),
        value.to_ascii_lowercase(),
        real.jar.get(&csrf).unwrap().to_owned(),
    ] {
        let mut browser = site.browser();
        browser.csrf_token().await;
        browser.jar.set(SESSION, &dead);
        let answer = browser.get("/api/auth/session").await;
        assert_eq!(json(&answer), Value::Null);
        let gone = format!("{SESSION}=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax");
        assert_eq!(set_cookies(&answer), [gone], "{dead}");
    }
}

#[tokio::test]
async fn an_update_hands_the_page_s_data_to_the_callbacks() {
    let rules = Rules::default()
        .jwt(|mut token, cause| {
            if let admit::JwtCause::Update { data } = cause {
                token.insert("color", data["color"].clone());
            }
            Ok(Some(token))
        })
        .session(|mut session, cause| {
            session.extra.insert("color".to_owned(), cause.token.value("color").cloned().unwrap_or_default());
            session.extra.insert("update".to_owned(), cause.update.cloned().unwrap_or_default());
            Ok(session)
        });
    let site = Site::with(|builder| builder.callbacks(rules).danger_single_process_refresh());
    let mut browser = site.browser();
    browser.sign_in().await;
    let token = browser.csrf_token().await;
    let update = json!({ "csrfToken": token, "data": { "color": "teal", "sub": "evil" } });
    let answer = browser.post_json("/api/auth/session", &update).await;
    insta::assert_snapshot!(shown(&answer), @r#"
    200 OK
    cache-control: private, no-cache, no-store
    content-type: application/json
    set-cookie: __Secure-authjs.session-token=(3081 characters); Path=/; Expires=Mon, 21 Dec 2026 22:26:40 GMT; HttpOnly; Secure; SameSite=Lax

    {
      "color": "teal",
      "expires": "2026-12-21T22:26:40.000Z",
      "update": {
        "color": "teal",
        "sub": "evil"
      },
      "user": {
        "email": "norma@fabrikam.example",
        "name": "Norma Paulk"
      }
    }
    "#);
    assert_eq!(browser.session().await["color"], "teal");
    // Without a session there is nothing to update.
    let mut stranger = site.browser();
    let token = stranger.csrf_token().await;
    let answer = stranger.post_json("/api/auth/session", &json!({ "csrfToken": token, "data": 1 })).await;
    assert_eq!((answer.status(), json(&answer)), (StatusCode::OK, Value::Null));
}
