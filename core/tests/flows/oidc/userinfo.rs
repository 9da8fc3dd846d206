//! The userinfo endpoint, where a description asks for it.

use std::sync::{Arc, Mutex};

use admit::{Claims, Decision, Email, OAuthProvider, Profile};
use admit_testkit::oidc::{Fault, Stage};
use http::StatusCode;
use http::header::AUTHORIZATION;
use serde_json::{Value, json};

use super::{refused, sign_in, site, site_and, site_with};
use crate::support::Site;
use crate::support::rules::Rules;

/// A site that reads userinfo, and what its application was told of the person.
fn telling(userinfo: Value) -> (Site, admit_testkit::PretendOidc, Arc<Mutex<Option<Claims>>>) {
    let told = Arc::new(Mutex::new(None));
    let hears = Arc::clone(&told);
    let rules = Rules::default().sign_in(move |attempt| {
        *hears.lock().unwrap() = Some(attempt.claims.clone());
        Ok(Decision::Allow)
    });
    let token = json!({ "sub": "7", "name": "Ada", "email": "ada@id.example" });
    let (site, company) = site_and(
        |company| company.person("ada", token, userinfo),
        OAuthProvider::userinfo,
        |builder| builder.callbacks(rules),
    );
    (site, company, told)
}

#[tokio::test]
async fn what_the_token_does_not_say_is_taken_from_there() {
    // TOK-025
    let (site, company, told) =
        telling(json!({ "name": "Someone Else", "locale": "en", "iss": "https://evil.example" }));
    let mut browser = site.browser();
    sign_in(&mut browser, &company).await;
    assert_eq!(browser.session().await["user"]["name"], "Ada", "the token's word counts");
    let claims = told.lock().unwrap().clone().unwrap();
    assert_eq!((claims.text("locale"), claims.text("iss")), (Some("en"), Some("https://id.example")));
    let request = company.requests(Stage::Userinfo).pop().unwrap();
    assert!(request.headers()[AUTHORIZATION].to_str().unwrap().starts_with("Bearer access-"));
    assert_eq!(request.uri().query(), None);
}

#[tokio::test]
async fn an_address_is_verified_by_whoever_gave_it() {
    for (userinfo, expected) in [
        (json!({ "email": "ada@id.example", "email_verified": true }), true),
        (json!({ "email": "eve@evil.example", "email_verified": true }), false),
        (json!({ "email": null, "email_verified": true }), false),
        (json!({}), false),
    ] {
        let (site, company, told) = telling(userinfo.clone());
        sign_in(&mut site.browser(), &company).await;
        let claims = told.lock().unwrap().clone().unwrap();
        assert_eq!(claims.text("email"), Some("ada@id.example"));
        assert_eq!(claims.flag("email_verified") == Some(true), expected, "{userinfo}");
    }
}

#[tokio::test]
async fn one_that_speaks_of_another_person_is_not_listened_to() {
    let (site, company) = site_with(|company| company, OAuthProvider::userinfo);
    company.fail_once(Stage::Userinfo, Fault::AnotherPerson);
    assert_eq!(refused(&site, &company).await, "profile_invalid");
    for sub in [json!(null), json!(248_289_761_001_u64), json!(" 248289761001"), json!("")] {
        company.fail_once(Stage::Userinfo, Fault::Claims(json!({ "sub": sub })));
        assert_eq!(refused(&site, &company).await, "profile_invalid", "{sub}");
    }
    sign_in(&mut site.browser(), &company).await;
}

#[tokio::test]
async fn one_that_fails_ends_the_sign_in() {
    // TOK-026
    let (unasked, company) = site();
    sign_in(&mut unasked.browser(), &company).await;
    assert_eq!(company.count(Stage::Userinfo), 0, "the description does not ask for it");

    let (site, company) = site_with(|company| company, OAuthProvider::userinfo);
    for (status, body, expected) in [
        (401, "", "token_rejected"),
        (203, "<html>", "token_rejected"),
        (503, "", "provider_unavailable"),
        (200, "<html>", "token_response_invalid"),
        (200, "eyJhbGciOiJSUzI1NiJ9.e30.AAAA", "token_response_invalid"),
    ] {
        let status = StatusCode::from_u16(status).unwrap();
        company.fail_once(Stage::Userinfo, Fault::Answer { status, body: body.into() });
        assert_eq!(refused(&site, &company).await, expected, "{status} {body}");
    }
    company.publish(&json!({ "userinfo_endpoint": null }));
    site.clock.advance(std::time::Duration::from_secs(3600));
    assert_eq!(refused(&site, &company).await, "discovery_invalid");
}

#[tokio::test]
async fn a_mapper_of_the_applications_own_sees_the_verified_claims() {
    let mapper = |claims: &Claims| {
        Ok(Profile::new(format!("{}/{}", claims.id("aud")?, claims.id("sub")?))
            .name(Some("Mapped"))
            .email(claims.text("email").map(Email::unverified)))
    };
    let (site, company) = site_with(|company| company, |provider| provider.profile(mapper));
    let mut browser = site.browser();
    sign_in(&mut browser, &company).await;
    assert_eq!(browser.session().await["user"]["name"], "Mapped");
}
