//! The authorization request (RFC 6749 §4.1.1, RFC 7636 §4.3).

use oauth2::{PkceCodeChallenge, PkceCodeVerifier};
use url::Url;

use crate::provider::{AuthorizationRequest, OAuthProvider, Parameters};

/// The query as the RFCs have it, with what the description adds.
pub(crate) fn parameters(config: &OAuthProvider, request: &AuthorizationRequest<'_>) -> Parameters {
    let mut query = Parameters::default();
    for (name, value) in &config.parameters {
        query.set(name, value);
    }
    for (name, value) in request.extra {
        query.set(name, value);
    }
    query.set("response_type", config.response_type);
    query.set("client_id", request.client_id);
    query.set("redirect_uri", request.redirect_uri);
    if config.form_post {
        // OAuth 2.0 Form Post Response Mode §2
        query.set("response_mode", "form_post");
    }
    if !request.scopes.is_empty() {
        query.set("scope", request.scopes.join(config.scope_separator));
    }
    query.set("state", request.state);
    if let Some(nonce) = request.nonce {
        query.set("nonce", nonce);
    }
    if let Some(challenge) = request.code_challenge {
        query.set("code_challenge", challenge);
        query.set("code_challenge_method", "S256");
    }
    query
}

/// The address to send the browser to: the endpoint, its own query kept, and ours behind it.
pub(crate) fn url(endpoint: &Url, query: &Parameters) -> String {
    let mut url = endpoint.clone();
    url.set_fragment(None);
    let joint = match url.query() {
        None => "?",
        Some("") => "",
        Some(_) => "&",
    };
    format!("{url}{joint}{}", query.encode())
}

/// The challenge for a verifier (RFC 7636 §4.2, S256).
pub(crate) fn code_challenge(verifier: &str) -> String {
    let verifier = PkceCodeVerifier::new(verifier.to_owned());
    PkceCodeChallenge::from_code_verifier_sha256(&verifier).as_str().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_the_one_of_rfc_7636_appendix_b() {
        assert_eq!(
            code_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn an_endpoint_keeps_the_query_it_has() {
        let mut query = Parameters::default();
        query.set("scope", "a b");
        for (endpoint, expected) in [
            ("https://idp.example/a", "https://idp.example/a?scope=a%20b"),
            ("https://idp.example/a?p=1", "https://idp.example/a?p=1&scope=a%20b"),
            ("https://idp.example/a?", "https://idp.example/a?scope=a%20b"),
        ] {
            assert_eq!(url(&Url::parse(endpoint).unwrap(), &query), expected);
        }
    }
}
