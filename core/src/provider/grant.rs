//! What is presented to a token endpoint, and what comes of it.

use std::fmt;

use crate::{Claims, Secret, TokenSet};

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
        /// The scopes of the authorization, for providers that want them again.
        scopes: &'a [String],
    },
    /// The refresh token from the last answer (RFC 6749 §6).
    RefreshToken {
        /// The token.
        refresh_token: &'a Secret,
        /// The redirect URI of the authorization, for providers that want it again.
        redirect_uri: &'a str,
        /// The scopes of the authorization, or those of them that the new access token shall have.
        scopes: &'a [String],
    },
}

/// What a provider granted, before it is known to whom.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Granted<'a> {
    /// The tokens.
    pub tokens: &'a TokenSet,
    /// The parameters of the callback.
    pub callback: &'a [(String, String)],
    /// The claims of the ID token, which was verified, if the provider speaks OpenID Connect.
    pub id_token: Option<&'a Claims>,
}

impl<'a> Granted<'a> {
    /// A grant, for testing a provider by itself.
    pub fn new(tokens: &'a TokenSet, callback: &'a [(String, String)]) -> Self {
        Self { tokens, callback, id_token: None }
    }

    /// With the claims of a verified ID token.
    #[must_use]
    pub fn id_token(mut self, claims: Option<&'a Claims>) -> Self {
        self.id_token = claims;
        self
    }

    /// The access token.
    pub fn access_token(&self) -> &Secret {
        &self.tokens.access_token
    }
}

impl fmt::Debug for Granted<'_> {
    /// Without the values of the callback: the code is among them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.callback.iter().map(|(name, _)| name).collect();
        f.debug_struct("Granted").field("tokens", &self.tokens).field("callback", &names).finish()
    }
}
