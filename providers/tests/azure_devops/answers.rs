//! What the token endpoint's answers mean.

use std::time::Duration;

use admit::provider::{Fault, Grant, OAuthFlow, ProviderError};
use admit::{Secret, TokenSet};

use crate::replay::{NOW, answer};
use crate::{CALLBACK, chain, provider, refresh, with};

#[test]
fn tokens_are_read_however_the_lifetime_and_the_type_are_written() {
    // azure.md T02, T03, T04, T06, T21, T22
    for (members, life) in [
        (r#""expires_in":3599,"token_type":"jwt-bearer""#, Some(3599)),
        (r#""expires_in":"3599","token_type":"jwt""#, Some(3599)),
        (r#""expires_in":"3599.5","token_type":"Bearer""#, Some(3599)),
        (r#""expires_in":3599.0,"$id":"1","$type":"x""#, Some(3599)),
        (r#""expires_in":"""#, None),
        (r#""expires_in":"abc""#, None),
        (r#""expires_in":null"#, None),
        (r#""token_type":"jwt-bearer""#, None),
    ] {
        let body = format!("\u{feff}{{\"access_token\":\"at\",\"refresh_token\":\"rt\",{members}}}");
        let tokens = redeem(200, &body).unwrap();
        assert_eq!(tokens.expires_at, life.map(|life| NOW + Duration::from_secs(life)), "{members}");
        assert_eq!(tokens.refresh_token, Some(Secret::new("rt")), "{members}");
        assert_eq!(tokens.scope, None, "{members}");
    }
    assert!(matches!(redeem(200, r#"{"access_token":"a","access_token":"b"}"#), Err(ProviderError::Unexpected { .. })));
}

#[test]
fn a_refresh_may_bring_no_new_refresh_token_or_the_same_one() {
    // azure.md T27, T28
    assert_eq!(renew(200, r#"{"access_token":"at"}"#).unwrap().refresh_token, None);
    let same = renew(200, r#"{"access_token":"at","refresh_token":"old"}"#).unwrap();
    assert_eq!(same.refresh_token, Some(Secret::new("old")));
}

#[test]
fn a_dead_refresh_token_asks_the_person_back_and_the_same_words_for_a_code_do_not() {
    // azure.md T09, ADO-018
    for body in [
        r#"{"Error":"invalid_request","ErrorDescription":"The access token is not valid"}"#,
        r#"{"error":"invalid_request","error_description":"the access token is not valid."}"#,
        r#"{"Error":"InvalidRequest","ErrorDescription":"The refresh token has expired"}"#,
    ] {
        assert_eq!(renew(400, body).unwrap_err().fault(), Fault::Reauthenticate, "{body}");
        assert_eq!(redeem(400, body).unwrap_err().fault(), Fault::Protocol, "{body}");
    }
    let another = r#"{"Error":"invalid_request","ErrorDescription":"The redirect URI is not valid"}"#;
    assert_eq!(renew(400, another).unwrap_err().fault(), Fault::Protocol);
}

#[test]
fn the_services_own_words_for_a_dead_grant_are_known_on_a_refresh() {
    for code in ["InvalidRefreshToken", "accessTokenAlreadyRefreshed", "authorization_grant_expired"] {
        let body = format!(r#"{{"Error":"{code}"}}"#);
        assert_eq!(renew(400, &body).unwrap_err().fault(), Fault::Reauthenticate, "{code}");
    }
}

#[test]
fn an_error_is_one_whatever_its_status_and_spelling() {
    // azure.md T10, T11, T12, ADO-004, ADO-017
    for (status, body) in [
        (400, r#"{"error":"invalid_grant","error_description":"x"}"#),
        (200, r#"{"Error":"invalid_grant"}"#),
        (400, r#"{"Error":"InvalidGrant"}"#),
        (400, r#"{"Error":"invalid_request","error":"invalid_grant"}"#),
    ] {
        for answer in [redeem(status, body), renew(status, body)] {
            assert_eq!(answer.unwrap_err().fault(), Fault::Reauthenticate, "{body}");
        }
    }
}

#[test]
fn a_client_that_is_not_known_is_a_matter_of_configuration() {
    let body = r#"{"Error":"invalid_client","ErrorDescription":"Failed to deserialize the JsonWebToken object."}"#;
    for error in [redeem(400, body).unwrap_err(), renew(400, body).unwrap_err()] {
        assert_eq!(error.fault(), Fault::Configuration);
        assert!(error.is_invalid_client(), "another secret would not be tried");
        let text = error.to_string();
        assert!(text.contains("Failed to deserialize the JsonWebToken object. ("), "{text}");
        assert!(text.contains("the Client Secret is needed"), "{text}");
    }
    let expired = r#"{"Error":"ClientSecretExpired","ErrorDescription":"The access token is not valid"}"#;
    assert_eq!(renew(400, expired).unwrap_err().fault(), Fault::Configuration);
}

#[test]
fn what_is_no_answer_asks_nobody_back_and_is_not_repeated() {
    // azure.md T13, T14, ADO-004
    for (status, body) in [
        (400, ""),
        (400, "<html>private</html>"),
        (400, "null"),
        (400, "[]"),
        (400, "\"private\""),
        (200, "<!doctype html>private"),
        (203, r#"{"access_token":"private"}"#),
        (302, ""),
    ] {
        let error = renew(status, body).unwrap_err();
        assert_eq!(error.fault(), Fault::Protocol, "{status} {body}");
        assert!(!chain(&error).contains("private"), "{}", chain(&error));
    }
}

#[test]
fn a_description_cannot_forge_a_line_in_the_log() {
    // azure.md T81
    let body = format!(r#"{{"Error":"invalid_request","ErrorDescription":"a\r\nb <script>{}"}}"#, "x".repeat(10_240));
    let text = redeem(400, &body).unwrap_err().to_string();
    assert!(!text.contains(['\r', '\n']) && text.len() < 500, "{text}");
}

fn redeem(status: u16, body: &str) -> Result<TokenSet, ProviderError> {
    let code = Secret::new("code");
    read(
        &Grant::AuthorizationCode { code: &code, redirect_uri: CALLBACK, code_verifier: None, scopes: &[] },
        status,
        body,
    )
}

fn renew(status: u16, body: &str) -> Result<TokenSet, ProviderError> {
    read(&refresh(&Secret::new("old")), status, body)
}

fn read(grant: &Grant<'_>, status: u16, body: &str) -> Result<TokenSet, ProviderError> {
    with(|cx| provider().token_response(cx, grant, &answer(status, body.to_owned())))
}
