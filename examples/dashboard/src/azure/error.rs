//! Why there is nothing to show, told twice: for the log, and for the person in front of the page.

use std::error::Error as StdError;
use std::time::Duration;

use admit::http::HttpError;
use http::StatusCode;

/// A call to Azure DevOps that brought nothing.
///
/// The variants differ in what the person can do next. None holds text from Azure DevOps.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AzureError {
    /// The token is not accepted anywhere: it expired, was revoked, or the app's secret was changed.
    #[error("Azure DevOps: {call}: the token is not accepted (status {})", .status.as_u16())]
    Expired {
        /// What was asked for.
        call: &'static str,
        /// The status of the answer.
        status: StatusCode,
    },
    /// The token is good, and this organisation still does not take it.
    #[error("Azure DevOps: {call}: the organisation refuses a token that is good elsewhere (status {})", .status.as_u16())]
    OrganisationRefuses {
        /// What was asked for.
        call: &'static str,
        /// The status of the answer.
        status: StatusCode,
    },
    /// The organisation's Conditional Access policy stands in the way.
    #[error("Azure DevOps: {call}: blocked by Conditional Access (VS403463)")]
    ConditionalAccess {
        /// What was asked for.
        call: &'static str,
    },
    /// The token was granted for less than this.
    #[error("Azure DevOps: {call}: the token lacks the scope {}", .scope.as_deref().unwrap_or("for it"))]
    MissingScope {
        /// What was asked for.
        call: &'static str,
        /// The scope that would do, if Azure DevOps names it.
        scope: Option<String>,
    },
    /// The person may not see this.
    #[error("Azure DevOps: {call}: the person has no permission (status 403)")]
    NotAllowed {
        /// What was asked for.
        call: &'static str,
    },
    /// Too many requests in the person's name.
    #[error("Azure DevOps: {call}: too many requests; try again in {} s", .retry_after.as_secs())]
    RateLimited {
        /// What was asked for.
        call: &'static str,
        /// How long to wait.
        retry_after: Duration,
    },
    /// Azure DevOps cannot answer now, or cannot be reached.
    #[error("Azure DevOps: {call}: unavailable{}", .status.map(|status| format!(" (status {})", status.as_u16())).unwrap_or_default())]
    Unavailable {
        /// What was asked for.
        call: &'static str,
        /// The status of the answer, if there was one.
        status: Option<StatusCode>,
        /// How long to wait, if Azure DevOps says.
        retry_after: Option<Duration>,
        /// The network's error, if there was no answer.
        #[source]
        source: Option<HttpError>,
    },
    /// There is nothing by that name, or nothing that this person may know of.
    #[error("Azure DevOps: {call}: not found (status 404)")]
    NotFound {
        /// What was asked for.
        call: &'static str,
    },
    /// The answer is none that this program understands.
    #[error("Azure DevOps: {call}: {what}{}", .status.map(|status| format!(" (status {})", status.as_u16())).unwrap_or_default())]
    Unexpected {
        /// What was asked for.
        call: &'static str,
        /// The status of the answer, if there was one.
        status: Option<StatusCode>,
        /// What is wrong with it; never the body itself.
        what: &'static str,
        /// The parser's or the network's error.
        #[source]
        source: Option<Box<dyn StdError + Send + Sync>>,
    },
}

impl AzureError {
    pub(super) fn unexpected(call: &'static str, status: Option<StatusCode>, what: &'static str) -> Self {
        Self::Unexpected { call, status, what, source: None }
    }

    pub(super) fn no_answer(call: &'static str, source: HttpError) -> Self {
        match source {
            // Neither passes by waiting.
            HttpError::TooLarge(_) => {
                Self::Unexpected { call, status: None, what: "too long an answer", source: Some(source.into()) }
            }
            HttpError::Refused(_) => {
                Self::Unexpected { call, status: None, what: "the request was not sent", source: Some(source.into()) }
            }
            _ => Self::Unavailable { call, status: None, retry_after: None, source: Some(source) },
        }
    }

