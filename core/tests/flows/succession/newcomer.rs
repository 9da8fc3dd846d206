//! Somebody comes by the provider that ends, and is no user yet.

use admit::store::StoreError;
use admit::{AuthError, Onward};

use super::{Move, page, user_of};
use crate::linking::{House, ada, nameless};
use crate::support::{ORIGIN, location, refusal};

fn by_acme(onward: fn(String) -> Onward) -> Move {
    Move::greets(move |arrival| {
        let is_old = arrival.account.provider == "acme";
        Ok(if is_old { onward("globex".to_owned()) } else { Onward::Nothing })
    })
}

#[tokio::test]
async fn where_it_is_closed_nobody_new_is_made_a_user_and_the_page_has_the_way() {
    let house = by_acme(Onward::Closed).house();
    let mut browser = house.site.browser();
    let answer = house.sign_in(&mut browser, "acme", ada()).await;
    assert_eq!(refusal(&answer), ("/api/auth/error".into(), "AccessDenied".into(), "provider_closed".into()));
    assert!(page(&mut browser, &location(&answer)).await.contains("/api/auth/signin/globex"));
    assert!(browser.session_cookies().is_empty());
    assert_eq!(user_of(&house, "acme", "1").await, None);
    assert_eq!(house.heard.all(), [r#"sign_in_failed Some("acme") provider_closed"#], "neither a user nor a link");
    assert!(house.site.auth.stored_accounts("acme", None, 9).await.unwrap().is_empty(), "nor tokens");

    // The provider that follows is open to them.
    house.signed_in("globex", nameless(9)).await;
    assert!(user_of(&house, "globex", "9").await.is_some());
}

#[tokio::test]
async fn whoever_has_to_connects_both_before_their_first_session() {
    let rule = by_acme(Onward::Require);
    let house = rule.house();
    let mut browser = house.site.browser();
    let onward = house.sign_in(&mut browser, "acme", ada()).await;
    assert!(location(&onward).starts_with("https://globex.example/authorize?"), "{}", location(&onward));
    assert!(browser.session_cookies().is_empty());
    let answer = house.come_back(&mut browser, "globex", &onward, nameless(9)).await;
    assert_eq!(location(&answer), format!("{ORIGIN}/home"));
    assert_eq!(browser.session().await["user"]["name"], "Ada");
    assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1", "globex 9"]);
    assert_eq!(rule.told(), ["globex 9 both-proven by acme 1"]);
}

#[tokio::test]
async fn whoever_may_is_offered_or_asked_at_their_first_sign_in() {
    let house = by_acme(Onward::Offer).house();
    let browser = house.signed_in("acme", ada()).await;
    assert_eq!(browser.current("/").session().await.unwrap().unwrap().offered(), Some("globex"));

    let house = by_acme(Onward::Ask).house();
    let mut browser = house.site.browser();
    let answer = house.sign_in(&mut browser, "acme", ada()).await;
    assert!(location(&answer).starts_with(&format!("{ORIGIN}/api/auth/signin?ask=connect&")), "{}", location(&answer));
    assert!(browser.current("/").is_signed_in().await.unwrap());
}

#[tokio::test]
async fn a_rule_that_fails_makes_nobody_a_user() {
    for (rule, code) in [
        (Move::greets(|_| Err("no".into())), "configuration"),
        (Move::greets(|_| panic!("it panics")), "configuration"),
        (
            Move::greets(|_| Err(AuthError::from(StoreError::Unavailable("down".into())).into())),
            "session_store_unavailable",
        ),
        (Move::greets(|_| Ok(Onward::Closed("nowhere".to_owned()))), "configuration"),
    ] {
        let house = rule.house();
        let mut browser = house.site.browser();
        let answer = house.sign_in(&mut browser, "acme", ada()).await;
        assert_eq!(refusal(&answer).2, code);
        assert!(browser.session_cookies().is_empty());
        assert_eq!(user_of(&house, "acme", "1").await, None);
    }
}

#[tokio::test]
async fn whoever_is_a_user_already_is_no_newcomer() {
    let rule = Move::greets(|arrival| {
        assert_eq!(arrival.account.subject, "1", "asked of somebody who is known");
        Ok(Onward::Nothing)
    });
    let house: House = rule.house();
    let mut browser = house.signed_in("acme", ada()).await;
    house.connect(&mut browser, "globex", nameless(9)).await;
    house.signed_in("globex", nameless(9)).await;
    assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1", "globex 9"]);
}
