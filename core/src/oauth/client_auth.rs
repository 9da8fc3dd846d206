//! Where the client's proof goes in a request: a header or the form, and never both (RFC 6749 §2.3).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use http::header::AUTHORIZATION;

use super::{form_post, shown};
use crate::HttpRequest;
use crate::provider::{
    ClientAuthMethod, ClientAuthentication, OAuthProvider, Parameters, ProviderContext, ProviderError,
};

/// A form to an endpoint that wants to know which client asks, as the token endpoint does.
pub(crate) fn authenticated_post(
    endpoint: &str,
    form: Parameters,
    config: &OAuthProvider,
    cx: &ProviderContext<'_>,
    client: &ClientAuthentication,
) -> Result<HttpRequest, ProviderError> {
    let offered = cx.metadata().and_then(|metadata| metadata.client_auth_methods.as_deref());
    authenticated_post_to(endpoint, form, config, cx, client, offered)
}

/// The same to an endpoint with a list of methods of its own.
pub(super) fn authenticated_post_to(
    endpoint: &str,
    mut form: Parameters,
    config: &OAuthProvider,
    cx: &ProviderContext<'_>,
    client: &ClientAuthentication,
    offered: Option<&[String]>,
) -> Result<HttpRequest, ProviderError> {
    let mut basic = None;
    match client {
        ClientAuthentication::None => form.set("client_id", cx.client_id),
        ClientAuthentication::Secret(secret) => match secret_method(config, offered)? {
            ClientAuthMethod::Basic => basic = Some(basic_header(cx.client_id, secret.expose())?),
            ClientAuthMethod::Post => {
                form.set("client_id", cx.client_id);
                form.set("client_secret", secret.expose());
            }
        },
        ClientAuthentication::Assertion { assertion_type, assertion } => {
            form.set("client_id", cx.client_id);
            form.set("client_assertion_type", *assertion_type);
            form.set("client_assertion", assertion.expose());
        }
    }
    let mut request = form_post(endpoint, form.encode())?;
    if let Some(basic) = basic {
        request.headers_mut().insert(AUTHORIZATION, basic);
    }
    Ok(request)
}

/// Where a secret goes: where the description says, else where the issuer takes it, in a header if it takes both. An
/// issuer that does not say takes it in a header (OpenID Connect Discovery §3).
///
/// The list decides between the two places only. Documents leave methods out that their servers know, so an assertion
/// is sent whatever the list says.
fn secret_method(config: &OAuthProvider, offered: Option<&[String]>) -> Result<ClientAuthMethod, ProviderError> {
    if let Some(method) = config.client_auth {
        return Ok(method);
    }
    let Some(offered) = offered else { return Ok(ClientAuthMethod::Basic) };
    let methods = [ClientAuthMethod::Basic, ClientAuthMethod::Post];
    let method = methods.into_iter().find(|method| offered.iter().any(|name| name == method.name()));
    method.ok_or_else(|| ProviderError::ClientAuthMethod { offered: shown(&offered.join(", ")) })
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
