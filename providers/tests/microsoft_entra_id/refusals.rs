//! What a person is told when Microsoft Entra ID says no.

use admit::Clock;
use serde_json::{Value, json};

use crate::browser::{location, parameter, reason};
use crate::{CONTOSO, HOST, ORIGIN, Site, ada_in};

#[tokio::test]
async fn a_refused_code_is_told_by_whose_turn_it_is() {
    // ENT-012
    for (status, body, expected) in [
        (400, json!({ "error": "invalid_grant", "error_codes": [54005] }), "token_rejected"),
        (400, json!({ "error": "invalid_grant", "error_codes": [70008] }), "token_rejected"),
        (400, json!({ "error": "invalid_grant", "error_codes": [53003] }), "administrator_needed"),
        (400, json!({ "error": "invalid_grant", "suberror": "message_only" }), "access_denied"),
        (400, json!({ "error": "interaction_required", "claims": "[]" }), "interaction_required"),
        (401, json!({ "error": "invalid_client", "error_codes": [7_000_215] }), "configuration"),
        (400, json!({ "error": "unauthorized_client", "error_codes": [700_016] }), "configuration"),
        (400, json!({ "error": "invalid_request", "error_codes": [900_144] }), "configuration"),
        (400, json!({ "error": "temporarily_unavailable" }), "provider_unavailable"),
        (503, json!({ "error": "server_error" }), "provider_unavailable"),
    ] {
        let site = Site::new();
        site.entra.refuses(status, &body);
        assert_eq!(site.refused().await, expected, "{body}");
    }
}

fn challenge() -> Value {
    json!({ "error": "interaction_required", "suberror": "basic_action", "claims": WANTED })
}

/// What Microsoft Entra ID wants of the next authorization request.
const WANTED: &str = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;

#[tokio::test]
async fn whoever_needs_more_proof_goes_back_with_the_claims_and_comes_in() {
    // ENT-011, azure.md T79
    let site = Site::with(&format!("{HOST}/common"), |entra| entra.client_capabilities(["cp1"]));
    let mut browser = site.browser();
    let first = browser.begin_with("?max_age=300").await;
    site.entra.refuses(400, &challenge());
    let back = site.entra.agree(&first).await;
    let answer = browser.get(&back).await;
    let there = location(&answer);
    assert_eq!(answer.status(), 302);
    assert!(there.starts_with(&format!("{HOST}/common/v2.0/authorize?")), "{there}");
    let asked: Value = serde_json::from_str(&parameter(&there, "claims").unwrap()).unwrap();
    let acrs = json!({ "essential": true, "value": "c1" });
    assert_eq!(asked, json!({ "access_token": { "acrs": acrs, "xms_cc": { "values": ["cp1"] } } }));
    // The same trip but for what has to be new.
    for name in ["client_id", "redirect_uri", "response_type", "scope", "max_age"] {
        assert_eq!(parameter(&there, name), parameter(&first, name), "{name}");
    }
    for name in ["state", "nonce", "code_challenge"] {
        assert!(parameter(&there, name) != parameter(&first, name), "{name}");
    }
    assert_eq!(browser.session().await, Value::Null);

    site.entra.says({
        let mut claims = ada_in(CONTOSO);
        claims["auth_time"] = site.clock.now().unix_seconds().into();
        claims
    });
    let back = site.entra.agree(&there).await;
    assert_eq!(location(&browser.get(&back).await), format!("{ORIGIN}/dashboard"));
    assert_ne!(browser.session().await, Value::Null);
}

#[tokio::test]
async fn a_provider_that_wants_more_and_more_is_told_after_the_second_time() {
    // ENT-011
    let site = Site::new();
    let mut browser = site.browser();
    site.entra.refuses(400, &challenge());
    let there = location(&browser.trip().await);
    site.entra.refuses(400, &challenge());
    let back = site.entra.agree(&there).await;
    assert_eq!(reason(&browser.get(&back).await), "interaction_required");
    assert_eq!(site.entra.token_requests().len(), 2);
    assert_eq!(browser.session().await, Value::Null);
}

#[tokio::test]
async fn claims_too_long_to_be_sent_are_told_and_not_cut() {
    // ENT-011
    let site = Site::new();
    let long = json!({ "access_token": { "acrs": { "value": "c".repeat(3000) } } }).to_string();
    site.entra.refuses(400, &json!({ "error": "interaction_required", "claims": long }));
    assert_eq!(site.refused().await, "interaction_required");
}

#[tokio::test]
async fn whoever_comes_back_with_more_proof_is_whoever_was_to_come() {
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    let there = browser.begin_with("?reauthenticate=1").await;
    site.entra.refuses(400, &challenge());
    let back = site.entra.agree(&there).await;
    let there = location(&browser.get(&back).await);
    let mut another = ada_in(CONTOSO);
    another["oid"] = json!("1b7a2a39-6a5c-4d3e-8f21-0c9d8e7f6a5b");
    site.entra.says(another);
    let back = site.entra.agree(&there).await;
    assert_eq!(reason(&browser.get(&back).await), "another_person");
}

#[tokio::test]
async fn an_error_that_comes_with_the_browser_is_told_by_whose_turn_it_is() {
    for (error, more, expected) in [
        ("access_denied", "&error_subcode=cancel", "access_denied"),
        ("access_denied", "&error_description=AADSTS65004%3A+declined", "access_denied"),
        ("access_denied", "&error_description=AADSTS90094%3A+admin", "administrator_needed"),
        ("access_denied", "&error_description=AADSTS50105%3A+not+assigned", "administrator_needed"),
        ("consent_required", "&error_description=AADSTS65001%3A+x", "interaction_required"),
        ("interaction_required", "", "interaction_required"),
        ("login_required", "&error_description=AADSTS50058%3A+x", "interaction_required"),
        ("temporarily_unavailable", "", "provider_unavailable"),
        ("invalid_request", "&error_description=AADSTS90014%3A+x", "token_rejected"),
    ] {
        let site = Site::new();
        let mut browser = site.browser();
        let state = parameter(&browser.begin().await, "state").unwrap();
        let path = format!("/api/auth/callback/microsoft-entra-id?error={error}&state={state}{more}");
        let answer = browser.get(&path).await;
        assert_eq!(reason(&answer), expected, "{error}{more}");
        assert_eq!(parameter(&location(&answer), "error").as_deref(), Some("OAuthCallbackError"));
        // It counts once.
        assert_ne!(reason(&browser.get(&path).await), expected, "{error}{more}");
    }
}

#[tokio::test]
async fn nothing_that_was_said_reaches_the_person() {
    // azure.md T81
    let sentence =
        "AADSTS53003: <script>private</script> ada@contoso.example\r\nTrace ID: 0000aaaa-11bb-cccc-dd22-eeeeee333333";
    let site = Site::new();
    site.entra.refuses(400, &json!({ "error": "invalid_grant", "error_description": sentence }));
    let mut browser = site.browser();
    let there = location(&browser.trip().await);
    let page = browser.get(there.strip_prefix(crate::ORIGIN).unwrap()).await;
    let page = String::from_utf8(page.body().to_vec()).unwrap();
    assert!(page.contains("An administrator has to agree first"), "{page}");
    for private in ["AADSTS", "private", "ada@", "0000aaaa"] {
        assert!(!there.contains(private) && !page.contains(private), "{private}: {there}\n{page}");
    }
}
