//! What a description says of voiding tokens at the provider (RFC 7009), when they are not needed any more.

use std::fmt;

use super::{OAuthProvider, ProviderContext};
use crate::Secret;

/// Whether and how a provider is told that tokens are not needed any more.
#[derive(Clone, Debug)]
pub(crate) struct RevocationRules {
    pub(crate) endpoint: Option<String>,
    pub(crate) tokens: RevokedTokens,
    /// Whether it ends what the person granted the application elsewhere too.
    pub(crate) ends_all: bool,
    /// Whether an answer counts for anything.
    pub(crate) is_reliable: bool,
    /// What the application says; else it depends.
    pub(crate) at_sign_out: Option<bool>,
    pub(crate) authorizations_page: Option<String>,
}

impl Default for RevocationRules {
    fn default() -> Self {
        Self {
            endpoint: None,
            tokens: RevokedTokens::default(),
            ends_all: false,
            is_reliable: true,
            at_sign_out: None,
            authorizations_page: None,
        }
    }
}

/// Which tokens a provider is shown that shall void a grant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RevokedTokens {
    /// The refresh token, and the access token where there is no other. Most servers void both by either (RFC 7009 §2.1).
    #[default]
    Refresh,
    /// The access token, for a server that knows no other here.
    Access,
    /// Both, one after the other, for a server that voids only what it is shown.
    Both,
}

impl OAuthProvider {
    /// Where tokens are voided (RFC 7009), where the discovery document does not say. https, save on loopback.
    #[must_use]
    pub fn revocation_endpoint(mut self, url: impl Into<String>) -> Self {
        self.revocation.endpoint = Some(url.into());
        self
    }

    /// Which tokens the server wants to see there, in place of the refresh token.
    #[must_use]
    pub fn revoked_tokens(mut self, tokens: RevokedTokens) -> Self {
        self.revocation.tokens = tokens;
        self
    }

    /// That voiding one token takes back all that the person granted the application, on their other devices too. Then
    /// signing out on one does not do it, unless [`revoke_at_sign_out`](Self::revoke_at_sign_out) says so.
    #[must_use]
    pub fn revocation_ends_all(mut self, ends_all: bool) -> Self {
        self.revocation.ends_all = ends_all;
        self
    }

    /// Whether signing out voids the tokens at the provider.
    ///
    /// Unless this is called, those that the session keeps itself are voided, for nobody has them afterwards; and those in
    /// a token store stay, since the person's other sessions use them.
    #[must_use]
    pub fn revoke_at_sign_out(mut self, revoke: bool) -> Self {
        self.revocation.at_sign_out = Some(revoke);
        self
    }

    /// The page of the provider's where a person takes back what they granted. Whoever disconnects where the provider
    /// cannot be told is shown it. An empty one is none.
    #[must_use]
    pub fn authorizations_page(mut self, url: impl Into<String>) -> Self {
        self.revocation.authorizations_page = Some(url.into()).filter(|url| !url.is_empty());
        self
    }

    /// Where tokens are voided by a request that nobody promises to heed. It is sent, and whatever comes of it, the
    /// tokens count as not voided.
    #[must_use]
    pub fn danger_undocumented_revocation_endpoint(mut self, url: impl Into<String>) -> Self {
        self.revocation.is_reliable = false;
        self.revocation_endpoint(url)
    }

    /// Where tokens are voided, if the description says.
    pub fn revocation_url(&self) -> Option<&str> {
        self.revocation.endpoint.as_deref()
    }

    /// The page of the provider's where a person takes back what they granted, if the description says.
    pub fn authorizations_url(&self) -> Option<&str> {
        self.revocation.authorizations_page.as_deref()
    }
}

/// Where tokens are voided: the description's word, else the issuer's.
pub(crate) fn revocation_endpoint<'a>(config: &'a OAuthProvider, cx: &ProviderContext<'a>) -> Option<&'a str> {
    let published = || Some(cx.metadata()?.revocation_endpoint.as_ref()?.as_str());
    config.revocation_url().or_else(published)
}

/// What a request to void a token is made of (RFC 7009 §2.1).
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct RevocationRequest<'a> {
    /// Where it goes: the description's word, else the issuer's.
    pub endpoint: &'a str,
    /// The token.
    pub token: &'a Secret,
    /// Whether it is a refresh token, and not an access token.
    pub is_refresh_token: bool,
}

impl<'a> RevocationRequest<'a> {
    /// A request, for testing a provider by itself.
    pub fn new(endpoint: &'a str, token: &'a Secret, is_refresh_token: bool) -> Self {
        Self { endpoint, token, is_refresh_token }
    }
}

impl fmt::Debug for RevocationRequest<'_> {
    /// Without the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RevocationRequest")
            .field("endpoint", &self.endpoint)
            .field("is_refresh_token", &self.is_refresh_token)
            .finish_non_exhaustive()
    }
}
