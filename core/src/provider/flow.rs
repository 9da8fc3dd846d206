//! The OAuth flow: each network step as a pair, the request and what to make of the answer.
//!
//! Every method but [`OAuthFlow::config`] does what the RFCs say. A provider that departs from them overrides the
//! method, beside a comment that names the section.

use std::fmt;

use async_trait::async_trait;

use super::{
    ClientAuthentication, EndSessionRequest, Endpoint, Grant, Granted, IdTokenError, IssuerError, OAuthProvider,
    Parameters, ProviderContext, ProviderError, RevocationRequest,
};
use crate::oauth::{self, authorization, revocation, token_request};
use crate::oidc;
use crate::{Claims, HttpRequest, HttpResponse, TokenSet};

/// How a provider signs people in by redirect.
#[async_trait]
pub trait OAuthFlow: fmt::Debug + Send + Sync + 'static {
    /// The description: endpoints, scopes, capabilities.
    fn config(&self) -> &OAuthProvider;

    /// The query of the authorization request (RFC 6749 §4.1.1, RFC 7636 §4.3). Refused from the day the service ends.
    ///
    /// # Errors
    /// When the provider takes no new sign-ins.
    fn authorization(
        &self,
        cx: &ProviderContext<'_>,
        request: &AuthorizationRequest<'_>,
    ) -> Result<Parameters, ProviderError> {
        match self.config().retires_on {
            Some(end) if end <= cx.now() => Err(ProviderError::Retired(format!("the service ended on {end}"))),
            _ => Ok(authorization::parameters(self.config(), request)),
        }
    }

    /// The token request (RFC 6749 §4.1.3 and §6).
    ///
    /// # Errors
    /// When it cannot be put together.
    fn token_request(
        &self,
        cx: &ProviderContext<'_>,
        grant: &Grant<'_>,
        client: &ClientAuthentication,
    ) -> Result<HttpRequest, ProviderError> {
        token_request::request(self.config(), cx, grant, client)
    }

    /// What the token endpoint's answer means (RFC 6749 §5).
    ///
    /// # Errors
    /// When it is a refusal, or no answer that the protocol knows.
    fn token_response(
        &self,
        cx: &ProviderContext<'_>,
        grant: &Grant<'_>,
        response: &HttpResponse,
    ) -> Result<TokenSet, ProviderError> {
        let _ = grant;
        let mut tokens = oauth::parse_token_answer(response, cx.now())?;
        if let (Some(separator), Some(scope)) = (self.config().granted_scope_separator, &mut tokens.scope) {
            *scope = scope.replace(separator, " ");
        }
        Ok(tokens)
    }

    /// Whether a discovery document with that `issuer` is the provider's (OpenID Connect Discovery §4.3): by default, if
    /// it is the issuer of the description, byte for byte.
    ///
    /// # Errors
    /// When it is another's. Nothing in the document is used then.
    fn check_metadata_issuer(&self, cx: &ProviderContext<'_>, found: &str) -> Result<(), IssuerError> {
        let _ = cx;
        oidc::check_metadata_issuer(self.config().issuer.as_deref(), found)
    }

    /// Whether a token is the issuer's, from its claims and the `issuer` of the key that signed it, if the key has one
    /// (OpenID Connect Core §3.1.3.7, 2): by default, if `iss` is the issuer of the description, byte for byte.
    ///
    /// The signature holds; no other claim has been looked at.
    ///
    /// # Errors
    /// When it is another's.
    fn check_token_issuer(
        &self,
        cx: &ProviderContext<'_>,
        key_issuer: Option<&str>,
        claims: &Claims,
    ) -> Result<(), IdTokenError> {
        let _ = (cx, key_issuer);
        oidc::check_token_issuer(self.config().issuer.as_deref(), claims)
    }

    /// Whether an answer to the browser that names its issuer is from whom the trip was begun with (RFC 9207 §2.4): by
    /// default, if it is the `issuer` of the discovery document or of the description, byte for byte.
    ///
    /// # Errors
    /// When it is another's. The code goes nowhere then.
    fn check_answer_issuer(&self, expected: &str, found: &str) -> Result<(), IssuerError> {
        oidc::check_metadata_issuer(Some(expected), found)
    }

    /// What it means that the provider sent the browser back with an error, where that is not what RFC 6749 §4.1.2.1
    /// says. Anybody can make a browser come with these parameters, so what they say is shown to nobody.
    fn authorization_error(&self, parameters: &[(String, String)]) -> Option<ProviderError> {
        let _ = parameters;
        None
    }

    /// Who the person is: by default the verified ID token's claims, if the provider speaks OpenID Connect, with those of
    /// the userinfo endpoint behind them if the description says so; else the userinfo endpoint's answer.
    ///
    /// # Errors
    /// When the provider does not say.
    async fn claims(&self, cx: &ProviderContext<'_>, granted: &Granted<'_>) -> Result<Claims, ProviderError> {
        if let Some(claims) = granted.id_token {
            return oidc::person(self.config(), cx, granted, claims).await;
        }
        match &self.config().userinfo_endpoint {
            Some(url) => cx.get_json(url, &granted.tokens.access_token).await,
            None => Err(ProviderError::Unexpected {
                endpoint: Endpoint::Userinfo,
                status: 0,
                what: "the provider's description names no userinfo endpoint".to_owned(),
                source: None,
            }),
        }
    }

    /// Where the browser goes so that the person is signed out at the provider too (OpenID Connect RP-Initiated Logout
    /// §2). Nothing, if nobody says where; then they are signed out here alone.
    ///
    /// # Errors
    /// When it cannot be put together: with the same effect.
    fn end_session_url(
        &self,
        cx: &ProviderContext<'_>,
        request: &EndSessionRequest<'_>,
    ) -> Result<Option<String>, ProviderError> {
        Ok(super::end_session_url(self.config(), cx, request))
    }

    /// The request by which a token is voided (RFC 7009 §2.1). Asked for only where the description or the discovery
    /// document names an endpoint.
    ///
    /// # Errors
    /// When it cannot be put together.
    fn revocation_request(
        &self,
        cx: &ProviderContext<'_>,
        request: &RevocationRequest<'_>,
        client: &ClientAuthentication,
    ) -> Result<HttpRequest, ProviderError> {
        revocation::request(self.config(), cx, request, client)
    }

    /// What the answer to it means (RFC 7009 §2.2).
    ///
    /// # Errors
    /// When the token may count on.
    fn revocation_response(&self, cx: &ProviderContext<'_>, response: &HttpResponse) -> Result<(), ProviderError> {
        let _ = cx;
        revocation::read(response)
    }
}

