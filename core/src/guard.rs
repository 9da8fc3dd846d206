//! What a guarded route answers instead of its handler. Adapters use these, so that they answer alike.

use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::{HeaderValue, Response, StatusCode};
use serde_json::json;

use crate::page::Reason;
use crate::{AccessTokenError, AuthError, Current, answer, page, random};

impl Current {
    /// For somebody who is not signed in: a browser goes to sign in and comes back, a program gets 401.
    pub fn unauthenticated(&self) -> Response<Bytes> {
        if self.is_browser() {
            return answer::redirect(StatusCode::SEE_OTHER, &self.sign_in_url());
        }
        answer::json_no_store(StatusCode::UNAUTHORIZED, &json!({ "error": "unauthenticated" }))
    }

    /// For somebody who is signed in and may not do this: 403, as a page or as JSON.
    pub fn forbidden(&self) -> Response<Bytes> {
        if self.is_browser() {
            return page::refused(&self.realm().shell(), None);
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
    /// gets 401; it is 503 while the provider cannot refresh, and 500 if somebody has to mend the configuration.
    pub fn without_token(&self, error: &AccessTokenError) -> Response<Bytes> {
        match error {
            AccessTokenError::SignedOut => self.unauthenticated(),
            AccessTokenError::Session(error) => self.unavailable(error),
            AccessTokenError::NotConnected { provider } => self.unconnected(provider, &[], None),
            AccessTokenError::NeedsReauthentication { provider, claims, .. } => {
                self.unconnected(provider, &[], claims.as_deref())
            }
            AccessTokenError::ScopesRefused { provider, scopes, claims } => {
                self.unconnected(provider, scopes, claims.as_deref())
            }
            AccessTokenError::Unavailable { retry_after, .. } => {
                let status = StatusCode::SERVICE_UNAVAILABLE;
                let mut answer = self.failed(status, Reason::ProviderUnavailable, "an access token", error);
                answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(retry_after.as_secs().max(1)));
                answer
            }
            AccessTokenError::ProviderRetired { .. } => {
                self.failed(StatusCode::INTERNAL_SERVER_ERROR, Reason::ProviderRetired, "an access token", error)
            }
            AccessTokenError::UnknownProvider(_) | AccessTokenError::Misconfigured { .. } => {
                self.failed(StatusCode::INTERNAL_SERVER_ERROR, Reason::Configuration, "an access token", error)
            }
        }
    }

    /// For somebody who has to sign in at a provider again, which may have to be asked for certain scopes and claims.
    fn unconnected(&self, provider: &str, scopes: &[String], claims: Option<&str>) -> Response<Bytes> {
        let scope = (!scopes.is_empty()).then(|| scopes.join(" "));
        let asked = [("scope", scope.as_deref()), ("claims", claims)];
        let mut asked = asked.into_iter().filter_map(|(name, value)| Some((name, value?))).peekable();
        if self.is_browser() {
            if asked.peek().is_none() {
                return self.unauthenticated();
            }
            let there = asked.fold(self.sign_in_again(), |there, (name, value)| there.parameter(name, value)).url();
            return answer::redirect(StatusCode::SEE_OTHER, &there);
        }
        let mut body = json!({ "error": "reauthentication_required", "provider": provider });
        if let Some(members) = body.as_object_mut() {
            members.extend(asked.map(|(name, value)| (name.to_owned(), value.into())));
        }
        answer::json_no_store(StatusCode::UNAUTHORIZED, &body)
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
            return page::error(&self.realm().shell(), Some("Configuration"), Some(reason.code()), Some(&reference));
        }
        answer::unavailable(status, &json!({ "error": reason.code(), "reference": reference }))
    }
}
