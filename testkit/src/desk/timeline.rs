//! The last requests, each with what came of it.

use std::collections::VecDeque;

use admit::Timestamp;
use admit::http::{HttpRequest, HttpResponse};
use http::HeaderValue;
use http::header::AUTHORIZATION;

use super::at_most;
use super::outcome::Outcome;
use crate::azure_devops::Dropped;
use crate::form::{is_form, pairs};

/// A request that came in and is being answered.
#[derive(Debug)]
pub(crate) struct Heard {
    method: String,
    path: String,
    /// What is secret is blotted out.
    parameters: Vec<(String, String)>,
    /// The word before the credentials in `Authorization`.
    authorization: Option<String>,
    /// In words.
    what: String,
    fault: Option<String>,
}

impl Heard {
    /// `what` says it in words, as far as its parameters tell.
    pub(crate) fn of(request: &HttpRequest, what: impl FnOnce(&dyn Fn(&str) -> Option<String>) -> String) -> Self {
        let mut parameters = pairs(request.uri().query().unwrap_or_default().as_bytes());
        if is_form(request) {
            parameters.extend(pairs(request.body()));
        }
        let value = |name: &str| {
            let found = parameters.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| at_most(value, LONGEST_NAME))
        };
        let what = what(&value);
        let shown = parameters.iter().take(MOST_PARAMETERS).map(|(name, value)| {
            let value = if is_secret(name) { "…" } else { value.as_str() };
            (at_most(name, LONGEST_NAME), at_most(value, LONGEST))
        });
        let authorization = request.headers().get(AUTHORIZATION).map(|value| scheme(value).to_owned());
        Self {
            method: request.method().to_string(),
            path: at_most(request.uri().path(), LONGEST),
            parameters: shown.collect(),
            authorization,
            what,
            fault: None,
        }
    }

    /// Says that it goes wrong because somebody wanted it.
    pub(crate) fn goes_wrong_by(&mut self, fault: impl Into<String>) {
        self.fault = Some(at_most(&fault.into(), LONGEST));
    }
}

/// What goes wrong with an answer because somebody wanted it. It travels beside the answer and never leaves the process.
#[derive(Clone)]
pub(crate) struct ByFault(pub(crate) String);

/// A request that was answered.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) at: Timestamp,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) what: String,
    pub(super) parameters: Vec<(String, String)>,
    pub(super) authorization: Option<String>,
    pub(super) fault: Option<String>,
    pub(super) outcome: Outcome,
}

/// The last requests.
#[derive(Debug, Default)]
pub(crate) struct Timeline(VecDeque<Entry>);

impl Timeline {
    /// Writes down what came of a request.
    pub(crate) fn answered(&mut self, heard: Heard, at: Timestamp, answer: &Result<HttpResponse, Dropped>) {
        let Heard { method, path, what, parameters, authorization, fault } = heard;
        let outcome = Outcome::of(answer);
        let beside = || answer.as_ref().ok()?.extensions().get().map(|ByFault(words)| at_most(words, LONGEST));
        let fault = fault.or_else(beside);
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(Entry { at, method, path, what, parameters, authorization, fault, outcome });
    }

    /// The newest first.
    pub(super) fn entries(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.0.iter().rev()
    }

    /// Forgets them.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

/// Whether a parameter opens something, or is what a page of ours carries along. It is one in any spelling: who mixes up
/// the names of a protocol is not to find a secret on a page.
fn is_secret(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    SECRETS.contains(&plain.as_str())
        || PARTS_OF_SECRETS.iter().any(|part| plain.contains(part))
        || plain.ends_with("token")
}

/// The word before the credentials in `Authorization`. A value without one of those that are known is secret as a whole.
fn scheme(value: &HeaderValue) -> &str {
    let scheme = value.to_str().ok().and_then(|value| value.split_once(' ')).map_or("", |(scheme, _)| scheme);
    if SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known)) { scheme } else { "" }
}

/// Without case and signs.
const SECRETS: [&str; 9] =
    ["assertion", "clientassertion", "code", "codeverifier", "nonce", "request", "requesturi", "session", "state"];
