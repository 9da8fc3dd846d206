//! What a description says of signing out at the provider too (OpenID Connect RP-Initiated Logout 1.0).

use std::fmt;

use super::{OAuthProvider, Parameters, ProviderContext};
use crate::Secret;
use crate::oauth::authorization;

/// Whether people are signed out at the provider too, and how.
#[derive(Clone, Debug, Default)]
pub(crate) struct SignOutRules {
    pub(crate) is_on: bool,
    pub(crate) endpoint: Option<String>,
    pub(crate) return_to: Option<String>,
    pub(crate) hint_claim: Option<String>,
}

impl OAuthProvider {
    /// Signs people out at the provider too: whoever signs out here is sent there, and comes back. Their session here
    /// has ended by then, whatever becomes of that.
    ///
    /// The address to register for the way back is the callback's, with `signout` in the place of `callback`.
    #[must_use]
    pub fn sign_out_at_provider(mut self) -> Self {
        self.sign_out.is_on = true;
        self
    }

    /// Where people are signed out, where the discovery document does not say. https, save on loopback.
    #[must_use]
    pub fn end_session_endpoint(mut self, url: impl Into<String>) -> Self {
        self.sign_out.endpoint = Some(url.into());
        self
    }

    /// Where the provider sends people afterwards, in place of admit's own address, which goes on to where the person
    /// wanted to go. It has to be registered there.
    #[must_use]
    pub fn post_logout_redirect_uri(mut self, url: impl Into<String>) -> Self {
        self.sign_out.return_to = Some(url.into());
        self
    }

    /// The claim whose value tells the provider who is signing out: kept in the session, and sent as `logout_hint`.
    #[must_use]
    pub fn logout_hint_claim(mut self, claim: impl Into<String>) -> Self {
        self.sign_out.hint_claim = Some(claim.into());
        self
    }
}

/// What a request to sign out at the provider is made of (RP-Initiated Logout §2).
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct EndSessionRequest<'a> {
    /// The client id.
    pub client_id: &'a str,
    /// The ID token of the sign-in or of the last refresh, where a token store keeps it.
    pub id_token_hint: Option<&'a Secret>,
    /// Who signs out, if the description names a claim for it.
    pub logout_hint: Option<&'a str>,
    /// Where the provider shall send the browser.
    pub post_logout_redirect_uri: &'a str,
    /// The value that comes back with the browser. None, if it comes back to the application.
    pub state: Option<&'a str>,
}

impl<'a> EndSessionRequest<'a> {
    /// A request, for testing a provider by itself.
    pub fn new(client_id: &'a str, post_logout_redirect_uri: &'a str) -> Self {
        Self { client_id, id_token_hint: None, logout_hint: None, post_logout_redirect_uri, state: None }
    }
}

impl fmt::Debug for EndSessionRequest<'_> {
    /// Without the hints, which are personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EndSessionRequest")
            .field("client_id", &self.client_id)
            .field("post_logout_redirect_uri", &self.post_logout_redirect_uri)
            .finish_non_exhaustive()
    }
}

/// The address as the specification has it. Nothing, if nobody says where people are signed out.
pub(crate) fn end_session_url(
    config: &OAuthProvider,
    cx: &ProviderContext<'_>,
    request: &EndSessionRequest<'_>,
) -> Option<String> {
    let own = config.sign_out.endpoint.as_deref().and_then(|url| url::Url::parse(url).ok());
    let endpoint = own.or_else(|| cx.metadata()?.end_session_endpoint.clone())?;
    let mut query = Parameters::default();
    query.set("client_id", request.client_id);
    if let Some(id_token) = request.id_token_hint {
        query.set("id_token_hint", id_token.expose());
    }
    if let Some(hint) = request.logout_hint {
        query.set("logout_hint", hint);
    }
    query.set("post_logout_redirect_uri", request.post_logout_redirect_uri);
    if let Some(state) = request.state {
        query.set("state", state);
    }
    Some(authorization::url(&endpoint, &query))
}
