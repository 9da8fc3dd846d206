//! What the provider sent with the browser.

use http::Method;

use super::super::unsupported;
use crate::Secret;
use crate::failure::{Code, Failure};
use crate::input::{Body, Input};
use crate::page::Reason;
use crate::pending::Pending;
use crate::provider::{Fault, same_word};
use crate::realm::RegisteredOAuth;

/// The parameters of a callback.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) parameters: Vec<(String, String)>,
    pub(super) state: String,
}

impl Answered {
    /// Reads the callback from where the provider puts it: the query, or a form that it lets the browser post.
    pub(super) fn read(input: &Input, registered: &RegisteredOAuth<'_>) -> Result<Self, Failure> {
        let form_post = registered.flow.config().form_post;
        let parameters = match (&input.body, form_post) {
            (Body::Form(form), true) if input.method == Method::POST => form.clone(),
            (_, false) if input.method == Method::GET => input.query.clone(),
            // A server that cannot post says so by a redirect. A code is not taken from an address that was to have none.
            (_, true) if input.method == Method::GET && is_error(&input.query) => input.query.clone(),
            _ => return Err(unsupported()),
        };
        // Two values for one name: whoever reads the first and whoever reads the last would see different trips.
        for name in SINGLE {
            if parameters.iter().filter(|(known, _)| known == name).count() > 1 {
                return Err(Failure::of(Reason::StateMismatch));
            }
        }
        let value = |name: &str| find(&parameters, name);
        match value("state").filter(|state| !state.is_empty()) {
            Some(state) if state.len() <= LONGEST_STATE => {
                Ok(Self { state: state.to_owned(), parameters: parameters.clone() })
            }
            Some(_) => Err(Failure::of(Reason::StateMismatch)),
            // Some servers report errors without the state. No trip is consumed for them.
            None => match value("error") {
                Some(error) => Err(refused(registered, &parameters, error)),
                None => Err(Failure::of(Reason::StateMissing)),
            },
        }
    }

    /// The code, once the trip is known to be this one.
    pub(super) fn code(&self, registered: &RegisteredOAuth<'_>, pending: &Pending) -> Result<Secret, Failure> {
        let value = |name: &str| find(&self.parameters, name).filter(|value| !value.is_empty());
        // RFC 9207 §2.4: an issuer that is not the one the trip was begun with, or none though one was promised.
        let is_another = match (&pending.issuer, value("iss")) {
            (Some(expected), Some(found)) => registered.flow.check_answer_issuer(expected, found).is_err(),
            (_, None) => pending.sends_iss,
            (None, Some(_)) => false,
        };
        if is_another {
            return Err(Failure::of(Reason::ProviderMismatch));
        }
        match (value("code"), value("error")) {
            (Some(_), Some(_)) => Err(Failure::of(Reason::TokenResponseInvalid)),
            (None, Some(error)) => {
                tracing::debug!(provider = registered.id, "the provider answered with an error");
                Err(refused(registered, &self.parameters, error))
            }
            (Some(code), None) if code.len() <= LONGEST_CODE => Ok(Secret::new(code)),
            _ => Err(Failure::of(Reason::CodeMissing)),
        }
    }
}

/// RFC 6749 §4.1.2.1, in whatever spelling, unless the provider means something else by it.
fn refused(registered: &RegisteredOAuth<'_>, parameters: &[(String, String)], error: &str) -> Failure {
    if let Some(error) = registered.flow.authorization_error(parameters) {
        let reason = match error.fault() {
            Fault::Denied => Reason::AccessDenied,
            Fault::Administrator => Reason::AdministratorNeeded,
            Fault::Reauthenticate => Reason::InteractionRequired,
            Fault::Temporary => Reason::ProviderUnavailable,
            Fault::Configuration | Fault::Protocol => Reason::TokenRejected,
        };
        return Failure::because(Code::OAuthCallbackError, reason, error);
    }
    let is = |word| same_word(error, word);
    let reason = if is("access_denied") || is("user_cancelled") || is("consent_required") {
        Reason::AccessDenied
    } else if is("temporarily_unavailable") || is("server_error") {
        Reason::ProviderUnavailable
    } else {
        Reason::TokenRejected
    };
    let word: String = error.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(64).collect();
    Failure::because(Code::OAuthCallbackError, reason, format!("the provider sent back the error {word}"))
}

fn is_error(query: &[(String, String)]) -> bool {
    find(query, "error").is_some() && find(query, "code").is_none()
}

fn find<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

const SINGLE: &[&str] = &["state", "code", "error", "iss"];
const LONGEST_STATE: usize = 512;
const LONGEST_CODE: usize = 16 * 1024;
