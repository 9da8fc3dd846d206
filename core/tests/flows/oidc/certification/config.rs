//! Configuration: what the provider publishes is fetched and used, and only if it is the provider's.

use admit_testkit::oidc::Stage;
use serde_json::json;

use super::super::{counts, held_back};
use super::{signs_in, site};

#[tokio::test]
async fn oidcc_client_test_discovery_openid_config() {
    let (site, company) = site();
    signs_in(&site, &company).await;
    assert_eq!(company.count(Stage::Discovery), 1);
}

#[tokio::test]
async fn oidcc_client_test_discovery_jwks_uri_keys() {
    let (site, company) = site();
    signs_in(&site, &company).await;
    assert_eq!(company.count(Stage::Keys), 1);
}

#[tokio::test]
async fn oidcc_client_test_discovery_issuer_mismatch() {
    // MIX-008
    let (site, company) = site();
    company.publish(&json!({ "issuer": "https://id.example/INVALID" }));
    assert_eq!(held_back(&site).await, "discovery_invalid");
    assert_eq!(counts(&company), (1, 0, 0));
}

#[tokio::test]
async fn oidcc_client_test_signing_key_rotation() {
    // IDT-039
    let (site, company) = site();
    signs_in(&site, &company).await;
    company.rotate_keys(false);
    signs_in(&site, &company).await;
    assert_eq!(company.count(Stage::Keys), 2);
}

#[tokio::test]
async fn oidcc_client_test_signing_key_rotation_just_before_signing() {
    let (site, company) = site();
    signs_in(&site, &company).await;
    let mut browser = site.browser();
    let there = crate::support::location(&browser.begin("company", "/").await);
    let back = company.authorize_as("ada", &there).await.unwrap().path_and_query();
    company.rotate_keys(false);
    browser.get(&back).await;
    assert_eq!(browser.session().await["user"]["name"], "Ada Byron");
}
