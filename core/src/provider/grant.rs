//! What is presented to a token endpoint.

use crate::Secret;

/// The two things a token endpoint takes in exchange for tokens. Two arms, so that no provider forgets the refresh.
#[derive(Clone, Copy, Debug)]
pub enum Grant<'a> {
    /// The code that the provider sent with the browser (RFC 6749 §4.1.3).
    AuthorizationCode {
        /// The code.
        code: &'a Secret,
        /// Where the provider sent the browser, exactly as it was asked to.
        redirect_uri: &'a str,
        /// The PKCE verifier (RFC 7636 §4.5), unless the provider knows no PKCE.
        code_verifier: Option<&'a Secret>,
    },
    /// The refresh token from the last answer (RFC 6749 §6).
    RefreshToken {
        /// The token.
        refresh_token: &'a Secret,
        /// The redirect URI of the authorization, for providers that want it again.
        redirect_uri: &'a str,
        /// The scopes of the authorization.
        scopes: &'a [String],
    },
}
