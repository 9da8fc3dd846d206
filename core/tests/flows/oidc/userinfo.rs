//! The userinfo endpoint, where a description asks for it.

use std::sync::{Arc, Mutex};

use admit::Clock as _;
use admit::{Claims, Decision, Email, OAuthProvider, Profile};
use admit_testkit::oidc::{Builder, Fault, Stage};
use http::StatusCode;
use http::header::{ACCEPT, AUTHORIZATION};
use serde_json::{Value, json};

use super::{counts, refused, sign_in, site, site_and, site_with};
use crate::support::Site;
use crate::support::log::Heard;
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
async fn how_the_person_proved_who_they_are_is_told_by_the_token_alone() {
    // STP-008
    let (site, company, told) = telling(json!({ "acr": "high", "amr": ["mfa"], "auth_time": 1, "locale": "en" }));
    company.fail_once(Stage::Token, Fault::Claims(json!({ "auth_time": null })));
    sign_in(&mut site.browser(), &company).await;
    let claims = told.lock().unwrap().clone().unwrap();
    assert_eq!(claims.authentication(), admit::Authentication::default());
    assert_eq!(claims.text("locale"), Some("en"));
}

#[tokio::test]
async fn one_that_is_signed_is_verified_and_used() {
    // IDT-032
    let (site, company) = site_with(|company| company.signs_userinfo(), OAuthProvider::userinfo);
    sign_in(&mut site.browser(), &company).await;
    assert_eq!(counts(&company), (1, 1, 1), "by the keys of the id token");
    assert_eq!(company.count(Stage::Userinfo), 1);
    let asked = company.requests(Stage::Userinfo).pop().unwrap();
    assert_eq!(asked.headers()[ACCEPT], "application/json, application/jwt");

    let person = json!({ "sub": "7", "name": "Ada" });
    let build = |company: Builder| company.signs_userinfo().person("ada", person, json!({ "name": "Eve" }));
    let (site, company) = site_with(build, OAuthProvider::userinfo);
    let mut browser = site.browser();
    company.fail_once(Stage::Userinfo, Fault::Claims(json!({ "email": "ada@id.example", "aud": ["x", "app-id"] })));
    sign_in(&mut browser, &company).await;
    let user = browser.session().await["user"].clone();
    assert_eq!((&user["name"], &user["email"]), (&json!("Ada"), &json!("ada@id.example")));
}

#[tokio::test]
async fn one_that_is_signed_by_another_or_for_another_ends_the_sign_in() {
    // IDT-032, JOS-001, JOS-023
    let heard = Heard::default();
    let _listening = heard.listen();
    let (site, company) = site_with(|company| company.signs_userinfo(), OAuthProvider::userinfo);
    let now = site.clock.now().unix_seconds();
    for (fault, expected, log) in [
        (Fault::Forged, "token_response_invalid", "its signature does not hold"),
        (Fault::UnknownKey, "token_response_invalid", "its signing key is not among the issuer's"),
        (Fault::AlgNone, "token_response_invalid", "it is signed by \\\"none\\\""),
        (Fault::HmacWithPublicKey, "token_response_invalid", "it is signed by \\\"HS256\\\""),
        (Fault::Claims(json!({ "iss": "https://evil.example" })), "token_response_invalid", "of another issuer"),
        (Fault::Claims(json!({ "iss": null })), "token_response_invalid", "of another issuer"),
        (Fault::Claims(json!({ "aud": "another" })), "token_response_invalid", "for another client (`aud`)"),
        (Fault::Claims(json!({ "aud": null })), "token_response_invalid", "does not say whom it is for"),
        (Fault::Claims(json!({ "exp": now - 60 })), "token_response_invalid", "it has ended (`exp`)"),
        (Fault::AnotherPerson, "profile_invalid", ""),
    ] {
        company.fail_once(Stage::Userinfo, fault.clone());
        assert_eq!(refused(&site, &company).await, expected, "{fault:?}");
        assert!(heard.text().contains(log), "{fault:?}: {}", heard.text());
    }
    assert!(!heard.text().contains("eyJ"), "no token is logged");
    sign_in(&mut site.browser(), &company).await;
}

#[tokio::test]
async fn keys_that_changed_between_the_two_tokens_are_fetched_once_more() {
    // IDT-032, IDT-039
    let (site, company) = site_with(|company| company.signs_userinfo(), OAuthProvider::userinfo);
    let site: &'static Site = Box::leak(Box::new(site));
    sign_in(&mut site.browser(), &company).await;
    let held = company.hold(Stage::Userinfo);
    let rotates = async {
        held.until_waiting(1).await;
        company.rotate_keys(false);
        held.release();
    };
    let mut browser = site.browser();
    tokio::join!(sign_in(&mut browser, &company), rotates);
    assert_eq!(company.count(Stage::Keys), 2);
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
