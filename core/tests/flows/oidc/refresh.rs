//! ID tokens that come with a refresh (OpenID Connect Core §12.2).

use std::time::Duration;

use admit::AccessTokenError;
use admit_testkit::oidc::{Fault, Stage};
use http::StatusCode;
use serde_json::json;

use super::{sign_in, site};
use crate::support::Browser;
use crate::support::log::Heard;

async fn token(browser: &Browser<'_>) -> Result<String, AccessTokenError> {
    let token = browser.current("/").access_token("company").await;
    token.map(|token| token.expose().to_owned())
}

#[tokio::test]
async fn one_that_is_as_it_should_be_or_missing_changes_nothing() {
    // REF-014, REF-015
    for fault in [None, Some(Fault::NoIdToken), Some(Fault::Claims(json!({ "nonce": "any" })))] {
        let (site, company) = site();
        let mut browser = site.browser();
        sign_in(&mut browser, &company).await;
        let first = token(&browser).await.unwrap();
        site.clock.advance(Duration::from_secs(3500));
        if let Some(fault) = fault {
            company.fail_once(Stage::Token, fault);
        }
        assert_ne!(token(&browser).await.unwrap(), first);
        assert_eq!(company.count(Stage::Token), 2);
    }
}

#[tokio::test]
async fn one_that_is_wrong_is_refused_with_all_that_came_along() {
    // REF-013
    for (name, fault) in [
        ("another person", Fault::Claims(json!({ "sub": "2482897610011" }))),
        ("another issuer", Fault::WrongIssuer),
        ("another audience", Fault::WrongAudience),
        ("expired", Fault::Expired),
        ("another access token", Fault::WrongAccessTokenHash),
        ("not signed", Fault::AlgNone),
        ("forged", Fault::Forged),
    ] {
        let (site, company) = site();
        let mut browser = site.browser();
        sign_in(&mut browser, &company).await;
        let first = token(&browser).await.unwrap();
        site.clock.advance(Duration::from_secs(3500));
        company.fail_once(Stage::Token, fault);
        assert_eq!(token(&browser).await.unwrap(), first, "{name}: what is at hand serves while it lives");
        site.clock.advance(Duration::from_secs(99));
        assert!(token(&browser).await.is_err(), "{name}");
        assert_eq!(browser.session().await["user"]["name"], "Ada Byron", "{name}");
    }
}

#[tokio::test]
async fn one_that_cannot_be_verified_for_want_of_keys_costs_no_tokens() {
    let (site, company) = site();
    let mut browser = site.browser();
    sign_in(&mut browser, &company).await;
    let first = token(&browser).await.unwrap();
    site.clock.advance(Duration::from_secs(3500));
    company.rotate_keys(false);
    company.fail_always(Stage::Keys, Fault::Answer { status: StatusCode::BAD_GATEWAY, body: "".into() });
    let heard = Heard::default();
    let _listening = heard.listen();
    let second = token(&browser).await.unwrap();
    assert_ne!(first, second);
    assert!(!heard.text().contains("eyJ") && !heard.text().contains(&second));
}

#[tokio::test]
async fn keys_that_take_their_time_do_not_hold_a_refresh_up() {
    let (site, company) = site();
    let site: &'static crate::support::Site = Box::leak(Box::new(site));
    let mut browser = site.browser();
    sign_in(&mut browser, &company).await;
    let first = token(&browser).await.unwrap();
    site.clock.advance(Duration::from_secs(3500));
    company.rotate_keys(false);
    let held = company.hold(Stage::Keys);
    let asking = tokio::spawn(async move { token(&browser).await.unwrap() });
    held.until_waiting(1).await;
    site.clock.advance(Duration::from_secs(1));
    assert_ne!(asking.await.unwrap(), first);
}

#[tokio::test]
async fn an_issuer_that_is_down_spends_no_refresh_token() {
    let (site, company) = site();
    let mut browser = site.browser();
    sign_in(&mut browser, &company).await;
    let first = token(&browser).await.unwrap();
    // A process that has just started knows no document.
    site.clock.advance(Duration::from_secs(3600 + 86_400));
    company.fail_always(Stage::Discovery, Fault::DroppedConnection);
    assert!(matches!(token(&browser).await, Err(AccessTokenError::Unavailable { .. })));
    assert_eq!(company.count(Stage::Token), 1);
    company.clear_faults();
    site.clock.advance(Duration::from_secs(31));
    assert_ne!(token(&browser).await.unwrap(), first);
}
