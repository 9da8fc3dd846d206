//! The user behind a session, and what a guarded route answers.

use std::time::Duration;

use admit::store::UserStore;
use admit::{AuthBuilder, MemoryStore};
use admit_testkit::Faulty;
use http::StatusCode;
use serde_json::Value;

use crate::support::rules::Heard;
use crate::support::{Site, json, location, refusal, shown};

fn with_users(users: &MemoryStore) -> Site {
    let users = users.clone();
    Site::with(|builder| builder.user_store(users).danger_single_process_refresh())
}

#[tokio::test]
async fn a_disabled_user_is_signed_out_everywhere_and_stays_out() {
    // SES-018
    let users = MemoryStore::new();
    let site = with_users(&users);
    let mut browser = site.browser();
    browser.sign_in().await;
    let user = browser.current("/").session().await.unwrap().unwrap().user.id;
    users.set_disabled(&user, true).await.unwrap();
    site.clock.advance(MOMENT);
    assert_eq!(browser.current("/").session().await.unwrap(), None);
    assert_eq!(browser.session().await, Value::Null);
    assert_eq!(browser.session_cookies(), [""; 0]);
    let callback = browser.consent("/").await;
    let answer = browser.get(&callback).await;
    assert_eq!(refusal(&answer), ("/api/auth/error".into(), "AccessDenied".into(), "user_disabled".into()));

    users.set_disabled(&user, false).await.unwrap();
    browser.sign_in().await;
    assert_eq!(browser.session().await["user"]["name"], "Norma Paulk");
}

#[tokio::test]
async fn a_new_epoch_ends_the_sessions_before_it_and_no_later_one() {
    // SES-018
    let users = MemoryStore::new();
    let site = with_users(&users);
    let (mut desk, mut phone) = (site.browser(), site.browser());
    desk.sign_in().await;
    phone.sign_in().await;
    let user = desk.current("/").session().await.unwrap().unwrap().user.id;
    users.bump_epoch(&user).await.unwrap();
    site.clock.advance(MOMENT);
    assert_eq!(desk.session().await, Value::Null);
    assert_eq!(phone.session().await, Value::Null);
    desk.sign_in().await;
    assert_eq!(desk.session().await["user"]["name"], "Norma Paulk");
    assert_eq!(desk.current("/").session().await.unwrap().unwrap().user.id, user);
}

fn counted(configure: impl FnOnce(AuthBuilder) -> AuthBuilder) -> (Site, Faulty<MemoryStore>) {
    let users = Faulty::new(MemoryStore::new());
    let kept = users.clone();
    (Site::with(|builder| configure(builder.user_store(kept).danger_single_process_refresh())), users)
}

#[tokio::test]
async fn the_user_store_is_asked_once_in_a_second_however_many_requests_come() {
    let (site, users) = counted(|builder| builder);
    let mut browser = site.browser();
    browser.sign_in().await;
    let before = users.calls("users.");
    for _ in 0..50 {
        assert!(browser.current("/").is_signed_in().await.unwrap());
        assert_ne!(browser.session().await, Value::Null);
    }
    assert_eq!(users.calls("users."), before + 1);
    site.clock.advance(MOMENT);
    assert!(browser.current("/").is_signed_in().await.unwrap());
    assert_eq!(users.calls("users."), before + 2);
    // By then the session is known without a wait, from the cookie's memory.
    assert!(browser.current("/").known_session().is_some());
    site.clock.advance(MOMENT);
    assert!(browser.current("/").known_session().is_none());
}

#[tokio::test]
async fn with_a_session_store_beside_it_a_request_costs_one_read() {
    let store = Faulty::new(MemoryStore::new());
    let kept = store.clone();
    let site = Site::with(|builder| builder.store(kept));
    let mut browser = site.browser();
    browser.sign_in().await;
    assert!(browser.current("/").is_signed_in().await.unwrap());
    let (before, reads) = (store.calls(""), store.calls("sessions.load"));
    assert!(browser.current("/").is_signed_in().await.unwrap());
    assert_eq!((store.calls("") - before, store.calls("sessions.load") - reads), (1, 1));
}

#[tokio::test]
async fn who_wants_it_asks_the_user_store_at_every_request() {
    let (site, users) = counted(|builder| builder.user_check_interval(Duration::ZERO));
    let mut browser = site.browser();
    browser.sign_in().await;
    let before = users.calls("users.security_state");
    for asked in 1..=5 {
        assert!(browser.current("/").is_signed_in().await.unwrap());
        assert_eq!(users.calls("users.security_state"), before + asked);
    }
    let user = browser.current("/").session().await.unwrap().unwrap().user.id;
    users.inner().set_disabled(&user, true).await.unwrap();
    assert!(!browser.current("/").is_signed_in().await.unwrap());
}

