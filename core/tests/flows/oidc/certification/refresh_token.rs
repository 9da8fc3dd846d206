//! Refresh tokens, and the ID tokens that come with them.

use std::time::Duration;

use admit_testkit::oidc::{Fault, Stage};
use serde_json::json;

use super::{sign_in, site};

/// Whether the refresh brought a new token, with that fault in its ID token.
async fn refreshes(fault: Option<Fault>) -> bool {
    let (site, company) = site();
    let mut browser = site.browser();
    sign_in(&mut browser, &company).await;
    let first = browser.current("/").access_token("company").await.unwrap();
    site.clock.advance(Duration::from_secs(3500));
    if let Some(fault) = fault {
        company.fail_once(Stage::Token, fault);
    }
    let second = browser.current("/").access_token("company").await.unwrap();
    assert_eq!(company.count(Stage::Token), 2);
    assert_eq!(company.violations(), [""; 0]);
    first != second
}

#[tokio::test]
async fn oidcc_client_test_refresh_token() {
    assert!(refreshes(None).await);
}

#[tokio::test]
async fn oidcc_client_test_refresh_token_invalid_issuer() {
    // REF-013
    assert!(!refreshes(Some(Fault::Claims(json!({ "iss": "https://id.example1" })))).await);
}

#[tokio::test]
async fn oidcc_client_test_refresh_token_invalid_sub() {
    // REF-014
    assert!(!refreshes(Some(Fault::Claims(json!({ "sub": "2482897610011" })))).await);
}
