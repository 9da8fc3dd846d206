//! The basic profile with answers that the browser posts.

use admit::OAuthProvider;
use admit_testkit::PretendOidc;
use admit_testkit::oidc::{Fault, Stage};
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::super::held_back;
use super::site_with;
use crate::support::{Browser, ORIGIN, Site, location, parameter, refusal};

fn posting() -> (Site, PretendOidc) {
    site_with(|company| company, |provider: OAuthProvider| provider.form_post(true))
}

/// Goes to the provider, which lets the browser post its answer; what the site answers to that.
async fn trip(browser: &mut Browser<'_>, company: &PretendOidc, query: &str) -> Response<bytes::Bytes> {
    let there = location(&browser.begin(&format!("company{query}"), "/dashboard").await);
    assert_eq!(parameter(&there, "response_mode").as_deref(), Some("form_post"));
    let back = company.authorize_as("ada", &there).await.unwrap();
    let form = back.form().to_owned();
    browser.post_from_elsewhere(back.path(), "application/x-www-form-urlencoded", form).await
}

#[tokio::test]
async fn oidcc_client_test() {
    // FLW-032
    let (site, company) = posting();
    let mut browser = site.browser();
    let answer = trip(&mut browser, &company, "").await;
    // Browsers go on by GET.
    assert_eq!((answer.status(), location(&answer)), (StatusCode::FOUND, format!("{ORIGIN}/dashboard")));
    assert_eq!(browser.session().await["user"]["name"], "Ada Byron");
    assert_eq!(company.violations(), [""; 0]);
}

#[tokio::test]
async fn oidcc_client_test_form_post_error() {
    let (site, company) = posting();
    for query in ["?prompt=none", "?prompt=none&max_age=0"] {
        let mut browser = site.browser();
        let answer = trip(&mut browser, &company, query).await;
        assert_eq!(refusal(&answer).1, "OAuthCallbackError");
        let page = browser.get(location(&answer).strip_prefix(ORIGIN).unwrap()).await;
        assert_eq!(page.status(), StatusCode::OK);
        assert_eq!(browser.session().await, Value::Null);
    }
    assert_eq!((company.count(Stage::Token), company.count(Stage::Userinfo)), (0, 0));
    assert_eq!(company.violations(), [""; 0]);
}

#[tokio::test]
async fn oidcc_client_test_nonce_invalid() {
    let (site, company) = posting();
    let mut browser = site.browser();
    company.fail_once(Stage::Token, Fault::WrongNonce);
    assert_eq!(refusal(&trip(&mut browser, &company, "").await).2, "id_token_invalid");
    assert_eq!(browser.session().await, Value::Null);
}

#[tokio::test]
async fn every_module_of_the_basic_plan_that_stops_stops_by_a_post_too() {
    let signed = |company: admit_testkit::oidc::Builder| company.signs_userinfo();
    let (site, company) = site_with(signed, |provider: OAuthProvider| provider.form_post(true).userinfo());
    for (module, stage, fault) in [
        ("invalid-iss", Stage::Token, Fault::Claims(json!({ "iss": "https://id.example1" }))),
        ("invalid-aud", Stage::Token, Fault::Claims(json!({ "aud": "app-id1" }))),
        ("missing-sub", Stage::Token, Fault::Claims(json!({ "sub": null }))),
        ("missing-iat", Stage::Token, Fault::Claims(json!({ "iat": null }))),
        ("missing-aud", Stage::Token, Fault::Claims(json!({ "aud": null }))),
        ("idtoken-sig-none", Stage::Token, Fault::AlgNone),
        ("invalid-sig-rs256", Stage::Token, Fault::Forged),
        ("invalid-sig-hs256", Stage::Token, Fault::HmacWithPublicKey),
        ("invalid-athash", Stage::Token, Fault::WrongAccessTokenHash),
        ("userinfo-invalid-sub", Stage::Userinfo, Fault::Claims(json!({ "sub": "248289761001invalid" }))),
        ("userinfo-signed, forged", Stage::Userinfo, Fault::Forged),
    ] {
        let mut browser = site.browser();
        company.fail_once(stage, fault.clone());
        let answer = trip(&mut browser, &company, "").await;
        let expected = match (stage, &fault) {
            (Stage::Token, _) => "id_token_invalid",
            (_, Fault::Forged) => "token_response_invalid",
            _ => "profile_invalid",
        };
        assert_eq!(refusal(&answer).2, expected, "{module}");
        assert_eq!(browser.session().await, Value::Null, "{module}");
    }
    assert_eq!(company.count(Stage::Userinfo), 2);
    assert_eq!(location(&trip(&mut site.browser(), &company, "").await), format!("{ORIGIN}/dashboard"));
}

#[tokio::test]
async fn an_issuer_that_says_that_it_does_not_post_is_believed() {
    let (site, company) = posting();
    company.publish(&json!({ "response_modes_supported": ["query", "fragment"] }));
    assert_eq!(held_back(&site).await, "configuration");
    // One that says nothing is asked.
    let (site, company) = posting();
    company.publish(&json!({ "response_modes_supported": null }));
    assert_eq!(location(&trip(&mut site.browser(), &company, "").await), format!("{ORIGIN}/dashboard"));
}
