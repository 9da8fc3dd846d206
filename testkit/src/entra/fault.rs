//! What can be made to go wrong, and where.

use std::collections::VecDeque;
use std::time::Duration;

use admit::http::HttpResponse;
use bytes::Bytes;
use http::StatusCode;
use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use serde_json::{Value, json};

use super::{Refusal, pages};
use crate::answer;
use crate::desk::Scope;

/// A stop on an application's way through Entra ID and Graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Stage {
    /// `GET /{tenant}/v2.0/.well-known/openid-configuration`.
    Discovery,
    /// `GET /{tenant}/discovery/v2.0/keys`.
    Keys,
    /// `GET /{tenant}/oauth2/v2.0/authorize`, where the browser goes.
    Authorize,
    /// `POST /{tenant}/oauth2/v2.0/token`.
    Token,
    /// `GET /{tenant}/oauth2/v2.0/logout`, where the browser goes.
    Logout,
    /// `GET /v1.0/me` and `GET /oidc/userinfo` of Graph.
    Graph,
    /// `GET /v1.0/me/photo/$value` of Graph.
    Photo,
}

/// A way to fail. Hand it to [`fail_once`](super::PretendEntra::fail_once) or
/// [`fail_always`](super::PretendEntra::fail_always).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// Answers with exactly this, without doing anything.
    Answer {
        /// The status.
        status: StatusCode,
        /// The `Content-Type`.
        media_type: String,
        /// The body.
        body: Bytes,
    },
    /// Answers with that status and a page, as a gateway does.
    Status(StatusCode),
    /// Answers 429, with this in `Retry-After`.
    TooManyRequests {
        /// The header's value: seconds, a date, or rubbish.
        retry_after: String,
    },
    /// Sends the client elsewhere.
    RedirectTo(String),
    /// Answers with a JSON object of that many bytes and some.
    HugeBody(usize),
    /// Waits for that long by its clock, then works.
    Slow(Duration),
    /// Drops the connection without having done anything.
    DroppedConnection,
    /// Does the work, and drops the connection before the answer.
    LostAnswer,
    /// Says no: the token endpoint in JSON, the authorization endpoint in what the browser takes back.
    Refusal(Refusal),
    /// Graph wants a token with these claims: 401 with `insufficient_claims`.
    InsufficientClaims(Value),
    /// Sets parameters of what the browser takes back, after the others. For [`Stage::Authorize`].
    Callback(Vec<(String, String)>),
    /// Leaves the ID token out. For [`Stage::Token`], like all that follow.
    NoIdToken,
    /// Leaves the refresh token out.
    NoRefreshToken,
    /// Gives the ID token other claims; `null` takes one away.
    Claims(Value),
    /// Repeats another `nonce`.
    WrongNonce,
    /// Names another client.
    WrongAudience,
    /// Names another tenant in `iss` than in `tid`.
    WrongIssuer,
    /// Is of that tenant, in `iss` and `tid` alike.
    OfTenant(String),
    /// Has the template in `iss`, as the discovery document has it.
    TemplateInIssuer,
    /// Is a token of the first version: `iss` is `https://sts.windows.net/{tid}/`, `ver` is `1.0`.
    FirstVersion,
    /// Has more groups than a token takes: names where they are to be found instead.
    TooManyGroups,
    /// Ended an hour ago.
    Expired,
    /// Gives the header of the ID token other members, and signs what comes of it.
    Header(Value),
    /// Signs nothing, and says so: `alg` is `none`.
    AlgNone,
    /// Signs by HS256, with the published key as if it were a shared secret.
    HmacWithPublicKey,
    /// Signs for an organisation by the key of personal accounts, or the other way round, under that key's name.
    KeyOfTheOthers,
    /// Signs by a key that was never published, under a name that nobody has.
    UnknownKey,
    /// Signs by a key that was never published, under the name of the one that was.
    Forged,
}

impl Fault {
    /// Whether it strikes when a person has agreed, and not when their browser comes.
    pub(super) fn is_late(&self) -> bool {
        matches!(self, Self::Refusal(_) | Self::Callback(_))
    }

    /// The answer that stands in place of the real one, for faults that are nothing else.
    pub(super) fn answer(&self) -> Option<HttpResponse> {
        Some(match self {
            Self::Answer { status, media_type, body } => answer::with_body(*status, media_type, body.clone()),
            Self::Status(status) => answer::html(*status, pages::gateway(*status)),
            Self::TooManyRequests { retry_after } => {
                let mut response = answer::empty(StatusCode::TOO_MANY_REQUESTS);
                answer::set(&mut response, RETRY_AFTER, retry_after);
                response
            }
            Self::RedirectTo(url) => answer::redirect(url),
            Self::HugeBody(bytes) => answer::json(StatusCode::OK, &json!({ "padding": "x".repeat(*bytes) })),
            Self::InsufficientClaims(claims) => {
                let error =
                    json!({ "error": { "code": "InvalidAuthenticationToken", "message": "Claims are missing." } });
                let mut response = answer::json(StatusCode::UNAUTHORIZED, &error);
                answer::set(&mut response, WWW_AUTHENTICATE, &super::graph::challenge(claims));
                response
            }
            _ => return None,
        })
    }
}

/// What has been asked to go wrong and has not yet.
#[derive(Debug, Default)]
pub(super) struct Faults {
    once: VecDeque<(Stage, Fault)>,
    always: Vec<(Stage, Fault)>,
}

impl Faults {
    pub(super) fn once(&mut self, stage: Stage, fault: Fault) {
        self.once.push_back((stage, fault));
    }

    pub(super) fn always(&mut self, stage: Stage, fault: Fault) {
        self.always.push((stage, fault));
    }

    /// All that is on, in the order in which it strikes.
    pub(super) fn on(&self) -> impl Iterator<Item = (&(Stage, Fault), Scope)> {
        let once = self.once.iter().map(|entry| (entry, Scope::Next));
        once.chain(self.always.iter().map(|entry| (entry, Scope::All)))
    }

    /// The fault for a request: the oldest of those that happen once, else the first that lasts.
    pub(super) fn take(&mut self, stage: Stage, fits: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let fits = |(at, fault): &(Stage, Fault)| *at == stage && fits(fault);
        match self.once.iter().position(fits) {
            Some(place) => self.once.remove(place).map(|(_, fault)| fault),
            None => self.always.iter().find(|entry| fits(entry)).map(|(_, fault)| fault.clone()),
        }
    }
}
