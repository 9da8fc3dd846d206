//! The token request (RFC 6749 §4.1.3 and §6).

use super::client_auth::authenticated_post;
use crate::HttpRequest;
use crate::provider::{ClientAuthentication, Grant, OAuthProvider, Parameters, ProviderContext, ProviderError};

/// The request as the RFCs have it.
pub(crate) fn request(
    config: &OAuthProvider,
    cx: &ProviderContext<'_>,
    grant: &Grant<'_>,
    client: &ClientAuthentication,
) -> Result<HttpRequest, ProviderError> {
    let mut form = Parameters::default();
    match grant {
        Grant::AuthorizationCode { code, redirect_uri, code_verifier, .. } => {
            form.set("grant_type", "authorization_code");
            form.set("code", code.expose());
            form.set("redirect_uri", *redirect_uri);
            if let Some(verifier) = code_verifier {
                form.set("code_verifier", verifier.expose());
            }
        }
        Grant::RefreshToken { refresh_token, .. } => {
            form.set("grant_type", "refresh_token");
            form.set("refresh_token", refresh_token.expose());
        }
    }
    let endpoint = cx
        .token_endpoint(config)
        .ok_or_else(|| ProviderError::Request("the description names no token endpoint".to_owned()))?;
    authenticated_post(endpoint, form, config, cx, client)
}
