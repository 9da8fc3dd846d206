//! The token endpoint: codes and refresh tokens, clients, resources, and how it says no.

use std::time::Duration;

use admit::HttpClient as _;
use admit_testkit::entra::{FABRIKAM, Fault, LAMPLIGHT, Refusal, Stage};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::app::{Answer, App, SECRET, USUAL, code_fields, refresh_fields, token_request};

const BOTH: &str = "openid offline_access User.Read 499b84ac-1321-427f-aa17-267ca6975798/vso.project";
const DEVOPS: &str = "499b84ac-1321-427f-aa17-267ca6975798/vso.project";

#[tokio::test]
async fn a_code_becomes_tokens() {
    let app = App::new();
    let code = app.code("norma", "organizations", USUAL).await;
    let mut fields = code_fields(&code).to_vec();
    fields.push(("client_info", "1"));
    let answer = app.post("organizations", &fields).await;
    insta::assert_snapshot!(answer.brief());
    assert_eq!(app.entra.violations(), [""; 0]);
}

#[tokio::test]
async fn a_code_is_good_once_in_time_and_where_it_was_issued() {
    let app = App::new();
    let refused = |number: u64| (400, "invalid_grant".to_owned(), number);

    let code = app.code("norma", FABRIKAM, USUAL).await;
    // T94
    assert_eq!(app.exchange("common", &code).await.error(), refused(700_005));
    let mut fields = code_fields(&code);
    fields[2].1 = "another-verifier-that-is-long-enough-for-the-rfc";
    assert_eq!(app.post(FABRIKAM, &fields).await.error(), refused(501_481));
    let mut fields = code_fields(&code);
    fields[3].1 = "https://app.example/";
    assert_eq!(app.post(FABRIKAM, &fields).await.error(), (401, "invalid_client".to_owned(), 500_112));
    assert_eq!(app.exchange("fabrikam.example", &code).await.status, 200);
    assert_eq!(app.exchange(FABRIKAM, &code).await.error(), refused(54_005));

    let code = app.code("norma", FABRIKAM, USUAL).await;
    app.clock.advance(Duration::from_secs(600));
    assert_eq!(app.exchange(FABRIKAM, &code).await.error(), refused(70_008));
    assert_eq!(app.exchange(FABRIKAM, "x").await.error(), refused(70_000));
}

#[tokio::test]
async fn a_client_says_who_it_is_once_and_by_a_secret_that_is_good() {
    let app = App::new();
    let fails = |secret: &'static str| {
        let mut fields = refresh_fields("x", "");
        fields[3].1 = secret;
        fields
    };
    let error = |number: u64| (401, "invalid_client".to_owned(), number);
    assert_eq!(app.post("common", &fails("wrong")).await.error(), error(7_000_215));
    assert_eq!(app.post("common", &refresh_fields("x", "")[..3]).await.error(), error(7_000_218));
    app.entra.add_secret("newer");
    app.entra.expire_secret(SECRET);
    assert_eq!(app.refresh("common", "x", "").await.error(), error(7_000_222));
    assert_eq!(app.post("common", &fails("newer")).await.error().2, 70_000);
    let mut other = fails("newer");
    other[2].1 = "another";
    assert_eq!(app.post("common", &other).await.error(), (400, "unauthorized_client".to_owned(), 700_016));

    // RFC 6749 §2.3.1: both halves are form-encoded. T36
    app.entra.add_secret(SECRET);
    let basic = |secret: &str| format!("Basic {}", STANDARD.encode(format!("app-id:{secret}")));
    let encoded: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    let mut request = token_request("common", &refresh_fields("x", "")[..2]);
    request.headers_mut().insert("Authorization", basic(&encoded).parse().unwrap());
    assert_eq!(Answer::from(app.entra.send(request.clone()).await).error().2, 70_000);
    request.headers_mut().insert("Authorization", basic("wrong").parse().unwrap());
    assert_eq!(Answer::from(app.entra.send(request).await).error(), error(7_000_215));
    let mut twice = token_request("common", &refresh_fields("x", ""));
    twice.headers_mut().insert("Authorization", basic(&encoded).parse().unwrap());
    assert_eq!(Answer::from(app.entra.send(twice).await).status, 400);
    assert_eq!(app.entra.violations(), ["token: the client proves itself in two ways"]);
}

#[tokio::test]
async fn one_token_is_for_one_resource() {
    let app = App::new();
    let code = app.code("norma", FABRIKAM, BOTH).await;
    let mut fields = code_fields(&code).to_vec();
    fields.push(("scope", BOTH));
    // T86
    assert_eq!(app.post(FABRIKAM, &fields).await.error(), (400, "invalid_scope".to_owned(), 700_022));
    fields[6].1 = DEVOPS;
    let devops = app.post(FABRIKAM, &fields).await;
    assert_eq!(devops.text("scope"), DEVOPS);
    assert!(devops.json.get("id_token").is_some());

    // The refresh token is for whatever was agreed to; of several resources, the first is meant.
    let refresh_token = devops.text("refresh_token");
    let graph = app.refresh(FABRIKAM, &refresh_token, "User.Read").await;
    assert_eq!(graph.text("scope"), "openid https://graph.microsoft.com/User.Read");
    assert_eq!(graph.json.get("id_token"), None);
    assert_eq!(app.refresh(FABRIKAM, &refresh_token, &format!("{DEVOPS} User.Read")).await.text("scope"), DEVOPS);
    let never = app.refresh(FABRIKAM, &refresh_token, "Mail.Read").await;
    assert_eq!(never.error(), (400, "invalid_grant".to_owned(), 65_001));
    assert_eq!(never.text("suberror"), "consent_required");
}

