//! The ID token: what it says of whom, who signed it, and how it can be wrong.

use admit_testkit::entra::{CONSUMERS, FABRIKAM, Fault, LAMPLIGHT, Stage};
use serde_json::{Value, json};

use super::app::{App, LOGIN, USUAL, part};

const OPTIONAL: [&str; 5] = ["acct", "login_hint", "sid", "upn", "xms_edov"];

#[tokio::test]
async fn it_tells_who_a_member_a_guest_and_somebody_with_a_personal_account_are() {
    let app = App::with(|builder| builder.optional_claims(OPTIONAL));
    let mut told = String::new();
    for (login, authority) in [("norma", FABRIKAM), ("norma", LAMPLIGHT), ("vera", "organizations"), ("pia", "common")]
    {
        let claims = app.sign_in(login, authority, USUAL).await.id_token();
        told += &format!("{login} at {authority}: {}\n", serde_json::to_string_pretty(&claims).unwrap());
    }
    insta::assert_snapshot!(told);
}

#[tokio::test]
async fn what_was_not_asked_for_is_not_told() {
    let app = App::new();
    let claims = app.sign_in("norma", FABRIKAM, "openid User.Read").await.id_token();
    for absent in ["oid", "name", "preferred_username", "email", "upn", "xms_edov", "acct", "idp"] {
        assert_eq!(claims.get(absent), None, "{absent}");
    }
    assert_eq!(app.sign_in("bo", FABRIKAM, USUAL).await.id_token().get("email"), None);
}

#[tokio::test]
async fn the_subject_is_another_for_every_application_and_tenant() {
    // ENT-014
    let (app, other) = (
        App::new(),
        App::with(|_| admit_testkit::PretendEntra::builder("app-id-2", super::app::SECRET, super::app::REDIRECT_URI)),
    );
    let here = app.sign_in("norma", FABRIKAM, USUAL).await.id_token();
    let there = app.sign_in("norma", LAMPLIGHT, USUAL).await.id_token();
    assert_ne!(here["sub"], there["sub"]);
    assert_ne!(here["oid"], there["oid"]);
    assert_eq!(other.entra.object_id("norma", FABRIKAM).map(Value::from).as_ref(), Some(&here["oid"]));
    assert_eq!(here["sub"].as_str().map(str::len), Some(43));
}

#[tokio::test]
async fn a_published_key_of_the_right_issuer_has_signed_it() {
    let app = App::new();
    for (login, authority, issuer) in [
        ("norma", "common", "{tenantid}"),
        ("norma", FABRIKAM, FABRIKAM),
        ("pia", "common", CONSUMERS),
        ("pia", "consumers", CONSUMERS),
        ("pia", LAMPLIGHT, LAMPLIGHT),
    ] {
        let id_token = app.sign_in(login, authority, USUAL).await.text("id_token");
        let key = app.key_of(authority, &id_token).await.unwrap();
        assert_eq!(key["issuer"], format!("{LOGIN}/{issuer}/v2.0"), "{login} at {authority}");
    }
}

#[tokio::test]
async fn after_a_rotation_another_key_signs() {
    // IDT-039
    let app = App::new();
    let first = app.sign_in("norma", "common", USUAL).await.text("id_token");
    app.entra.rotate_keys(true);
    let second = app.sign_in("norma", "common", USUAL).await.text("id_token");
    assert_ne!(part(&first, 0)["kid"], part(&second, 0)["kid"]);
    assert!(app.key_of("common", &first).await.is_some() && app.key_of("common", &second).await.is_some());
    app.entra.rotate_keys(false);
    assert!(app.key_of("common", &second).await.is_none());
    let third = app.sign_in("norma", "common", USUAL).await.text("id_token");
    assert!(app.key_of("common", &third).await.is_some());
}

#[tokio::test]
async fn its_claims_can_be_wrong_under_a_signature_that_holds() {
    let app = App::new();
    for (fault, claim, expected) in [
        (Fault::WrongNonce, "nonce", json!("another")),
        (Fault::WrongAudience, "aud", json!("another-client")),
        // T61
        (Fault::WrongIssuer, "iss", json!(format!("{LOGIN}/{LAMPLIGHT}/v2.0"))),
        (Fault::TemplateInIssuer, "iss", json!(format!("{LOGIN}/{{tenantid}}/v2.0"))),
        // ENT-006, T64
        (Fault::OfTenant(CONSUMERS.to_owned()), "tid", json!(CONSUMERS)),
        // ENT-008, T70
        (Fault::FirstVersion, "iss", json!(format!("https://sts.windows.net/{FABRIKAM}/"))),
        // ENT-010, T78
        (Fault::TooManyGroups, "_claim_names", json!({ "groups": "src1" })),
        // ENT-021, T75
        (Fault::Claims(json!({ "xms_edov": "1" })), "xms_edov", json!("1")),
        (Fault::Claims(json!({ "oid": null })), "oid", Value::Null),
        (Fault::Claims(json!({ "tid": null })), "tid", Value::Null),
    ] {
        app.entra.fail_once(Stage::Token, fault.clone());
        let answer = app.sign_in("norma", "common", USUAL).await;
        assert_eq!(answer.id_token()[claim], expected, "{fault:?}");
        assert!(app.key_of("common", &answer.text("id_token")).await.is_some(), "{fault:?}");
    }
    app.entra.fail_once(Stage::Token, Fault::Expired);
    let claims = app.sign_in("norma", "common", USUAL).await.id_token();
    let now = admit::Clock::now(&app.clock).unix_seconds();
    assert!(claims["exp"].as_i64().unwrap() < now - 600);
}

#[tokio::test]
async fn its_signature_can_be_wrong() {
    // T66, JOS-001
    let app = App::new();
    for (fault, alg) in [
        (Fault::AlgNone, "none"),
        (Fault::HmacWithPublicKey, "HS256"),
        (Fault::UnknownKey, "RS256"),
        (Fault::Forged, "RS256"),
    ] {
        app.entra.fail_once(Stage::Token, fault.clone());
        let id_token = app.sign_in("norma", "common", USUAL).await.text("id_token");
        assert_eq!(part(&id_token, 0)["alg"], alg);
        assert!(app.key_of("common", &id_token).await.is_none(), "{fault:?}");
    }
    // ENT-007: the signature holds, but the key is for others.
    for (login, key_is_for) in [("norma", CONSUMERS), ("pia", "{tenantid}")] {
        app.entra.fail_once(Stage::Token, Fault::KeyOfTheOthers);
        let id_token = app.sign_in(login, "common", USUAL).await.text("id_token");
        let key = app.key_of("common", &id_token).await.unwrap();
        assert_eq!(key["issuer"], format!("{LOGIN}/{key_is_for}/v2.0"));
    }
    app.entra.fail_once(Stage::Token, Fault::Header(json!({ "jku": "https://evil.example/", "kid": null })));
    let id_token = app.sign_in("norma", "common", USUAL).await.text("id_token");
    assert_eq!(part(&id_token, 0), json!({ "typ": "JWT", "alg": "RS256", "jku": "https://evil.example/" }));
}
