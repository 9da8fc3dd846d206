//! A copy of a cookie whose session was ended elsewhere: it may be believed for a moment, and must not make that moment
//! last.

use std::time::Duration;

use admit::MemoryStore;
use admit::store::{AccountKey, SessionStore, UserStore};
use admit_testkit::Faulty;
use bytes::Bytes;
use http::header::COOKIE;
use http::{Method, Request, StatusCode};
use serde_json::Value;

use crate::support::{Browser, Site};

const MOMENT: Duration = Duration::from_secs(1);

/// Sessions in cookies, users in a store that a test can hold up.
fn in_cookies() -> (Site, Faulty<MemoryStore>) {
    let users = Faulty::new(MemoryStore::new());
    let kept = users.clone();
    (Site::with(|builder| builder.user_store(kept).danger_single_process_refresh()), users)
}

/// Somebody who has just been let in, so that it is believed for a moment.
async fn norma(site: &Site) -> (Browser<'_>, String) {
    let mut browser = site.browser();
    browser.sign_in().await;
    let id = browser.current("/").session().await.unwrap().unwrap().user.id;
    (browser, id)
}

fn delete(browser: &Browser<'_>, which: &str) -> Request<Bytes> {
    let path = format!("/api/auth/sessions/{which}");
    let request = Request::builder().method(Method::DELETE).uri(path);
    request.header(COOKIE, browser.jar.header(true).unwrap()).body(Bytes::new()).unwrap()
}

#[tokio::test]
async fn a_session_that_another_node_ended_does_not_stay_by_ending_the_others() {
    // SES-005, SES-016
    let (site, users) = in_cookies();
    let (mut thief, id) = norma(&site).await;
    users.inner().bump_epoch(&id).await.unwrap();
    let (mut norma, _) = norma(&site).await;
    let answer = site.send(delete(&thief, "others")).await;
    thief.jar.apply(answer.headers());
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    site.clock.advance(MOMENT);
    assert_eq!(thief.session().await, Value::Null);
    assert_ne!(norma.session().await, Value::Null, "nor does it end what began since");
}

#[tokio::test]
async fn nor_by_ending_them_at_the_same_time() {
    let (site, users) = in_cookies();
    let (mut thief, id) = norma(&site).await;
    let held = users.hold("users.bump_epoch");
    let (auth, request) = (site.auth.clone(), delete(&thief, "others"));
    let answer = tokio::spawn(async move { auth.handle(request).await });
    held.until_waiting(1).await;
    users.inner().bump_epoch(&id).await.unwrap();
    held.release();
    thief.jar.apply(answer.await.unwrap().headers());
    site.clock.advance(MOMENT);
    assert_eq!(thief.session().await, Value::Null);
}

#[tokio::test]
async fn nor_by_taking_an_account_off() {
    let (site, users) = in_cookies();
    let (mut thief, id) = norma(&site).await;
    let further = AccountKey { provider: "azure-devops".to_owned(), subject: "further".to_owned() };
    users.inner().link(&id, &further).await.unwrap();
    users.inner().bump_epoch(&id).await.unwrap();
    let token = thief.csrf_token().await;
    let form = [("csrfToken", token.as_str()), ("subject", "further")];
    thief.post("/api/auth/unlink/azure-devops", &form).await;
    site.clock.advance(MOMENT);
    assert_eq!(thief.session().await, Value::Null);
    assert_eq!(users.inner().accounts(&id).await.unwrap().len(), 2);
}

#[tokio::test]
async fn who_ends_the_others_while_a_token_is_written_stays() {
    // SES-016: `others` keeps the one at hand.
    let store = Faulty::new(MemoryStore::new());
    let kept = store.clone();
    let site = Site::with(|builder| builder.store(kept));
    let (mut norma, id) = norma(&site).await;
    let held = store.hold("sessions.replace");
    let (auth, request) = (site.auth.clone(), delete(&norma, "others"));
    let answer = tokio::spawn(async move { auth.handle(request).await });
    held.until_waiting(1).await;
    let record = store.inner().list(&id).await.unwrap().remove(0);
    let version = record.version;
    assert!(store.inner().replace(record, version).await.unwrap());
    held.release();
    let answer = answer.await.unwrap();
    norma.jar.apply(answer.headers());
    assert_eq!(answer.status(), StatusCode::OK);
    site.clock.advance(MOMENT);
    assert_ne!(norma.session().await, Value::Null);
}