    /// The status of the page that tells of it.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Expired { .. } => StatusCode::UNAUTHORIZED,
            Self::OrganisationRefuses { .. }
            | Self::ConditionalAccess { .. }
            | Self::MissingScope { .. }
            | Self::NotAllowed { .. } => StatusCode::FORBIDDEN,
            Self::RateLimited { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Unavailable { status, retry_after, .. } => {
                if retry_after.is_some() || *status == Some(StatusCode::SERVICE_UNAVAILABLE) {
                    StatusCode::SERVICE_UNAVAILABLE
                } else {
                    StatusCode::BAD_GATEWAY
                }
            }
            Self::NotFound { .. } => StatusCode::NOT_FOUND,
            Self::Unexpected { .. } => StatusCode::BAD_GATEWAY,
        }
    }

    /// How long to wait before the next attempt, if that is known.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } => Some(*retry_after),
            Self::Unavailable { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// What happened, in a few words.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Expired { .. } => "Please sign in again",
            Self::OrganisationRefuses { .. } => "This organisation does not let the dashboard in",
            Self::ConditionalAccess { .. } => "Your organisation's sign-in rules block this",
            Self::MissingScope { .. } => "The dashboard was not given access to this",
            Self::NotAllowed { .. } => "You do not have permission to see this",
            Self::RateLimited { .. } => "Azure DevOps asks us to slow down",
            Self::Unavailable { .. } => "Azure DevOps is not answering",
            Self::NotFound { .. } => "Nothing by that name",
            Self::Unexpected { .. } => "Azure DevOps answered in a way we do not understand",
        }
    }

    /// Why it happened, as far as that can be known.
    pub fn explanation(&self) -> String {
        match self {
            Self::Expired { .. } => "Azure DevOps no longer accepts your sign-in. \
                It may have been revoked, or it has been unused for too long."
                .to_owned(),
            Self::OrganisationRefuses { .. } => "Your sign-in is fine, and Azure DevOps knows you. This organisation \
                does not accept apps that sign in with OAuth, or you are not a member of it."
                .to_owned(),
            Self::ConditionalAccess { .. } => "The organisation has a Conditional Access policy: \
                it accepts sign-ins only from certain networks or devices, or in a certain way."
                .to_owned(),
            Self::MissingScope { scope: Some(scope), .. } => format!(
                "When you signed in, the dashboard did not ask for this, so Azure DevOps does not show it. \
                The missing permission is called {scope}."
            ),
            Self::MissingScope { scope: None, .. } => {
                "When you signed in, the dashboard did not ask for this, so Azure DevOps does not show it.".to_owned()
            }
            Self::NotAllowed { .. } => {
                "Your sign-in is fine. Your account has not been given access to this part of the project.".to_owned()
            }
            Self::RateLimited { .. } => "Too many requests were made in your name in the last few minutes, here or in \
                other tools that you use."
                .to_owned(),
            Self::Unavailable { .. } => "We could not get an answer in time. Your sign-in is not affected.".to_owned(),
            Self::NotFound { .. } => "There is no such organisation or project, or you cannot see it. \
                Azure DevOps does not say which."
                .to_owned(),
            Self::Unexpected { .. } => {
                "This is most likely a mistake in the dashboard. It has been written to its log.".to_owned()
            }
        }
    }

    /// What the person can do about it.
    pub fn next_step(&self) -> String {
        match self {
            Self::Expired { .. } => "Sign in again; you will come back to this page.".to_owned(),
            Self::OrganisationRefuses { .. } => "Ask an administrator of the organisation to look at \
                Organization settings → Policies → Third-party application access via OAuth, and whether you are a \
                member."
                .to_owned(),
            Self::ConditionalAccess { .. } => "Try from your organisation's network or a device that it manages, \
                or ask its administrators what the policy asks for."
                .to_owned(),
            Self::MissingScope { .. } => "Ask whoever runs the dashboard to add the permission to its registration. \
                After that, sign out and in again."
                .to_owned(),
            Self::NotAllowed { .. } => "Ask an administrator of the project for access.".to_owned(),
            Self::RateLimited { retry_after, .. } => format!("Try again in {}.", in_words(*retry_after)),
            Self::Unavailable { retry_after: Some(wait), .. } => format!("Try again in {}.", in_words(*wait)),
            Self::Unavailable { .. } => "Try again in a moment. If it goes on, see status.dev.azure.com.".to_owned(),
            Self::NotFound { .. } => "Check the spelling, or start from the list of your organisations.".to_owned(),
            Self::Unexpected { .. } => "Try again. If it goes on, tell whoever runs the dashboard.".to_owned(),
        }
    }
}

/// Rounded up, so that a person who waits that long has waited long enough.
fn in_words(wait: Duration) -> String {
    let seconds = wait.as_secs();
    match (seconds, seconds.div_ceil(60)) {
        (0 | 1, _) => "a second".to_owned(),
        (2..=90, _) => format!("{seconds} seconds"),
        (_, minutes) => format!("{minutes} minutes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_rounded_up() {
        for (seconds, words) in
            [(0, "a second"), (30, "30 seconds"), (90, "90 seconds"), (91, "2 minutes"), (3600, "60 minutes")]
        {
            assert_eq!(in_words(Duration::from_secs(seconds)), words);
        }
    }

    #[test]
    fn an_outage_is_503_only_when_it_says_so() {
        let outage = |status, retry_after| {
            AzureError::Unavailable { call: "builds", status, retry_after, source: None }.status().as_u16()
        };
        assert_eq!(outage(None, None), 502);
        assert_eq!(outage(Some(StatusCode::INTERNAL_SERVER_ERROR), None), 502);
        assert_eq!(outage(Some(StatusCode::SERVICE_UNAVAILABLE), None), 503);
        assert_eq!(outage(Some(StatusCode::BAD_GATEWAY), Some(Duration::from_secs(5))), 503);
    }

    #[test]
    fn what_waiting_does_not_mend_is_no_outage() {
        assert!(matches!(
            AzureError::no_answer("builds", HttpError::Timeout(Duration::from_secs(10))),
            AzureError::Unavailable { .. }
        ));
        assert!(matches!(AzureError::no_answer("builds", HttpError::TooLarge(1)), AzureError::Unexpected { .. }));
        assert!(matches!(AzureError::no_answer("builds", HttpError::Refused("no")), AzureError::Unexpected { .. }));
    }
}
