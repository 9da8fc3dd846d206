//! What a guarded route answers instead of its handler. Adapters use these, so that they answer alike.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::json;

use crate::action::shell;
use crate::{AuthError, Current, answer, page, random};

impl Current {
    /// For somebody who is not signed in: a browser goes to sign in and comes back, a program gets 401.
    pub fn unauthenticated(&self) -> Response<Bytes> {
        if self.is_browser() {
            return answer::redirect(StatusCode::SEE_OTHER, &self.sign_in_url());
        }
        program(StatusCode::UNAUTHORIZED, "unauthenticated", None)
    }

    /// For somebody who is signed in and may not do this: 403, as a page or as JSON.
    pub fn forbidden(&self) -> Response<Bytes> {
        if self.is_browser() {
            return page::refused(&shell(self.realm()), None);
        }
        program(StatusCode::FORBIDDEN, "forbidden", None)
    }

    /// For when it cannot be said who is signed in: 503 if a store is down, else 500. The cause goes to the log, under
    /// the reference that the person is shown.
    pub fn unavailable(&self, error: &AuthError) -> Response<Bytes> {
        let reference = random::reference(&*self.realm().random);
        tracing::error!(%reference, cause = crate::failure::chain(error), "the session could not be read");
        let (status, reason) = match error {
            AuthError::Store(_) => (StatusCode::SERVICE_UNAVAILABLE, page::Reason::SessionStoreUnavailable),
            _ => (StatusCode::INTERNAL_SERVER_ERROR, page::Reason::Configuration),
        };
        if self.is_browser() {
            return page::error(&shell(self.realm()), Some("Configuration"), Some(reason.code()), Some(&reference));
        }
        program(status, reason.code(), Some(&reference))
    }
}

/// JSON for a program.
fn program(status: StatusCode, error: &str, reference: Option<&str>) -> Response<Bytes> {
    let body = match reference {
        None => json!({ "error": error }),
        Some(reference) => json!({ "error": error, "reference": reference }),
    };
    let mut answer = answer::plain_json(status, &body);
    answer::no_store(&mut answer);
    answer
}
