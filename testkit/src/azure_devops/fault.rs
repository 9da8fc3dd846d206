//! What can be made to go wrong, and where.

use std::collections::VecDeque;
use std::time::Duration;

use admit::http::HttpResponse;
use bytes::Bytes;
use http::StatusCode;
use http::header::RETRY_AFTER;
use serde_json::{Value, json};

use super::{answer, pages};
use crate::desk::Scope;

/// A stop on an application's way through Azure DevOps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Stage {
    /// `GET /oauth2/authorize`, where the browser goes.
    Authorize,
    /// `POST /oauth2/token`.
    Token,
    /// `GET /_apis/profile/profiles/me`.
    Profile,
    /// `GET /_apis/connectionData`, of the account and not of an organisation.
    ConnectionData,
    /// `GET /_apis/identities/me`.
    Identity,
    /// Every other call.
    Rest,
}

impl Stage {
    /// The stage that a path belongs to; the pretend server's own pages belong to none.
    pub(super) fn of(path: &str) -> Option<Self> {
        match path {
            "/" => None,
            "/oauth2/authorize" => Some(Self::Authorize),
            "/oauth2/token" => Some(Self::Token),
            _ if path.starts_with("/_pretend/") => None,
            _ if path.starts_with("/_apis/profile/") => Some(Self::Profile),
            _ if path.eq_ignore_ascii_case("/_apis/connectionData") => Some(Self::ConnectionData),
            _ if path.starts_with("/_apis/identities/") => Some(Self::Identity),
            _ => Some(Self::Rest),
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Token => "token",
            Self::Profile => "profile",
            Self::ConnectionData => "connection-data",
            Self::Identity => "identity",
            Self::Rest => "rest",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Authorize, Self::Token, Self::Profile, Self::ConnectionData, Self::Identity, Self::Rest];
        all.into_iter().find(|stage| stage.name() == name)
    }
}

/// A way to fail. Hand it to [`fail_once`](super::PretendAzureDevOps::fail_once) or
/// [`fail_always`](super::PretendAzureDevOps::fail_always).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Answers rightly, but only after that time on the server's clock.
    Slow(Duration),
    /// Answers with exactly this, without doing anything: for whatever has no name of its own here.
    Answer {
        /// The status.
        status: StatusCode,
        /// The `Content-Type`.
        media_type: String,
        /// The body.
        body: Bytes,
    },
    /// Answers with that status and an HTML page, without doing anything.
    Status(StatusCode),
    /// Answers 429 with that `Retry-After`, which may be seconds, a date or nonsense.
    TooManyRequests {
        /// The header's value.
        retry_after: String,
    },
    /// Answers rightly, with those headers on top: how Azure DevOps says `Retry-After` with a success.
    Headers(Vec<(&'static str, String)>),
    /// Answers rightly, with a byte order mark before the JSON.
    ByteOrderMark,
    /// Answers 203 with a sign-in page, as Azure DevOps does for a token it does not take.
    HtmlWith203,
    /// Answers 200 with a sign-in page.
    HtmlWith200,
    /// Answers 200 with an error in capitalised members.
    ErrorWith200,
    /// Does the work, then loses the answer: after a refresh the old token is dead and nobody has the new one.
    LostAnswer,
    /// Answers rightly, but leaves the refresh token out. Changes only what the token endpoint says.
    NoRefreshToken,
    /// Drops the connection without having done anything.
    DroppedConnection,
    /// Answers 302 to that address.
    RedirectTo(String),
    /// Answers 200 with a JSON object of about that many bytes.
    HugeBody(usize),
    /// Refuses that organisation's calls as its policy "third-party application access via OAuth" does. Other calls,
    /// and the profile above all, work on. Only for [`Stage::Rest`].
    OrganizationDenied(String),
}

impl Fault {
    /// The answer given in place of the right one, if this fault gives one.
    pub(super) fn answer(&self) -> Option<HttpResponse> {
        Some(match self {
            Self::Answer { status, media_type, body } => answer::with_body(*status, media_type, body.clone()),
            Self::Status(status) => answer::html(*status, pages::gateway(*status)),
            Self::TooManyRequests { retry_after } => {
                let mut response = answer::exception(
                    StatusCode::TOO_MANY_REQUESTS,
                    "RequestBlockedException",
                    "TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource \
                     'Concurrency' in namespace 'User'.",
                    3000,
                );
                answer::set(&mut response, RETRY_AFTER, retry_after);
                response
            }
            Self::HtmlWith203 => answer::html(StatusCode::NON_AUTHORITATIVE_INFORMATION, pages::sign_in_again()),
            Self::HtmlWith200 => answer::html(StatusCode::OK, pages::sign_in_again()),
            Self::ErrorWith200 => answer::json(
                StatusCode::OK,
                &json!({ "Error": "invalid_grant", "ErrorDescription": "The grant is not valid" }),
            ),
            Self::RedirectTo(url) => answer::redirect(url),
            Self::HugeBody(bytes) => answer::json(StatusCode::OK, &json!({ "padding": "x".repeat(*bytes) })),
            Self::Slow(_)
            | Self::Headers(_)
            | Self::ByteOrderMark
            | Self::LostAnswer
            | Self::NoRefreshToken
            | Self::DroppedConnection
            | Self::OrganizationDenied(_) => return None,
        })
    }

    /// Reads a fault from the control endpoint's JSON.
    pub(super) fn from_json(value: &Value) -> Result<Self, String> {
        let number = |key: &str| value.get(key).and_then(Value::as_u64).ok_or(format!("`{key}` is no whole number"));
        let text =
            |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned).ok_or(format!("`{key}` is no text"));
        let status = || {
            let code = u16::try_from(number("status")?).ok();
            code.and_then(|code| StatusCode::from_u16(code).ok()).ok_or_else(|| "`status` is no HTTP status".to_owned())
        };
        Ok(match text("fault")?.as_str() {
            "slow" => Self::Slow(Duration::from_secs(number("seconds")?)),
            "answer" => Self::Answer { status: status()?, media_type: text("media_type")?, body: text("body")?.into() },
            "status" => Self::Status(status()?),
            "too-many-requests" => Self::TooManyRequests { retry_after: text("retry_after")? },
            "byte-order-mark" => Self::ByteOrderMark,
            "html-with-203" => Self::HtmlWith203,
            "html-with-200" => Self::HtmlWith200,
            "error-with-200" => Self::ErrorWith200,
            "lost-answer" => Self::LostAnswer,
            "no-refresh-token" => Self::NoRefreshToken,
            "dropped-connection" => Self::DroppedConnection,
            "redirect-to" => Self::RedirectTo(text("url")?),
            "huge-body" => Self::HugeBody(usize::try_from(number("bytes")?).map_err(|error| error.to_string())?),
            "organization-denied" => Self::OrganizationDenied(text("organization")?),
            other => return Err(format!("`{other}` is no fault")),
        })
    }

    fn concerns(&self, path: &str) -> bool {
        match self {
            Self::OrganizationDenied(organization) => {
                path.split('/').nth(1).is_some_and(|first| first.eq_ignore_ascii_case(organization))
            }
            _ => true,
        }
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
    pub(super) fn take(&mut self, stage: Stage, path: &str) -> Option<Fault> {
        let fits = |(at, fault): &(Stage, Fault)| *at == stage && fault.concerns(path);
        match self.once.iter().position(fits) {
            Some(place) => self.once.remove(place).map(|(_, fault)| fault),
            None => self.always.iter().find(|entry| fits(entry)).map(|(_, fault)| fault.clone()),
        }
    }
}
