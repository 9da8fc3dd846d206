//! The basic profile: the code flow, and every way in which an ID token can be wrong.

use admit::OAuthProvider;
use admit::provider::{ClientAuthMethod, SigningAlgorithm};
use admit_testkit::oidc::{Fault, Stage};
use http::header::AUTHORIZATION;
use serde_json::json;

use super::{refused, signs_in, site, site_with, stops};

#[tokio::test]
async fn oidcc_client_test() {
    let (site, company) = site();
    signs_in(&site, &company).await;
}

#[tokio::test]
async fn oidcc_client_test_client_secret_basic() {
    // TOK-021
    let (site, company) = site_with(|company| company, |provider| provider.client_auth(ClientAuthMethod::Basic));
    signs_in(&site, &company).await;
    assert!(company.requests(Stage::Token)[0].headers().contains_key(AUTHORIZATION));
}

#[tokio::test]
async fn oidcc_client_test_scope_userinfo_claims() {
    let (site, company) = site_with(|company| company, OAuthProvider::userinfo);
    signs_in(&site, &company).await;
    let asked = company.requests(Stage::Authorize).pop().unwrap().uri().to_string();
    assert!(asked.contains("scope=openid%20profile%20email"), "{asked}");
    assert_eq!(company.count(Stage::Userinfo), 1);
}

#[tokio::test]
async fn oidcc_client_test_idtoken_sig_rs256() {
    let (site, company) = site_with(|company| company.signs_with(SigningAlgorithm::Rs256), |provider| provider);
    signs_in(&site, &company).await;
}

#[tokio::test]
async fn oidcc_client_test_invalid_iss() {
    assert_eq!(stops(Fault::Claims(json!({ "iss": "https://id.example1" }))).await, "id_token_invalid");
}

#[tokio::test]
async fn oidcc_client_test_invalid_aud() {
    // IDT-004
    assert_eq!(stops(Fault::Claims(json!({ "aud": "app-id1" }))).await, "id_token_invalid");
}

#[tokio::test]
async fn oidcc_client_test_nonce_invalid() {
    // IDT-020
    assert_eq!(stops(Fault::WrongNonce).await, "id_token_invalid");
}

#[tokio::test]
async fn oidcc_client_test_missing_sub() {
    // IDT-010
    assert_eq!(stops(Fault::Claims(json!({ "sub": null }))).await, "id_token_invalid");
}

#[tokio::test]
async fn oidcc_client_test_missing_iat() {
    assert_eq!(stops(Fault::Claims(json!({ "iat": null }))).await, "id_token_invalid");
}

#[tokio::test]
async fn oidcc_client_test_missing_aud() {
    assert_eq!(stops(Fault::Claims(json!({ "aud": null }))).await, "id_token_invalid");
}

#[tokio::test]
async fn oidcc_client_test_kid_absent_single_jwks() {
    let (site, company) = site();
    company.fail_once(Stage::Token, Fault::Header(json!({ "kid": null })));
    signs_in(&site, &company).await;
}

#[tokio::test]
async fn oidcc_client_test_kid_absent_multiple_jwks() {
    // Either is right by the module. Here each key is tried, for a token that does not say.
    let (site, company) = site();
    company.rotate_keys(true);
    company.fail_once(Stage::Token, Fault::Header(json!({ "kid": null })));
    signs_in(&site, &company).await;
}

#[tokio::test]
async fn oidcc_client_test_idtoken_sig_none() {
    // JOS-001. In the code flow a token may go unsigned by the standard. Not here.
    assert_eq!(stops(Fault::AlgNone).await, "id_token_invalid");
}

#[tokio::test]
async fn oidcc_client_test_invalid_sig_rs256() {
    assert_eq!(stops(Fault::Forged).await, "id_token_invalid");
}

#[tokio::test]
async fn oidcc_client_test_invalid_sig_es256() {
    let signs = |company: admit_testkit::oidc::Builder| company.signs_with(SigningAlgorithm::Es256);
    let (site, company) = site_with(signs, |provider| provider.id_token_algorithms([SigningAlgorithm::Es256]));
    company.fail_once(Stage::Token, Fault::Forged);
    assert_eq!(refused(&site, &company).await, "id_token_invalid");
    signs_in(&site, &company).await;
}

#[tokio::test]
async fn oidcc_client_test_invalid_sig_hs256() {
    assert_eq!(stops(Fault::HmacWithPublicKey).await, "id_token_invalid");
}

#[tokio::test]
async fn oidcc_client_test_invalid_athash() {
    // IDT-028
    assert_eq!(stops(Fault::WrongAccessTokenHash).await, "id_token_invalid");
}

#[tokio::test]
async fn oidcc_client_test_userinfo_invalid_sub() {
    let (site, company) = site_with(|company| company, OAuthProvider::userinfo);
    company.fail_once(Stage::Userinfo, Fault::Claims(json!({ "sub": "248289761001invalid" })));
    assert_eq!(refused(&site, &company).await, "profile_invalid");
}

#[tokio::test]
async fn oidcc_client_test_userinfo_bearer_header() {
    // TOK-025
    let (site, company) = site_with(|company| company, OAuthProvider::userinfo);
    signs_in(&site, &company).await;
    let request = company.requests(Stage::Userinfo).pop().unwrap();
    assert!(request.headers()[AUTHORIZATION].to_str().unwrap().starts_with("Bearer "));
    assert!(request.uri().query().is_none() && request.body().is_empty());
}

#[tokio::test]
async fn oidcc_client_test_userinfo_signed() {
    // IDT-032
    let (site, company) = site_with(|company| company.signs_userinfo(), OAuthProvider::userinfo);
    signs_in(&site, &company).await;
    assert_eq!(company.count(Stage::Userinfo), 1);
}

#[tokio::test]
async fn oidcc_client_test_missing_athash() {
    // IDT-028. The module is about flows in which the token comes by the browser. In the code flow it need not be there.
    let (site, company) = site();
    company.fail_once(Stage::Token, Fault::Claims(json!({ "at_hash": null })));
    signs_in(&site, &company).await;
}

/// Claims that say where others are to be had, with the address of somebody else.
async fn is_led_elsewhere(source: serde_json::Value) {
    let person = json!({
        "sub": "248289761001", "name": "Ada Byron",
        "_claim_names": { "address": "src1" }, "_claim_sources": { "src1": source },
    });
    let (site, company) = site_with(|company| company.person("ada", person, json!({})), OAuthProvider::userinfo);
    signs_in(&site, &company).await;
}

#[tokio::test]
async fn oidcc_client_test_aggregated_claims() {
    // They are passed on as they are: whose signature that is, only the application can know.
    is_led_elsewhere(json!({ "JWT": "eyJhbGciOiJub25lIn0.eyJhZGRyZXNzIjoiIn0." })).await;
}

#[tokio::test]
async fn oidcc_client_test_distributed_claims() {
    // Nobody asks there: the pretend provider takes down every request that is not for it.
    is_led_elsewhere(json!({ "endpoint": "https://elsewhere.example/claims", "access_token": "x" })).await;
}
