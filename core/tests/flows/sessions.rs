//! `GET …/sessions` and the endings of sessions, in both homes.

use std::time::Duration;

use admit::MemoryStore;
use admit::store::UserStore as _;
use bytes::Bytes;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Browser, Site, json, location};

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
    assert_eq!(without.status(), StatusCode::FORBIDDEN);
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
