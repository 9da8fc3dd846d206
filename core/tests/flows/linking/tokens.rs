//! The tokens of a person's accounts.

use admit::AccessTokenError;

use super::{House, ada, bo, nameless};
use crate::support::Browser;

async fn token(browser: &Browser<'_>, provider: &str) -> Result<String, AccessTokenError> {
    browser.current("/").access_token(provider).await.map(|token| token.expose().to_owned())
}

#[tokio::test]
async fn each_account_has_its_own_and_every_sign_in_brings_new_ones() {
    for house in House::in_each_home() {
        house.server.access_token("acme-1");
        let mut browser = house.signed_in("acme", ada()).await;
        house.server.access_token("globex-1");
        house.connect(&mut browser, "globex", nameless(9)).await;
        assert_eq!(token(&browser, "acme").await.unwrap(), "acme-1");
        assert_eq!(token(&browser, "globex").await.unwrap(), "globex-1");

        house.server.access_token("acme-2");
        house.sign_in(&mut browser, "acme", ada()).await;
        assert_eq!(token(&browser, "acme").await.unwrap(), "acme-2");
        assert_eq!(token(&browser, "globex").await.unwrap(), "globex-1", "it is theirs in the next session, too");

        house.server.access_token("globex-2");
        house.connect(&mut browser, "globex", nameless(9)).await;
        assert_eq!(token(&browser, "globex").await.unwrap(), "globex-2");
    }
}

#[tokio::test]
async fn with_a_token_store_any_session_of_theirs_reaches_every_account() {
    let house = House::in_store();
    house.server.access_token("acme-1");
    let mut browser = house.signed_in("acme", ada()).await;
    house.server.access_token("globex-1");
    house.connect(&mut browser, "globex", nameless(9)).await;
    let elsewhere = house.signed_in("globex", nameless(9)).await;
    assert_eq!(token(&elsewhere, "acme").await.unwrap(), "acme-1");
    assert_eq!(elsewhere.current("/").accounts().await.unwrap().len(), 2);
}

#[tokio::test]
async fn nobody_takes_over_the_accounts_of_whoever_sat_there_before() {
    for house in House::in_each_home() {
        let mut browser = house.signed_in("acme", ada()).await;
        house.connect(&mut browser, "globex", nameless(9)).await;
        house.sign_in(&mut browser, "acme", bo()).await;
        assert!(matches!(token(&browser, "globex").await, Err(AccessTokenError::NotConnected { .. })));
        assert_eq!(browser.current("/").accounts().await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn an_account_that_was_taken_off_gives_no_token_to_any_session() {
    for house in House::in_each_home() {
        let mut browser = house.signed_in("acme", ada()).await;
        house.connect(&mut browser, "globex", nameless(9)).await;
        let elsewhere = house.signed_in("globex", nameless(9)).await;
        super::ask(&mut browser, "unlink/globex", &[]).await;
        assert!(matches!(token(&browser, "globex").await, Err(AccessTokenError::NotConnected { .. })));
        assert!(matches!(token(&elsewhere, "globex").await, Err(AccessTokenError::SignedOut)));
        // Whoever has it now keeps it to themselves.
        house.signed_in("globex", nameless(9)).await;
        house.sign_in(&mut browser, "acme", ada()).await;
        assert!(matches!(token(&browser, "globex").await, Err(AccessTokenError::NotConnected { .. })));
    }
}
