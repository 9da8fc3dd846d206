//! Sessions that say not whose they are, and a store that fails when somebody leaves.

use admit::{AuthBuilder, MemoryStore};
use admit_testkit::Faulty;
use http::{Method, StatusCode};
use serde_json::Value;

use crate::support::rules::Rules;
use crate::support::{Browser, Site, json, refusal};

/// A rule that keeps the user's id out of the session.
fn nameless(builder: AuthBuilder) -> AuthBuilder {
    builder.danger_single_process_refresh().callbacks(Rules::default().jwt(|mut token, _| {
        token.subject = None;
        Ok(Some(token))
    }))
}

async fn sign_in(browser: &mut Browser<'_>, login: &str) {
    let address = browser.start("/").await;
    let callback = browser.site.azure.authorize_as(login, &address).await.unwrap().path_and_query();
    browser.get(&callback).await;
}

#[tokio::test]
async fn sessions_that_name_nobody_are_not_one_person_s() {
    // SES-016
    let site = Site::with(|builder| nameless(builder).session_store(MemoryStore::new()));
    let (mut norma, mut bo) = (site.browser(), site.browser());
    sign_in(&mut norma, "norma").await;
    sign_in(&mut bo, "bo").await;
    assert_eq!(json(&norma.get("/api/auth/sessions").await).as_array().unwrap().len(), 1);
    for which in ["others", "all"] {
        norma.request(Method::DELETE, &format!("/api/auth/sessions/{which}"), None, bytes::Bytes::new()).await;
        assert_ne!(bo.session().await, Value::Null, "{which}");
    }
    assert_eq!(norma.session().await, Value::Null);
    // Nor are they a user's of whom an operator has no id.
    let users = site.auth.users();
    assert_eq!(users.sessions("").await.unwrap(), []);
    assert_eq!(users.sign_out("").await.unwrap(), 0);
    assert_ne!(bo.session().await, Value::Null);
}

#[tokio::test]
async fn where_users_are_kept_a_session_that_names_nobody_is_dead() {
    // SES-018: nobody could shut its owner out.
    let site = Site::with(|builder| nameless(builder).user_store(MemoryStore::new()));
    let mut browser = site.browser();
    sign_in(&mut browser, "norma").await;
    assert_eq!(browser.session().await, Value::Null);
}

#[tokio::test]
async fn who_leaves_while_the_store_is_down_leaves_no_cookie_behind_and_is_told() {
    let store = Faulty::new(MemoryStore::new());
    let kept = store.clone();
    let site = Site::with(|builder| builder.session_store(kept).danger_single_process_refresh());
    let mut browser = site.browser();
    browser.sign_in().await;
    store.break_down();
    // A failing store alone ends nothing.
    assert_eq!(browser.get("/api/auth/session").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(browser.session_cookies().len(), 1);
    let answer = browser.sign_out().await;
    assert_eq!(refusal(&answer).2, "session_store_unavailable");
    assert_eq!(browser.session_cookies(), [""; 0]);
}