/// What an authorization request is made of.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct AuthorizationRequest<'a> {
    /// The client id.
    pub client_id: &'a str,
    /// Where the provider shall send the browser.
    pub redirect_uri: &'a str,
    /// The value that comes back with the browser (RFC 6749 §10.12). It cannot be switched off.
    pub state: &'a str,
    /// The value that comes back in the ID token (OpenID Connect Core §3.1.2.1), if the provider speaks OpenID Connect.
    pub nonce: Option<&'a str>,
    /// The PKCE challenge (S256), unless the provider knows no PKCE.
    pub code_challenge: Option<&'a str>,
    /// The scopes.
    pub scopes: &'a [String],
    /// What the caller of this sign-in adds, from the list that is allowed.
    pub extra: &'a [(String, String)],
}

impl<'a> AuthorizationRequest<'a> {
    /// A request, for testing a provider by itself.
    pub fn new(client_id: &'a str, redirect_uri: &'a str, state: &'a str, scopes: &'a [String]) -> Self {
        Self { client_id, redirect_uri, state, nonce: None, code_challenge: None, scopes, extra: &[] }
    }

    /// With a nonce.
    #[must_use]
    pub fn nonce(mut self, nonce: Option<&'a str>) -> Self {
        self.nonce = nonce;
        self
    }

    /// With a PKCE challenge.
    #[must_use]
    pub fn code_challenge(mut self, challenge: Option<&'a str>) -> Self {
        self.code_challenge = challenge;
        self
    }
}

impl fmt::Debug for AuthorizationRequest<'_> {
    /// Without state and nonce, which are the browser's secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationRequest")
            .field("client_id", &self.client_id)
            .field("redirect_uri", &self.redirect_uri)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
