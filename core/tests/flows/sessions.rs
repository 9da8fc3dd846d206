//! `GET …/sessions` and the endings of sessions, in both homes.

use std::time::Duration;

use admit::store::UserStore as _;
use admit::{Callbacks, MemoryStore, SessionOrigin, SignInRequest};
use async_trait::async_trait;
use bytes::Bytes;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Browser, Site, json, location, refusal};

fn stored() -> Site {
    let store = MemoryStore::new();
    Site::with(|builder| builder.session_store(store.clone()).token_store(store))
}

async fn delete(browser: &mut Browser<'_>, which: &str) -> (StatusCode, Value) {
    let answer = browser.request(Method::DELETE, &format!("/api/auth/sessions/{which}"), None, Bytes::new()).await;
    (answer.status(), json(&answer))
}

#[tokio::test]
async fn a_person_sees_where_they_are_signed_in_and_ends_one_of_them() {
    // SES-016
    let site = stored();
    let (mut here, mut there) = (site.browser(), site.browser());
    here.sign_in().await;
    there.sign_in().await;
    let list = json(&here.get("/api/auth/sessions").await);
    assert_eq!(list.as_array().unwrap().len(), 2, "{list}");
    let other = list.as_array().unwrap().iter().find(|session| session["current"] == false).unwrap();
    let id = other["id"].as_str().unwrap().to_owned();
    assert_eq!(delete(&mut here, &id).await, (StatusCode::OK, json!({ "ended": 1 })));
    assert_eq!(there.session().await, Value::Null);
    assert_ne!(here.session().await, Value::Null);
    assert_eq!(delete(&mut here, &id).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn others_end_and_the_one_at_hand_stays() {
    // SES-016
    let site = stored();
    let (mut here, mut there) = (site.browser(), site.browser());
    here.sign_in().await;
    there.sign_in().await;
    assert_eq!(delete(&mut here, "others").await, (StatusCode::OK, json!({ "ended": 1 })));
    assert_eq!(there.session().await, Value::Null);
    assert_ne!(here.session().await, Value::Null);
}

#[tokio::test]
async fn all_end_at_once() {
    // SES-016
    let site = stored();
    let (mut here, mut there) = (site.browser(), site.browser());
    here.sign_in().await;
    there.sign_in().await;
    assert_eq!(delete(&mut here, "all").await, (StatusCode::OK, json!({ "ended": 2 })));
    assert_eq!((here.session().await, there.session().await), (Value::Null, Value::Null));
}

#[tokio::test]
async fn sessions_in_cookies_end_together_by_a_new_epoch() {
    // SES-016, SES-018
    let users = MemoryStore::new();
    let site = Site::with(|builder| builder.user_store(users.clone()).danger_single_process_refresh());
    let (mut here, mut there) = (site.browser(), site.browser());
    here.sign_in().await;
    there.sign_in().await;
    assert_eq!(delete(&mut here, "others").await.0, StatusCode::OK);
    assert_eq!(there.session().await, Value::Null);
    assert_ne!(here.session().await, Value::Null);
    let user = users.user_by_email("norma@fabrikam.example").await.unwrap().unwrap();
    users.set_disabled(&user.id, true).await.unwrap();
    // It was done behind admit's back: that is noticed within a second.
    site.clock.advance(Duration::from_secs(1));
    assert_eq!(here.session().await, Value::Null);
}

#[tokio::test]
async fn a_form_ends_a_session_and_comes_back() {
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    let token = browser.csrf_token().await;
    let without = browser.post("/api/auth/sessions/all/end", &[("callbackUrl", "/bye")]).await;
    assert_eq!(refusal(&without), ("/api/auth/error".into(), "MissingCSRF".into(), "csrf".into()));
    let form = [("csrfToken", token.as_str()), ("callbackUrl", "/bye")];
    let answer = browser.post("/api/auth/sessions/all/end", &form).await;
    assert_eq!((answer.status(), location(&answer)), (StatusCode::SEE_OTHER, "https://app.example/bye".into()));
    assert_eq!(browser.session().await, Value::Null);
}

#[tokio::test]
async fn nobody_ends_the_sessions_of_somebody_else() {
    let site = stored();
    let (mut norma, mut bo) = (site.browser(), site.browser());
    norma.sign_in().await;
    let start = bo.start("/").await;
    let callback = site.azure.authorize_as("bo", &start).await.unwrap().path_and_query();
    bo.get(&callback).await;
    let id = json(&norma.get("/api/auth/sessions").await)[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(delete(&mut bo, &id).await.0, StatusCode::NOT_FOUND);
    assert_ne!(norma.session().await, Value::Null);
    assert_eq!(json(&site.browser().get("/api/auth/sessions").await)["error"], "unauthenticated");
    bo.headers.insert("sec-fetch-site", "cross-site".parse().unwrap());
    assert_eq!(delete(&mut bo, "all").await.0, StatusCode::FORBIDDEN);
}

/// Reads the device from a header, as an application does with `User-Agent`.
#[derive(Debug)]
struct Origins;

#[async_trait]
impl Callbacks for Origins {
    async fn origin(&self, request: &SignInRequest<'_>) -> SessionOrigin {
        let device = request.headers.get("user-agent").and_then(|value| value.to_str().ok()).unwrap_or_default();
        SessionOrigin::default().device(device).place(&format!("by {}", request.provider))
    }
}

#[tokio::test]
async fn a_person_sees_from_where_and_since_when() {
    // SES-016
    let store = MemoryStore::new();
    let site = Site::with(|builder| builder.store(store).callbacks(Origins));
    let (mut desk, mut phone) = (site.browser(), site.browser());
    desk.headers.insert("user-agent", "Firefox\ton Linux".parse().unwrap());
    desk.sign_in().await;
    site.clock.advance(Duration::from_secs(3 * 86_400));
    assert_ne!(desk.session().await, Value::Null);
    phone.sign_in().await;
    let mut list = json(&desk.get("/api/auth/sessions").await);
    for session in list.as_array_mut().unwrap() {
        assert_eq!(session["id"].as_str().unwrap().len(), 43);
        session["id"] = "(43 characters)".into();
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(&list).unwrap(), @r#"
    [
      {
        "createdAt": "2026-11-24T22:26:40.000Z",
        "current": false,
        "device": null,
        "expires": "2026-12-24T22:26:40.000Z",
        "id": "(43 characters)",
        "lastUsedAt": "2026-11-24T22:26:40.000Z",
        "place": "by azure-devops"
      },
      {
        "createdAt": "2026-11-21T22:26:40.000Z",
        "current": true,
        "device": "Firefoxon Linux",
        "expires": "2026-12-24T22:26:40.000Z",
        "id": "(43 characters)",
        "lastUsedAt": "2026-11-24T22:26:40.000Z",
        "place": "by azure-devops"
      }
    ]
    "#);
}

#[tokio::test]
async fn a_session_in_the_cookie_says_the_same_of_itself() {
    let site = Site::with(|builder| builder.callbacks(Origins).danger_single_process_refresh());
    let mut browser = site.browser();
    browser.headers.insert("user-agent", "Firefox".parse().unwrap());
    browser.sign_in().await;
    browser.session().await;
    let list = json(&browser.get("/api/auth/sessions").await);
    assert_eq!((&list[0]["device"], &list[0]["place"]), (&json!("Firefox"), &json!("by azure-devops")));
    assert_eq!((list.as_array().unwrap().len(), &list[0]["current"]), (1, &json!(true)));
}

#[tokio::test]
async fn the_oldest_sessions_end_when_there_are_too_many() {
    // SES-025
    let site = Site::with(|builder| builder.store(MemoryStore::new()).max_sessions_per_user(2));
    let mut browsers = [site.browser(), site.browser(), site.browser(), site.browser()];
    for browser in &mut browsers {
        browser.sign_in().await;
        site.clock.advance(Duration::from_secs(1));
    }
    let [first, second, third, fourth] = &mut browsers;
    assert_eq!((first.session().await, second.session().await), (Value::Null, Value::Null));
    assert!(third.session().await != Value::Null && fourth.session().await != Value::Null);
    // Who signs in again in the same browser puts nobody out: their own session is replaced.
    fourth.sign_in().await;
    assert!(third.session().await != Value::Null && fourth.session().await != Value::Null);
}
