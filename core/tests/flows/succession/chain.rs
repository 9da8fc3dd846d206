//! Two trips in one: somebody signs in by the provider that ends, goes straight on to the one that follows, and has both.

use admit::store::TokenStore;
use admit::{AuthBuilder, MemoryStore};
use http::{Response, StatusCode};
use serde_json::json;

use super::{Move, begin, page, user_of};
use crate::linking::{House, ada, bo, callback, key, nameless};
use crate::support::{Browser, ORIGIN, location, refusal, shown};

/// Says yes to the question, and signs in by `acme` as that person; what the site answers.
async fn yes(house: &House, browser: &mut Browser<'_>, person: serde_json::Value) -> Response<bytes::Bytes> {
    let there = begin(browser, "acme", ("connect", "globex")).await;
    assert_eq!(there.status(), StatusCode::FOUND, "{}", location(&there));
    house.come_back(browser, "acme", &there, person).await
}

#[tokio::test]
async fn whoever_proves_both_in_one_flow_has_both() {
    // ADO-008
    let rule = Move::asks();
    let house = rule.house();
    house.signed_in("acme", ada()).await;
    let user = user_of(&house, "acme", "1").await;
    let mut browser = house.site.browser();
    let asked = house.sign_in(&mut browser, "globex", nameless(9)).await;
    assert!(location(&asked).contains("ask=used_before"));

    let onward = yes(&house, &mut browser, ada()).await;
    assert!(location(&onward).starts_with("https://globex.example/authorize?"), "{}", location(&onward));
    assert!(browser.session_cookies().is_empty(), "nobody is signed in before both are proven");
    assert!(!location(&onward).contains("code="), "nothing of the first trip goes along");
    assert_eq!(browser.jar.get("__Secure-admit.last-used"), None, "nor was a sign-in completed");
    let answer = house.come_back(&mut browser, "globex", &onward, nameless(9)).await;
    assert_eq!(location(&answer), format!("{ORIGIN}/home"));
    assert_eq!(browser.jar.get("__Secure-admit.last-used"), Some("globex"), "the way that they go from now on");
    let session = browser.current("/").session().await.unwrap().unwrap();
    assert_eq!(Some(session.user.id), user);
    assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1", "globex 9"]);
    for provider in ["acme", "globex"] {
        assert!(browser.current("/").access_token(provider).await.is_ok(), "{provider}");
    }
    assert_eq!(rule.told(), ["globex 9 both-proven by acme 1"]);
    let heard = house.heard.all();
    assert_eq!(heard[3..], ["link_account".to_owned(), "sign_in 9 new=false".to_owned()]);
    assert!(!browser.jar.names().iter().any(|name| name.contains("pending")), "both trips are consumed");
}

#[tokio::test]
async fn what_crosses_the_wire() {
    let house = Move::asks().house();
    house.signed_in("acme", ada()).await;
    let mut browser = house.site.browser();
    let onward = yes(&house, &mut browser, ada()).await;
    insta::assert_snapshot!("onward", shown(&onward));
    insta::assert_snapshot!("arrival", shown(&house.come_back(&mut browser, "globex", &onward, nameless(9)).await));
}

#[tokio::test]
async fn without_a_token_store_the_session_keeps_what_the_second_brought() {
    let (store, rule) = (MemoryStore::new(), Move::asks());
    let users = store.clone();
    let house = House::over(store, |builder| builder.user_store(users).succession(rule));
    house.signed_in("acme", ada()).await;
    let mut browser = house.site.browser();
    let onward = yes(&house, &mut browser, ada()).await;
    let sealed: usize = browser.jar.names().iter().map(|name| browser.jar.get(name).unwrap().len()).max().unwrap();
    assert!(sealed < 1500, "no token is in a cookie that waits: {sealed}");
    house.come_back(&mut browser, "globex", &onward, nameless(9)).await;
    let current = browser.current("/");
    assert!(current.access_token("globex").await.is_ok());
    let other = current.access_token("acme").await;
    assert!(matches!(other, Err(admit::AccessTokenError::NotConnected { .. })), "{other:?}");
}

