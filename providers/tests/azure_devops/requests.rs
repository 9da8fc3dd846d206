//! What goes out, byte for byte.

use std::time::Duration;

use admit::provider::{AuthorizationRequest, ClientAuthentication, Fault, Grant, OAuthFlow, ProviderError};
use admit::{HttpRequest, Secret};
use admit_providers::azure_devops::{AzureDevOps, Scope};

use crate::replay::NOW;
use crate::{CALLBACK, provider, refresh, with};

#[test]
fn the_authorization_request_is_exact() {
    // azure.md T38, ADO-002
    let scopes = [Scope::PROFILE, Scope::CODE].map(String::from);
    let request = AuthorizationRequest::new("app", CALLBACK, "st", &scopes);
    let provider = provider().scopes(scopes.clone());
    assert_eq!(provider.config().requested_scopes(), scopes);
    assert_eq!(
        with(|cx| provider.authorization(cx, &request)).unwrap().encode(),
        "response_type=Assertion&client_id=app\
         &redirect_uri=https%3A%2F%2Fapp.example%2Fapi%2Fauth%2Fcallback%2Fazure-devops\
         &scope=vso.profile%20vso.code&state=st"
    );
    assert!(!provider.config().uses_pkce());
}

#[test]
fn a_code_goes_as_five_fields_and_nothing_else() {
    // ADO-001
    let code = Secret::new("the.code");
    let verifier = Secret::new("never sent");
    let grant =
        Grant::AuthorizationCode { code: &code, redirect_uri: CALLBACK, code_verifier: Some(&verifier), scopes: &[] };
    assert_is_token_request(
        &request(&grant, "the.secret"),
        "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer\
         &client_assertion=the.secret\
         &grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer\
         &assertion=the.code\
         &redirect_uri=https%3A%2F%2Fapp.example%2Fapi%2Fauth%2Fcallback%2Fazure-devops",
    );
}

#[test]
fn a_refresh_token_goes_as_five_fields_and_nothing_else() {
    // azure.md T35, ADO-003
    assert_is_token_request(
        &request(&refresh(&Secret::new("the.rt")), "the.secret"),
        "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer\
         &client_assertion=the.secret\
         &grant_type=refresh_token\
         &assertion=the.rt\
         &redirect_uri=https%3A%2F%2Fapp.example%2Fapi%2Fauth%2Fcallback%2Fazure-devops",
    );
}

#[test]
fn every_character_of_a_secret_and_a_code_arrives() {
    // azure.md T36, T43
    let awkward = "a+b/c=d&e%f g é\u{1F511}";
    let long = "c".repeat(6 * 1024);
    for assertion in [awkward, &long] {
        let code = Secret::new(assertion);
        let grant = Grant::AuthorizationCode { code: &code, redirect_uri: CALLBACK, code_verifier: None, scopes: &[] };
        let body = request(&grant, awkward).into_body();
        let fields: Vec<(String, String)> = url::form_urlencoded::parse(&body).into_owned().collect();
        assert_eq!(fields.len(), 5);
        assert_eq!(fields[1], ("client_assertion".to_owned(), awkward.to_owned()));
        assert_eq!(fields[3], ("assertion".to_owned(), assertion.to_owned()));
    }
}

#[test]
fn the_redirect_uri_is_the_one_of_the_grant() {
    // azure.md T37
    let refresh_token = Secret::new("rt");
    let redirect_uri = "https://older.example/cb?x=1";
    let grant = Grant::RefreshToken { refresh_token: &refresh_token, redirect_uri, scopes: &[] };
    let body = request(&grant, "s").into_body();
    assert_eq!(url::form_urlencoded::parse(&body).last().unwrap().1, redirect_uri);
}

#[test]
fn a_client_without_a_secret_is_refused_before_anything_is_sent() {
    let assertion =
        ClientAuthentication::Assertion { assertion_type: "urn:example", assertion: Secret::new("an assertion") };
    for client in [ClientAuthentication::None, assertion] {
        let error = with(|cx| provider().token_request(cx, &refresh(&Secret::new("rt")), &client)).unwrap_err();
        assert_eq!(error.fault(), Fault::Configuration);
        assert!(!error.to_string().contains("an assertion"), "{error}");
    }
}

#[test]
fn another_server_can_stand_in_for_all_three_endpoints() {
    let provider = provider().endpoints("http://127.0.0.1:9009/azure/");
    let config = provider.config();
    assert_eq!(config.authorization_url(), Some("http://127.0.0.1:9009/azure/oauth2/authorize"));
    assert_eq!(config.token_url(), Some("http://127.0.0.1:9009/azure/oauth2/token"));
    assert!(config.userinfo_url().unwrap().starts_with("http://127.0.0.1:9009/azure/_apis/profile/profiles/me?"));
}

#[test]
fn after_its_last_day_the_service_is_sent_nobody_and_still_asked_for_refreshes() {
    // azure.md T107
    let scopes = [String::from(Scope::PROFILE)];
    let request = AuthorizationRequest::new("app", CALLBACK, "st", &scopes);
    let sent = |provider: AzureDevOps| with(|cx| provider.authorization(cx, &request));
    assert!(sent(provider().retires_on(NOW + Duration::from_secs(1))).is_ok());
    for past in [NOW, NOW.before(Duration::from_secs(1))] {
        assert!(matches!(sent(provider().retires_on(past)), Err(ProviderError::Retired(_))));
    }
    let client = ClientAuthentication::Secret(Secret::new("s"));
    let retired = provider().retires_on(NOW);
    assert!(with(|cx| retired.token_request(cx, &refresh(&Secret::new("rt")), &client)).is_ok());
}

fn request(grant: &Grant<'_>, secret: &str) -> HttpRequest {
    let client = ClientAuthentication::Secret(Secret::new(secret));
    with(|cx| provider().token_request(cx, grant, &client)).unwrap()
}

fn assert_is_token_request(request: &HttpRequest, body: &str) {
    assert_eq!(request.method(), "POST");
    assert_eq!(request.uri(), "https://app.vssps.visualstudio.com/oauth2/token");
    assert_eq!(request.headers().len(), 2, "{:?}", request.headers());
    assert_eq!(request.headers()["content-type"], "application/x-www-form-urlencoded");
    assert_eq!(request.headers()["accept"], "application/json");
    assert_eq!(request.body(), body);
}
