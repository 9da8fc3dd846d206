//! One sign-in, and what goes over the wire for it.

use admit::Environment;
use admit_testkit::oidc::Stage;
use serde_json::{Value, json};

use crate::browser::parameter;
use crate::{ADA, CALLBACK, CONTOSO, FABRIKAM, HOST, PERSONAL, Site, ada_in, issuer};

#[tokio::test]
async fn a_person_of_any_tenant_signs_in_and_is_known_by_object_and_tenant() {
    // azure.md T59, ENT-014
    let site = Site::new();
    for tid in [CONTOSO, FABRIKAM, PERSONAL] {
        site.entra.says(ada_in(tid));
        assert_eq!(site.sign_in().await, format!("{ADA}.{tid}"));
    }
    // Another registration has another `sub` for her, and her address changed hands.
    let mut claims = ada_in(CONTOSO);
    claims["sub"] = json!("another");
    claims["email"] = json!("bo@contoso.example");
    site.entra.says(claims);
    assert_eq!(site.sign_in().await, format!("{ADA}.{CONTOSO}"));
    // One document and one set of keys for all of them.
    let oidc = &site.entra.oidc;
    assert_eq!((oidc.count(Stage::Discovery), oidc.count(Stage::Keys)), (1, 1));
    assert_eq!(oidc.violations(), [""; 0]);
}

#[tokio::test]
async fn the_authorization_request_has_state_nonce_pkce_and_every_scope() {
    let site = Site::with(&format!("{HOST}/common"), |entra| entra.more_scopes(["User.Read"]));
    let there = site.browser().begin().await;
    let value = |name: &str| parameter(&there, name);
    for (name, expected) in [
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid profile email offline_access User.Read"),
        ("code_challenge_method", "S256"),
        ("client_info", "1"),
    ] {
        assert_eq!(value(name).as_deref(), Some(expected), "{name}");
    }
    for name in ["state", "nonce", "code_challenge"] {
        assert!(value(name).is_some_and(|value| value.len() >= 43), "{name}");
    }
    assert_eq!(value("claims"), None);
}

#[tokio::test]
async fn the_secret_is_in_the_form_and_every_character_of_it_arrives() {
    let site = Site::new();
    site.sign_in().await;
    let form = site.entra.token_requests().remove(0);
    let names: Vec<_> = form.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["grant_type", "code", "redirect_uri", "code_verifier", "client_id", "client_secret", "scope", "client_info"]
    );
    assert_eq!(form[5].1, crate::SECRET);
}

#[tokio::test]
async fn parameters_that_nobody_knows_are_tolerated_in_the_answer() {
    // azure.md T93, ENT-018
    let site = Site::new();
    let mut browser = site.browser();
    let back = browser.consent().await;
    browser.get(&format!("{back}&session_state=0041ba5e&client_info=eyJ9&x=%00")).await;
    assert_ne!(browser.session().await, Value::Null);
}

#[tokio::test]
async fn the_answer_is_posted_where_that_was_asked_for() {
    // ENT-018, azure.md T92
    let site = Site::with(&format!("{HOST}/common"), |entra| entra.form_post());
    let mut browser = site.browser();
    let there = browser.begin().await;
    assert_eq!(parameter(&there, "response_mode").as_deref(), Some("form_post"));
    let back = site.entra.agree(&there).await;
    let (path, query) = back.split_once('?').unwrap();
    assert_eq!(crate::browser::reason(&browser.get(&back).await), "action_unsupported");
    browser.post(path, &format!("{query}&session_state=0041ba5e")).await;
    assert_ne!(browser.session().await, Value::Null);
}

#[tokio::test]
async fn capabilities_are_told_with_both_requests() {
    let site = Site::with(&format!("{HOST}/common"), |entra| entra.client_capabilities(["cp1"]));
    let mut browser = site.browser();
    let there = browser.begin().await;
    let expected = r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#;
    assert_eq!(parameter(&there, "claims").as_deref(), Some(expected));
    let back = site.entra.agree(&there).await;
    browser.get(&back).await;
    let form = site.entra.token_requests().remove(0);
    assert_eq!(form.iter().find(|(name, _)| name == "claims").map(|(_, value)| value.as_str()), Some(expected));
}