#[tokio::test]
async fn what_the_first_trip_brought_is_stored_though_the_second_comes_to_nothing() {
    let house = Move::asks().house();
    house.signed_in("acme", ada()).await;
    let before = TokenStore::load(&house.store, &key("acme", "1")).await.unwrap().unwrap().version;
    yes(&house, &mut house.site.browser(), ada()).await;
    assert_eq!(TokenStore::load(&house.store, &key("acme", "1")).await.unwrap().unwrap().version, before + 1);
}

#[tokio::test]
async fn whoever_cancels_at_the_second_has_both_ways_on_and_no_session() {
    let house = Move::asks().house();
    house.signed_in("acme", ada()).await;
    let mut browser = house.site.browser();
    let onward = yes(&house, &mut browser, ada()).await;
    let state = crate::support::parameter(&location(&onward), "state").unwrap();
    let answer = browser.get(&format!("/api/auth/callback/globex?error=access_denied&state={state}")).await;
    assert_eq!(refusal(&answer), ("/api/auth/error".into(), "AccessDenied".into(), "connection_incomplete".into()));
    assert!(browser.session_cookies().is_empty());
    assert_eq!(user_of(&house, "globex", "9").await, None);
    insta::assert_snapshot!("cancelled", page(&mut browser, &location(&answer)).await);
}

#[tokio::test]
async fn whoever_says_yes_and_is_not_known_there_is_told_and_can_go_on_as_new() {
    let house = Move::asks().house();
    let mut browser = house.site.browser();
    let answer = yes(&house, &mut browser, bo()).await;
    assert_eq!(refusal(&answer).2, "not_known_there");
    assert_eq!((user_of(&house, "acme", "2").await, browser.session_cookies().len()), (None, 0));
    insta::assert_snapshot!("not_known_there", page(&mut browser, &location(&answer)).await);
    let there = begin(&mut browser, "globex", ("newcomer", "1")).await;
    house.come_back(&mut browser, "globex", &there, nameless(9)).await;
    assert!(user_of(&house, "globex", "9").await.is_some());
}

#[tokio::test]
async fn an_account_that_was_theirs_already_is_no_harm() {
    let rule = Move::asks();
    let house = rule.house();
    let mut browser = house.signed_in("acme", ada()).await;
    house.connect(&mut browser, "globex", nameless(9)).await;
    let mut browser = house.site.browser();
    let onward = yes(&house, &mut browser, ada()).await;
    let answer = house.come_back(&mut browser, "globex", &onward, nameless(9)).await;
    assert_eq!(location(&answer), format!("{ORIGIN}/home"));
    assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1", "globex 9"]);
}

#[tokio::test]
async fn a_provider_that_posts_its_answer_can_be_the_second() {
    let house = Move::asks().house_with(AuthBuilder::danger_single_process_refresh);
    house.signed_in("acme", ada()).await;
    let mut browser = house.site.browser();
    let there = begin(&mut browser, "acme", ("connect", "pigeon")).await;
    let onward = house.come_back(&mut browser, "acme", &there, ada()).await;
    let state = crate::support::parameter(&location(&onward), "state").unwrap();
    house.server.person(json!({ "id": 5 }));
    let form = format!("code=c&state={state}");
    let kind = "application/x-www-form-urlencoded";
    let bounced = browser.post_from_elsewhere("/api/auth/callback/pigeon", kind, form).await;
    assert_eq!(bounced.status(), StatusCode::SEE_OTHER, "the session's cookie has to come along");
    let path = location(&bounced);
    let answer = browser.get(path.strip_prefix(ORIGIN).unwrap()).await;
    assert_eq!(location(&answer), format!("{ORIGIN}/home"));
    assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1", "pigeon 5"]);
    assert_eq!(callback("pigeon", &onward), format!("/api/auth/callback/pigeon?code=c&state={state}"));
}
