//! A user comes by the provider that ends.

use admit::{Onward, Recognition};
use http::StatusCode;

use super::{Move, page, user_of};
use crate::linking::{House, ada, ask, nameless};
use crate::support::{ORIGIN, json, location, refusal};

/// Ada, whom the rule looked at when she came for the second time.
async fn ada_again(house: &House) -> (crate::support::Browser<'_>, http::Response<bytes::Bytes>) {
    house.signed_in("acme", ada()).await;
    let mut browser = house.site.browser();
    let answer = house.sign_in(&mut browser, "acme", ada()).await;
    (browser, answer)
}

#[tokio::test]
async fn an_offer_is_in_the_session_and_not_on_the_wire_until_it_is_taken() {
    let rule = Move::sends(Onward::Offer);
    for house in [
        rule.house(),
        House::over(admit::MemoryStore::new(), |builder| {
            let users = admit::MemoryStore::new();
            builder.user_store(users).succession(rule.clone())
        }),
    ] {
        let (mut browser, answer) = ada_again(&house).await;
        assert_eq!(location(&answer), format!("{ORIGIN}/home"));
        let session = browser.current("/").session().await.unwrap().unwrap();
        assert_eq!(session.offered(), Some("globex"));
        assert!(!browser.session().await.to_string().contains("globex"));
        assert!(!serde_json::to_string(&session).unwrap().contains("globex"));
        let there = ask(&mut browser, "link/globex", &[]).await;
        house.come_back(&mut browser, "globex", &there, nameless(9)).await;
        assert_eq!(browser.current("/").session().await.unwrap().unwrap().offered(), None);
    }
    assert!(rule.told().contains(&"globex 9 connected by acme 1".to_owned()), "{:?}", rule.told());
}

#[tokio::test]
async fn whoever_is_asked_is_signed_in_and_can_put_it_off() {
    let rule = Move::sends(Onward::Ask);
    let house = rule.house();
    let (mut browser, answer) = ada_again(&house).await;
    let there = location(&answer);
    assert!(there.starts_with(&format!("{ORIGIN}/api/auth/signin?ask=connect&")), "{there}");
    assert!(browser.current("/").is_signed_in().await.unwrap());
    assert_eq!(browser.current("/").session().await.unwrap().unwrap().offered(), None);
    insta::assert_snapshot!("asked", page(&mut browser, &there).await);
    // The form does what the settings page's does.
    let there = ask(&mut browser, "link/globex", &[]).await;
    assert_eq!(there.status(), StatusCode::FOUND);
    house.come_back(&mut browser, "globex", &there, nameless(9)).await;
    assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1", "globex 9"]);
    assert_eq!(rule.told(), ["globex 9 connected by acme 1"]);
}

#[tokio::test]
async fn whoever_has_to_goes_straight_on_and_has_no_session_before() {
    let rule = Move::sends(Onward::Require);
    let house = rule.house();
    let (mut browser, onward) = ada_again(&house).await;
    assert!(location(&onward).starts_with("https://globex.example/authorize?"), "{}", location(&onward));
    assert!(browser.session_cookies().is_empty());
    assert_eq!(house.heard.all().len(), 3, "nobody has signed in: {:?}", house.heard.all());
    let answer = house.come_back(&mut browser, "globex", &onward, nameless(9)).await;
    assert_eq!(location(&answer), format!("{ORIGIN}/home"));
    assert_eq!(browser.session().await["user"]["name"], "Ada");
    assert_eq!(rule.told(), ["globex 9 both-proven by acme 1"]);
}

#[tokio::test]
async fn where_a_way_is_closed_nobody_comes_in_and_the_page_has_the_other() {
    let house = Move::sends(Onward::Closed).house();
    let (mut browser, answer) = ada_again(&house).await;
    assert_eq!(refusal(&answer), ("/api/auth/error".into(), "AccessDenied".into(), "provider_closed".into()));
    assert!(browser.session_cookies().is_empty());
    insta::assert_snapshot!("closed", page(&mut browser, &location(&answer)).await);
}

#[tokio::test]
async fn onward_is_asked_of_nobody_new_and_of_nobody_who_connects() {
    let rule = Move::new(|_| Ok(Recognition::Nobody), |_, _| panic!("asked"));
    let house = rule.house();
    let mut browser = house.signed_in("acme", ada()).await;
    house.connect(&mut browser, "globex", nameless(9)).await;
    browser.session().await;
    assert!(browser.current("/").access_token("acme").await.is_ok());
    let answer = house.sign_in(&mut house.site.browser(), "acme", ada()).await;
    assert_eq!(refusal(&answer).2, "configuration", "a panic ends at the request");
    assert!(user_of(&house, "acme", "1").await.is_some());
}

#[tokio::test]
async fn a_rule_that_fails_begins_no_session_and_one_that_names_nobody_stops_nobody() {
    for (onward, code) in [
        (Err("no".to_owned()), "configuration"),
        (Ok(Onward::Require("nowhere".to_owned())), "configuration"),
        (Ok(Onward::Require("acme".to_owned())), "configuration"),
        (Ok(Onward::Closed("nowhere".to_owned())), "configuration"),
        (Ok(Onward::Ask("nowhere".to_owned())), ""),
        (Ok(Onward::Offer("nowhere".to_owned())), ""),
    ] {
        let rule = Move::new(|_| Ok(Recognition::Nobody), move |_, _| onward.clone().map_err(Into::into));
        let house = rule.house();
        let (browser, answer) = ada_again(&house).await;
        assert_eq!(refusal(&answer).2, code);
        assert_eq!(browser.session_cookies().is_empty(), !code.is_empty());
    }
}

#[tokio::test]
async fn a_page_of_a_question_is_there_only_where_something_follows_something() {
    let house = House::in_store();
    let mut browser = house.site.browser();
    let path = "/api/auth/signin?ask=used_before&with=globex&other=acme";
    let answer = browser.get(path).await;
    assert!(String::from_utf8_lossy(answer.body()).contains("<h1>Sign in</h1>"));
    let house = Move::asks().house();
    let mut browser = house.site.browser();
    for path in ["?ask=used_before&with=%3Cb%3E&other=acme", "?ask=zebra&with=globex&other=acme", "?ask=connect"] {
        let answer = browser.get(&format!("/api/auth/signin{path}")).await;
        let html = String::from_utf8_lossy(answer.body()).into_owned();
        assert!(html.contains("<h1>Sign in</h1>") && !html.contains("<b>") && !html.contains("zebra"), "{html}");
    }
    assert_eq!(json(&browser.get("/api/auth/session").await), serde_json::Value::Null);
}
