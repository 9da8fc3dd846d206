//! What an issuer says of itself: the discovery document (OpenID Connect Discovery §3).

use url::Url;

use crate::Claims;
use crate::http::is_loopback;

/// A discovery document that is in order.
///
/// A flow finds it in [`ProviderContext::metadata`](crate::provider::ProviderContext::metadata).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Metadata {
    /// The issuer, as the document writes it.
    pub issuer: String,
    /// Where the browser is sent.
    pub authorization_endpoint: Url,
    /// Where codes and refresh tokens are exchanged.
    pub token_endpoint: Url,
    /// Where a person's claims are read, if anywhere.
    pub userinfo_endpoint: Option<Url>,
    /// Where authorization requests are pushed to, if anywhere (RFC 9126 §5).
    pub pushed_authorization_request_endpoint: Option<Url>,
    /// Whether those that were not pushed are refused.
    pub requires_pushed_requests: bool,
    /// Where the keys are.
    pub jwks_uri: Url,
    /// How clients may prove themselves at the token endpoint, if the document says.
    pub client_auth_methods: Option<Vec<String>>,
    /// Where people are signed out, if anywhere (RP-Initiated Logout §2.1). Nothing, if it is no https address.
    pub end_session_endpoint: Option<Url>,
    /// Where tokens are voided, if anywhere (RFC 8414 §2). Nothing, if it is no https address.
    pub revocation_endpoint: Option<Url>,
    /// How clients may prove themselves there, if the document says.
    pub revocation_auth_methods: Option<Vec<String>>,
    /// Whether every answer to the browser carries `iss` (RFC 9207 §3).
    pub sends_iss: bool,
    /// The whole document.
    pub document: Claims,
}

impl Metadata {
    /// Reads a document, also for testing a provider by itself: leniently in what we do not use, strictly in where secrets and people are sent.
    ///
    /// Every address is https. Only an issuer on this machine may name plain http, on this machine.
    ///
    /// # Errors
    /// When something that is needed is missing, or is no such address.
    pub fn parse(body: &[u8], issuer_is_here: bool) -> Result<Self, String> {
        let document = Claims::parse(body).map_err(|_| "no JSON object".to_owned())?;
        let optional = |name: &str| match document.text(name) {
            None => Ok(None),
            Some(text) => match Url::parse(text) {
                Ok(url) if url.scheme() == "https" => Ok(Some(url)),
                Ok(url) if issuer_is_here && url.scheme() == "http" && is_loopback(&url) => Ok(Some(url)),
                _ => Err(format!("its `{name}` is no https address")),
            },
        };
        let required = |name: &str| optional(name)?.ok_or_else(|| format!("it has no `{name}`"));
        Ok(Self {
            issuer: document.text("issuer").ok_or("it has no `issuer`")?.to_owned(),
            authorization_endpoint: required("authorization_endpoint")?,
            token_endpoint: required("token_endpoint")?,
            userinfo_endpoint: optional("userinfo_endpoint")?,
            pushed_authorization_request_endpoint: optional("pushed_authorization_request_endpoint")?,
            requires_pushed_requests: document.flag("require_pushed_authorization_requests") == Some(true),
            jwks_uri: required("jwks_uri")?,
            client_auth_methods: words(&document, "token_endpoint_auth_methods_supported"),
            end_session_endpoint: optional("end_session_endpoint").unwrap_or_default(),
            revocation_endpoint: optional("revocation_endpoint").unwrap_or_default(),
            revocation_auth_methods: words(&document, "revocation_endpoint_auth_methods_supported"),
            sends_iss: document.flag("authorization_response_iss_parameter_supported") == Some(true),
            document,
        })
    }
}

/// A list of words; nothing, if there is no word in it.
fn words(document: &Claims, name: &str) -> Option<Vec<String>> {
    let list = document.value(name)?.as_array()?;
    let words: Vec<_> = list.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect();
    (!words.is_empty()).then_some(words)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[allow(clippy::needless_pass_by_value, reason = "calls read better")]
    fn read(members: Value, issuer_is_here: bool) -> Result<Metadata, String> {
        let mut document = json!({
            "issuer": "https://idp.example", "authorization_endpoint": "https://idp.example/authorize",
            "token_endpoint": "https://idp.example/token", "jwks_uri": "https://idp.example/keys",
        });
        document.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        Metadata::parse(document.to_string().as_bytes(), issuer_is_here)
    }

    #[test]
    fn what_is_not_used_is_read_leniently() {
        let metadata =
            read(json!({ "scopes_supported": 7, "userinfo_endpoint": null, "claims": [[{}]] }), false).unwrap();
        assert!(metadata.userinfo_endpoint.is_none() && !metadata.sends_iss);
        assert_eq!(metadata.document.value("scopes_supported"), Some(&json!(7)));
        for (list, expected) in [
            (json!(null), None),
            (json!("client_secret_post"), None),
            (json!({}), None),
            (json!([]), None),
            (json!([7]), None),
            (json!(["a", 7, null, "b"]), Some(vec!["a".to_owned(), "b".to_owned()])),
        ] {
            let metadata = read(json!({ "token_endpoint_auth_methods_supported": list }), false).unwrap();
            assert_eq!(metadata.client_auth_methods, expected);
        }
    }

    #[test]
    fn every_address_is_https() {
        // MIX-011, SRF-003
        for name in [
            "authorization_endpoint",
            "token_endpoint",
            "jwks_uri",
            "userinfo_endpoint",
            "pushed_authorization_request_endpoint",
        ] {
            for address in [
                "http://idp.example/x",
                "http://169.254.169.254/",
                "http://127.0.0.1/x",
                "http://localhost.evil.example/",
                "file:///etc/passwd",
                "ftp://idp.example/",
                "data:text/plain,x",
                "javascript:alert(1)",
                "//idp.example/x",
                "/x",
            ] {
                let error = read(json!({ name: address }), false).unwrap_err();
                assert_eq!(error, format!("its `{name}` is no https address"), "{address}");
            }
            read(json!({ name: "http://127.0.0.1:9/x" }), true).unwrap();
            read(json!({ name: "http://idp.example/x" }), true).unwrap_err();
        }
    }

    #[test]
    fn where_people_sign_out_and_tokens_are_voided_is_https_or_nowhere() {
        let at = |address: &str| {
            let metadata = read(json!({ "end_session_endpoint": address, "revocation_endpoint": address }), false);
            let Metadata { end_session_endpoint, revocation_endpoint, .. } = metadata.unwrap();
            [end_session_endpoint, revocation_endpoint].map(|url| url.map(String::from))
        };
        assert_eq!(at("https://idp.example/out"), [(); 2].map(|()| Some("https://idp.example/out".to_owned())));
        for nowhere in ["http://idp.example/out", "javascript:alert(1)", "/out", ""] {
            assert_eq!(at(nowhere), [None, None], "{nowhere}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        for name in ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"] {
            for nothing in [json!(null), json!(""), json!(7), json!(["https://idp.example"])] {
                assert_eq!(read(json!({ name: nothing }), false).unwrap_err(), format!("it has no `{name}`"));
            }
        }
        for body in ["", "[]", "<html>", "null"] {
            assert_eq!(Metadata::parse(body.as_bytes(), false).unwrap_err(), "no JSON object");
        }
    }
}
