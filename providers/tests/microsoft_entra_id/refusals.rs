//! What a person is told when Microsoft Entra ID says no.

use serde_json::json;

use crate::Site;
use crate::browser::{location, parameter, reason};

#[tokio::test]
async fn a_refused_code_is_told_by_whose_turn_it_is() {
    // ENT-012, ENT-011
    for (status, body, expected) in [
        (400, json!({ "error": "invalid_grant", "error_codes": [54005] }), "token_rejected"),
        (400, json!({ "error": "invalid_grant", "error_codes": [70008] }), "token_rejected"),
        (400, json!({ "error": "invalid_grant", "error_codes": [53003] }), "administrator_needed"),
        (400, json!({ "error": "invalid_grant", "suberror": "message_only" }), "access_denied"),
        (
            400,
            json!({ "error": "interaction_required", "claims": "{\"access_token\":{\"acrs\":{\"value\":\"c1\"}}}" }),
            "interaction_required",
        ),
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
