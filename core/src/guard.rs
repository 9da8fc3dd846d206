//! What a guarded route answers instead of its handler. Adapters use these, so that they answer alike.

use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::{HeaderValue, Response, StatusCode};
use serde_json::json;

use crate::address::with_query;
use crate::page::{Reason, WithoutToken};
use crate::why::{self, Why};
use crate::{AccessTokenError, AuthError, Current, ReauthenticationReason, answer, page, random};

impl Current {
    /// For somebody who is not signed in: a browser goes to sign in and comes back, a program gets 401.
    pub fn unauthenticated(&self) -> Response<Bytes> {
        if self.is_browser() {
            // Whoever comes for the first time knows why. Whoever was signed in does not.
            return self.to_sign_in(self.brings_a_session().then_some((Why::Ended, None)));
        }
        answer::json_no_store(StatusCode::UNAUTHORIZED, &json!({ "error": "unauthenticated" }))
    }

    /// For somebody who is signed in and may not do this: 403, as a page or as JSON.
    pub fn forbidden(&self) -> Response<Bytes> {
        if self.is_browser() {
            return page::refused(&self.frame(), None);
        }
        answer::json_no_store(StatusCode::FORBIDDEN, &json!({ "error": "forbidden" }))
    }

    /// For when it cannot be said who is signed in: 503 if a store is down, else 500. The cause goes to the log, under
    /// the reference that the person is shown.
    pub fn unavailable(&self, error: &AuthError) -> Response<Bytes> {
        match error {
            AuthError::Store(_) => {
                self.failed(StatusCode::SERVICE_UNAVAILABLE, Reason::SessionStoreUnavailable, "the session", error)
            }
            _ => self.failed(StatusCode::INTERNAL_SERVER_ERROR, Reason::Configuration, "the session", error),
        }
    }

    /// For when an access token cannot be had. If signing in again helps, a browser is sent to do so and a program
    /// gets 401; it is 503 while the provider cannot refresh, with the seconds to wait, and 500 if somebody has to mend
    /// the configuration or the provider has ended. Each page says what to do next.
    pub fn without_token(&self, error: &AccessTokenError) -> Response<Bytes> {
        match error {
            AccessTokenError::SignedOut => self.unauthenticated(),
            AccessTokenError::Session(error) => self.unavailable(error),
            AccessTokenError::NotConnected { provider } => self.unconnected(provider, Why::Unconnected, None, &[]),
            AccessTokenError::NeedsReauthentication { provider, reason, claims } => {
                let why = match reason {
                    ReauthenticationReason::MoreProofWanted => Why::Proof,
                    _ => Why::Expired,
                };
                self.unconnected(provider, why, Some(reason.code()), &[("claims", claims.as_deref())])
            }
            AccessTokenError::ScopesRefused { provider, scopes, claims } => {
                let asked = [("scope", Some(scopes.join(" "))), ("claims", claims.clone())];
                let asked = asked.each_ref().map(|(name, value)| (*name, value.as_deref()));
                self.unconnected(provider, Why::Permission, Some("scopes_refused"), &asked)
            }
            AccessTokenError::Unavailable { provider, retry_after, .. } => {
                let seconds = retry_after.as_secs().max(1);
                let mut answer =
                    self.no_token(provider, Reason::ProviderUnavailable, WithoutToken::NotNow(seconds), error);
                answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
                answer
            }
            AccessTokenError::ProviderRetired { provider, .. } | AccessTokenError::Parked { provider, .. } => {
                self.no_token(provider, Reason::ProviderRetired, WithoutToken::Retired, error)
            }
            AccessTokenError::UnknownProvider(provider)
            | AccessTokenError::NoTokenStore { provider }
            | AccessTokenError::Misconfigured { provider, .. } => {
                self.no_token(provider, Reason::Configuration, WithoutToken::Misconfigured, error)
            }
        }
    }

    /// A page, or JSON, for a token that signing in again would not bring.
    fn no_token(&self, provider: &str, reason: Reason, why: WithoutToken, error: &AccessTokenError) -> Response<Bytes> {
        let reference = random::reference(&*self.realm().random);
        tracing::error!(%reference, cause = crate::failure::chain(error), "an access token could not be had");
        if self.is_browser() {
            let name = self.realm().provider(provider).map_or(provider, |registered| registered.provider.name());
            return page::without_token(&self.frame(), name, why, self.asked(), &reference);
        }
        let status = match why {
            WithoutToken::NotNow(_) => StatusCode::SERVICE_UNAVAILABLE,
            WithoutToken::Misconfigured | WithoutToken::Retired => StatusCode::INTERNAL_SERVER_ERROR,
        };
        answer::json_no_store(status, &json!({ "error": reason.code(), "reference": reference }))
    }

    /// For somebody who has to sign in at a provider again, which may have to be asked for certain scopes or claims.
    fn unconnected(
        &self,
        provider: &str,
        why: Why,
        reason: Option<&'static str>,
        asked: &[(&'static str, Option<&str>)],
    ) -> Response<Bytes> {
        let mut asked = asked.iter().filter_map(|(name, value)| Some((*name, (*value)?))).peekable();
        if self.is_browser() {
            if asked.peek().is_none() {
                return self.to_sign_in(Some((why, Some(provider))));
            }
            let again = self.sign_in_again().because(why, Some(provider));
            let there = asked.fold(again, |there, (name, value)| there.parameter(name, value)).url();
            return answer::redirect(StatusCode::SEE_OTHER, &there);
        }
        let mut body = json!({ "error": "reauthentication_required", "provider": provider });
        if let Some(members) = body.as_object_mut() {
            let told = reason.map(|reason| ("reason", reason)).into_iter().chain(asked);
            members.extend(told.map(|(name, value)| (name.to_owned(), value.into())));
        }
        answer::json_no_store(StatusCode::UNAUTHORIZED, &body)
    }

    /// Sends a browser to sign in and come back, and has the page say why.
    fn to_sign_in(&self, why: Option<(Why, Option<&str>)>) -> Response<Bytes> {
        let word = why.map(|(why, _)| (why::WHY, why.word()));
        let provider = why.and_then(|(_, provider)| Some((why::PROVIDER, provider?)));
        let told: Vec<_> = word.into_iter().chain(provider).collect();
        answer::redirect(StatusCode::SEE_OTHER, &with_query(&self.sign_in_url(), &told))
    }

    /// An error page, or JSON, with a reference to the log line that has the cause.
    fn failed(
        &self,
        status: StatusCode,
        reason: Reason,
        what: &'static str,
        error: &(dyn std::error::Error + 'static),
    ) -> Response<Bytes> {
        let reference = random::reference(&*self.realm().random);
        tracing::error!(%reference, cause = crate::failure::chain(error), "{what} could not be had");
        if self.is_browser() {
            return page::error(&self.frame(), Some("Configuration"), Some(reason.code()), Some(&reference));
        }
        answer::unavailable(status, &json!({ "error": reason.code(), "reference": reference }))
    }
}