#[tokio::test]
async fn whoever_is_to_choose_an_account_is_given_no_hint() {
    let site = Site::new();
    let mut browser = site.browser();
    let there = browser.begin_with("?prompt=select_account&login_hint=ada@contoso.example").await;
    assert_eq!(parameter(&there, "prompt").as_deref(), Some("select_account"));
    assert_eq!(parameter(&there, "login_hint"), None);
    let there = browser.begin_with("?login_hint=ada@contoso.example").await;
    assert_eq!(parameter(&there, "login_hint").as_deref(), Some("ada@contoso.example"));
}

#[tokio::test]
async fn the_environment_names_the_authority_as_auth_js_has_it_unless_the_code_does() {
    let environment = || -> Environment {
        [("AUTH_MICROSOFT_ENTRA_ID_ISSUER", format!("{HOST}/{CONTOSO}/v2.0/"))].into_iter().collect()
    };
    let address = format!("{HOST}/{CONTOSO}");
    let site = Site::and(&address, |entra| entra, |builder| builder.environment(environment()));
    site.entra.publishes(&issuer(CONTOSO));
    assert_eq!(site.sign_in().await, format!("{ADA}.{CONTOSO}"));

    let site = Site::and(
        &format!("{HOST}/organizations"),
        |entra| entra.tenant("organizations"),
        |builder| builder.environment(environment()),
    );
    assert_eq!(site.sign_in().await, format!("{ADA}.{CONTOSO}"));

    let wrong: Environment = [("AUTH_MICROSOFT_ENTRA_ID_ISSUER", "contoso")].into_iter().collect();
    let built = admit::Auth::builder(crate::ORIGIN)
        .secret("a secret for tests, thirty-two bytes or more")
        .environment(wrong)
        .http_client(site.entra.clone())
        .provider(admit_providers::microsoft_entra_id(admit::Client::new(crate::CLIENT_ID, crate::SECRET)))
        .build();
    insta::assert_snapshot!(built.unwrap_err().to_string(), @r#"
    admit cannot start, 1 problem:
    - microsoft-entra-id: the issuer is "contoso", which is no address; write it as "https://login.microsoftonline.com/<tenant>/v2.0"
    "#);
}

#[tokio::test]
async fn a_session_with_a_large_token_set_still_fits() {
    // ENT-017
    let site = Site::new();
    let mut claims = ada_in(CONTOSO);
    claims["groups"] = json!((1..=200).map(|n| format!("00000000-0000-0000-0000-{n:012}")).collect::<Vec<_>>());
    claims["roles"] = json!((1..=40).map(|n| format!("Department.{n}.Administrator")).collect::<Vec<_>>());
    claims["at_hash"] = Value::Null;
    site.entra.says(claims);
    site.entra.says_beside(json!({ "access_token": "x".repeat(6 * 1024) }));
    let mut browser = site.browser();
    browser.sign_in().await;
    assert_eq!(browser.thrown_away(), [""; 0]);
    assert_eq!(browser.session().await["user"]["name"], "Ada Byron");
}

#[tokio::test]
async fn whoever_signs_out_is_signed_out_at_microsoft_too_by_the_hint_that_it_gave() {
    // azure.md T97
    let site = Site::with(&format!("{HOST}/common"), |entra| entra.sign_out_at_provider());
    site.entra.oidc.publish(&json!({ "end_session_endpoint": format!("{HOST}/common/oauth2/v2.0/logout") }));
    let mut claims = ada_in(CONTOSO);
    claims["login_hint"] = json!("O.CiQ-opaque");
    claims["preferred_username"] = json!("ada@contoso.example");
    site.entra.says(claims);
    let mut browser = site.browser();
    browser.sign_in().await;
    let there = browser.sign_out().await;
    assert!(there.starts_with(&format!("{HOST}/common/oauth2/v2.0/logout?")), "{there}");
    assert_eq!(parameter(&there, "logout_hint").as_deref(), Some("O.CiQ-opaque"));
    assert!(!there.contains("ada"), "{there}");
    assert_eq!(browser.session().await, Value::Null);
}