#[tokio::test]
async fn a_user_store_that_fails_is_an_error_as_soon_as_its_last_answer_is_stale() {
    // FLT: never "fine", and never "nobody".
    let (site, users) = counted(|builder| builder);
    let mut browser = site.browser();
    browser.sign_in().await;
    assert!(browser.current("/").is_signed_in().await.unwrap());
    users.break_down();
    assert!(browser.current("/").is_signed_in().await.unwrap());
    site.clock.advance(MOMENT);
    for _ in 0..2 {
        let current = browser.current("/");
        let error = current.session().await.unwrap_err();
        assert_eq!(current.unavailable(&error).status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(current.set_cookies().await.len(), 0);
    }
    users.mend();
    assert!(browser.current("/").is_signed_in().await.unwrap());
}

#[tokio::test]
async fn without_a_user_store_one_account_is_one_user_at_every_sign_in() {
    let site = Site::new();
    let (mut desk, mut phone) = (site.browser(), site.browser());
    desk.sign_in().await;
    phone.sign_in().await;
    let id = desk.current("/").session().await.unwrap().unwrap().user.id;
    assert_eq!(phone.current("/").session().await.unwrap().unwrap().user.id, id);
    assert_eq!(desk.session().await["user"]["id"], Value::Null);
}

#[tokio::test]
async fn events_come_in_the_order_in_which_things_happen() {
    let heard = Heard::default();
    let ears = heard.clone();
    let site =
        Site::with(|builder| builder.events(ears).user_store(MemoryStore::new()).danger_single_process_refresh());
    let mut browser = site.browser();
    browser.sign_in().await;
    browser.session().await;
    browser.sign_out().await;
    browser.session().await;
    browser.sign_in().await;
    browser.get("/api/auth/callback/azure-devops?state=x&code=y").await;
    browser.get("/api/auth/callback/nope").await;
    insta::assert_snapshot!(heard.all().join("\n"), @r#"
    create_user
    link_account
    sign_in 00d4db6c-8ebb-4894-8dec-b779e60d713d new=true
    session
    sign_out
    sign_in 00d4db6c-8ebb-4894-8dec-b779e60d713d new=false
    sign_in_failed Some("azure-devops") state_missing
    sign_in_failed None provider_unknown
    "#);
}

#[tokio::test]
async fn a_guarded_route_sends_people_to_sign_in_and_programs_away() {
    let site = Site::new();
    let mut browser = site.browser();
    insta::assert_snapshot!(shown(&browser.current("/reports?year=2026").unauthenticated()), @r#"
    401 Unauthorized
    cache-control: private, no-cache, no-store
    content-type: application/json
    expires: 0
    pragma: no-cache

    {
      "error": "unauthenticated"
    }
    "#);
    browser.headers.insert("accept", "text/html,application/xhtml+xml;q=0.9".parse().unwrap());
    let current = browser.current("/reports?year=2026");
    assert!(current.is_browser());
    insta::assert_snapshot!(shown(&current.unauthenticated()), @r"
    303 See Other
    cache-control: private, no-cache, no-store
    expires: 0
    location: https://app.example/api/auth/signin?callbackUrl=%2Freports%3Fyear%3D2026
    pragma: no-cache
    ");
    assert_eq!(current.forbidden().status(), StatusCode::FORBIDDEN);
    // The page that it leads to brings people back.
    let to = location(&current.unauthenticated());
    let page = browser.get(to.strip_prefix(crate::support::ORIGIN).unwrap()).await;
    assert!(String::from_utf8_lossy(page.body()).contains(r#"value="https://app.example/reports?year=2026""#));

    browser.headers.insert("sec-fetch-mode", "cors".parse().unwrap());
    let current = browser.current("/api/reports");
    assert_eq!(current.unauthenticated().status(), StatusCode::UNAUTHORIZED);
    assert_eq!(json(&current.forbidden()), serde_json::json!({ "error": "forbidden" }));
}

#[tokio::test]
async fn a_route_that_never_asks_opens_nothing() {
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    site.clock.advance(Duration::from_secs(3 * 86_400));
    assert_eq!(browser.current("/health").set_cookies().await.len(), 0);
}

/// For as long the user store's word is believed.
const MOMENT: Duration = Duration::from_secs(1);