#[tokio::test]
async fn a_refresh_token_brings_another_and_stays_good_for_ninety_days() {
    let app = App::new();
    let first = app.sign_in("norma", "common", USUAL).await.text("refresh_token");
    let answer = app.refresh("common", &first, USUAL).await;
    let second = answer.text("refresh_token");
    assert_ne!(first, second);
    assert_eq!(answer.id_token().get("nonce"), None);
    assert_eq!(app.refresh("common", &first, "User.Read").await.status, 200);
    app.clock.advance(Duration::from_secs(90 * 24 * 3600));
    assert_eq!(app.refresh("common", &second, "User.Read").await.error(), (400, "invalid_grant".to_owned(), 700_082));

    let third = app.sign_in("norma", "common", USUAL).await.text("refresh_token");
    app.entra.revoke_sessions("norma");
    assert_eq!(app.refresh("common", &third, "User.Read").await.error(), (400, "invalid_grant".to_owned(), 50_173));
    // T87
    assert_eq!(app.sign_in("norma", "common", "openid User.Read").await.json.get("refresh_token"), None);
}

#[tokio::test]
async fn a_refresh_token_is_good_in_every_tenant_where_the_person_is_and_has_agreed() {
    let app = App::new();
    let token = app.sign_in("norma", FABRIKAM, USUAL).await.text("refresh_token");
    assert_eq!(app.refresh(LAMPLIGHT, &token, "User.Read").await.error().2, 65_001);
    app.sign_in("norma", LAMPLIGHT, USUAL).await;
    let there = app.refresh(LAMPLIGHT, &token, "openid profile User.Read").await;
    assert_eq!(there.id_token()["tid"], LAMPLIGHT);
    let bo = app.sign_in("bo", FABRIKAM, USUAL).await.text("refresh_token");
    assert_eq!(app.refresh(LAMPLIGHT, &bo, "User.Read").await.error().2, 50_020);
}

#[tokio::test]
async fn a_token_that_lives_long_says_when_to_renew_it() {
    let app = App::with(|builder| builder.access_token_lifetime(Duration::from_secs(28 * 3600)));
    let answer = app.sign_in("bo", "common", USUAL).await;
    assert_eq!((&answer.json["expires_in"], &answer.json["refresh_in"]), (&json!(100_800), &json!(50_400)));
}

#[tokio::test]
async fn a_refusal_has_a_number_and_ids() {
    // T79, ENT-011, ENT-012
    let app = App::new();
    let wanted = json!({ "access_token": { "acrs": { "essential": true, "value": "c1" } } });
    let token = app.sign_in("norma", "common", USUAL).await.text("refresh_token");
    app.entra.require_claims(wanted.clone());
    insta::assert_snapshot!(app.refresh("common", &token, "User.Read").await.brief());

    // Once the person was sent there with these claims, among others, all is well.
    let claims = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"},"xms_cc":{"values":["cp1"]}}}"#;
    let code = app.go("norma", "common", &[("claims", claims)]).await.parameter("code").unwrap().to_owned();
    let renewed = app.exchange("common", &code).await.text("refresh_token");
    assert_eq!(app.refresh("common", &renewed, "User.Read").await.status, 200);
    assert_eq!(app.refresh("common", &token, "User.Read").await.error().1, "interaction_required");
    app.entra.require_claims(Value::Null);
    assert_eq!(app.refresh("common", &token, "User.Read").await.status, 200);

    for (number, error) in
        [(50_173, "invalid_grant"), (70_043, "invalid_grant"), (65_001, "invalid_grant"), (50_196, "invalid_grant")]
    {
        app.entra.fail_once(Stage::Token, Fault::Refusal(Refusal::aadsts(number)));
        assert_eq!(app.refresh("common", &token, "User.Read").await.error(), (400, error.to_owned(), number.into()));
    }
}

#[tokio::test]
async fn what_is_no_form_or_has_a_field_twice_is_refused_and_kept() {
    let app = App::new();
    let mut request = token_request("common", &refresh_fields("x", ""));
    request.headers_mut().insert("Content-Type", "application/json".parse().unwrap());
    assert_eq!(Answer::from(app.entra.send(request).await).error().2, 900_144);
    let mut fields = refresh_fields("x", "");
    fields.push(("refresh_token", "y"));
    assert_eq!(app.post("common", &fields).await.error().2, 90_023);
    let code = app.code("norma", "common", USUAL).await;
    let fields: Vec<_> = code_fields(&code).into_iter().filter(|(name, _)| *name != "code_verifier").collect();
    assert_eq!(app.post("common", &fields).await.error().2, 501_481);
    let other = [("grant_type", "password"), ("client_id", "app-id"), ("client_secret", SECRET)];
    assert_eq!(app.post("common", &other).await.error(), (400, "unsupported_grant_type".to_owned(), 70_003));
    assert_eq!(
        app.entra.violations(),
        [
            "token: the request is no form that was posted",
            "token: the field `refresh_token` stands twice",
            "token: the field `code_verifier` is missing",
        ]
    );
}

#[tokio::test]
async fn client_info_says_who_a_guest_is_at_home() {
    // T99
    let app = App::new();
    let code = app.code("norma", LAMPLIGHT, USUAL).await;
    let mut fields = code_fields(&code).to_vec();
    fields.push(("client_info", "1"));
    let answer = app.post(LAMPLIGHT, &fields).await;
    let info: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(answer.text("client_info")).unwrap()).unwrap();
    assert_eq!((&info["utid"], &info["uid"]), (&json!(FABRIKAM), &json!(app.entra.object_id("norma", FABRIKAM))));
    assert_eq!(answer.id_token()["oid"], json!(app.entra.object_id("norma", LAMPLIGHT)));
    assert_ne!(info["uid"], answer.id_token()["oid"]);
}
