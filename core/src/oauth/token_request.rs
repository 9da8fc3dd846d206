//! The token request (RFC 6749 §4.1.3 and §6).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::HeaderValue;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};

use super::form_encode;
use crate::HttpRequest;
use crate::provider::{ClientAuthMethod, ClientAuthentication, Grant, OAuthProvider, ProviderContext, ProviderError};

/// The request as the RFCs have it.
pub(crate) fn request(
    config: &OAuthProvider,
    cx: &ProviderContext<'_>,
    grant: &Grant<'_>,
    client: &ClientAuthentication,
) -> Result<HttpRequest, ProviderError> {
    let mut form: Vec<(&str, &str)> = Vec::new();
    match grant {
        Grant::AuthorizationCode { code, redirect_uri, code_verifier, .. } => {
            form.push(("grant_type", "authorization_code"));
            form.push(("code", code.expose()));
            form.push(("redirect_uri", redirect_uri));
            if let Some(verifier) = code_verifier {
                form.push(("code_verifier", verifier.expose()));
            }
        }
        Grant::RefreshToken { refresh_token, .. } => {
            form.push(("grant_type", "refresh_token"));
            form.push(("refresh_token", refresh_token.expose()));
        }
    }
    let mut basic = None;
    match (client, config.client_auth) {
        (ClientAuthentication::None, _) => form.push(("client_id", cx.client_id)),
        (ClientAuthentication::Secret(secret), ClientAuthMethod::Post) => {
            form.push(("client_id", cx.client_id));
            form.push(("client_secret", secret.expose()));
        }
        (ClientAuthentication::Secret(secret), ClientAuthMethod::Basic) => {
            basic = Some(basic_header(cx.client_id, secret.expose())?);
        }
        (ClientAuthentication::Assertion { assertion_type, assertion }, _) => {
            form.push(("client_id", cx.client_id));
            form.push(("client_assertion_type", assertion_type));
            form.push(("client_assertion", assertion.expose()));
        }
    }
    let endpoint = cx
        .token_endpoint(config)
        .ok_or_else(|| ProviderError::Request("the description names no token endpoint".to_owned()))?;
    let mut request = form_post(endpoint, form_encode(form.into_iter()))?;
    if let Some(basic) = basic {
        request.headers_mut().insert(AUTHORIZATION, basic);
    }
    Ok(request)
}

/// A form post that asks for JSON.
pub(crate) fn form_post(endpoint: &str, body: String) -> Result<HttpRequest, ProviderError> {
    http::Request::post(endpoint)
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Bytes::from(body))
        .map_err(|error| ProviderError::Request(error.to_string()))
}

/// RFC 6749 §2.3.1: both halves are form-encoded before they are joined.
fn basic_header(id: &str, secret: &str) -> Result<HeaderValue, ProviderError> {
    let half = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let mut value =
        HeaderValue::try_from(format!("Basic {}", STANDARD.encode(format!("{}:{}", half(id), half(secret)))))
            .map_err(|_| ProviderError::Request("the client credential does not fit a header".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_encodes_both_halves_before_it_joins_them() {
        let header = basic_header("a:b", "c s:ec").unwrap();
        let encoded = header.to_str().unwrap().strip_prefix("Basic ").unwrap();
        assert_eq!(STANDARD.decode(encoded).unwrap(), b"a%3Ab:c+s%3Aec");
        assert!(header.is_sensitive());
    }
}