const PARTS_OF_SECRETS: [&str; 6] = ["secret", "passw", "apikey", "idtokenhint", "credential", "privatekey"];
const SCHEMES: [&str; 4] = ["Basic", "Bearer", "DPoP", "Negotiate"];
const KEPT: usize = 200;
const MOST_PARAMETERS: usize = 40;
const LONGEST: usize = 400;
const LONGEST_NAME: usize = 80;

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn heard(target: &str) -> Heard {
        Heard::of(&http::Request::get(target).body(Bytes::new()).unwrap(), |_| "asked".to_owned())
    }

    fn answered(timeline: &mut Timeline, target: &str) {
        timeline.answered(heard(target), Timestamp::from_unix_seconds(0), &Err(Dropped));
    }

    #[test]
    fn only_so_many_are_kept_and_the_newest_comes_first() {
        let mut timeline = Timeline::default();
        for number in 0..=KEPT {
            answered(&mut timeline, &format!("/{number}"));
        }
        let paths: Vec<_> = timeline.entries().map(|entry| entry.path.as_str()).collect();
        assert_eq!((paths.len(), paths[0], paths[KEPT - 1]), (KEPT, "/200", "/1"));
    }

    #[test]
    fn a_request_takes_no_more_memory_than_it_is_given() {
        let many: String = (0..100).map(|number| format!("&name{number}={}", "x".repeat(50))).collect();
        let heard = heard(&format!("/{}?long={}{many}", "p".repeat(5_000), "y".repeat(5_000)));
        assert_eq!(heard.parameters.len(), MOST_PARAMETERS);
        assert_eq!(heard.parameters[0].1.chars().count(), LONGEST + 1);
        assert_eq!(heard.path.chars().count(), LONGEST + 1);
    }

    #[test]
    fn what_is_secret_is_blotted_out() {
        let secrets = [
            "assertion",
            "client_assertion",
            "client_secret",
            "code",
            "code_verifier",
            "id_token_hint",
            "nonce",
            "password",
            "refresh_token",
            "request",
            "request_uri",
            "state",
            "subject_token",
            "token",
        ];
        let target: String = secrets.iter().map(|name| format!("&{name}=hush")).collect();
        let heard = heard(&format!("/x?scope=openid{target}"));
        assert_eq!(heard.parameters[0], ("scope".to_owned(), "openid".to_owned()));
        assert!(!format!("{heard:?}").contains("hush"), "{heard:?}");
    }

    // A mistake of the application is no reason to show what it should have kept to itself.
    #[test]
    fn what_is_secret_is_blotted_out_where_it_should_not_be_too() {
        for name in [
            "Client_Secret",
            "clientSecret",
            "client-secret",
            "CODE",
            "access_token",
            "id_token",
            "accessToken",
            "actor_token",
            "api_key",
            "passwd",
            "session",
        ] {
            let heard = heard(&format!("/x?{name}=hush"));
            assert!(!format!("{heard:?}").contains("hush"), "{heard:?}");
        }
        for plain in ["token_type_hint", "code_challenge_method", "response_type", "requested_token_use", "scope"] {
            assert_eq!(heard(&format!("/x?{plain}=shown")).parameters[0].1, "shown", "{plain}");
        }
    }

    #[test]
    fn of_authorization_only_the_scheme_is_told() {
        let told = |value: &str| {
            let request = http::Request::get("/x").header(AUTHORIZATION, value).body(Bytes::new()).unwrap();
            Heard::of(&request, |_| String::new()).authorization
        };
        for (value, scheme) in [("Bearer hush", "Bearer"), ("basic aHVzaA==", "basic")] {
            assert_eq!(told(value).as_deref(), Some(scheme), "{value}");
        }
        // Without a scheme, or with another sign behind it, the first word is the secret itself.
        for bare in ["hush", "hush ", " hush", "Bearer\thush", "Bearer:hush x", "hush.hush.hush x", "Bearerhush0 x"] {
            assert!(!told(bare).unwrap().contains("hush"), "{bare:?}");
        }
    }
}
