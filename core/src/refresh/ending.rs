//! How a refresh ends: the names, and who hears of each.
//!
//! 1. Each refresh ends once, and its ending is logged, counted and told once, whoever waited for it.
//! 2. A name never holds a secret: it says what became of the grant, and the log line beside it says why.

use std::fmt;

use super::Outcome;
use crate::Event;
use crate::account::GrantedAccount;
use crate::provider::{Fault, ProviderError};
use crate::realm::Realm;
use crate::store::AccountKey;

/// How a wish for a fresh access token ended. Logs and counters have it as [`code`](Self::code).
///
/// | ending | what the application gets | the account afterwards |
/// |---|---|---|
/// | `Refreshed`, `StillValid`, `Adopted` | a token | in order |
/// | `TemporarilyFailed` | the token at hand while it lives, then [`Unavailable`] | in order; asked again after a pause |
/// | `Misconfigured` | the token at hand while it lives, then [`Misconfigured`] | in order; asked again after a pause |
/// | `ProviderRetired` | the token at hand while it lives, then [`ProviderRetired`] | of no more use |
/// | `Refused`, `AnswerLost` | [`NeedsReauthentication`], with the reason | marked, until the person signs in there again |
///
/// [`Unavailable`]: crate::AccessTokenError::Unavailable
/// [`Misconfigured`]: crate::AccessTokenError::Misconfigured
/// [`ProviderRetired`]: crate::AccessTokenError::ProviderRetired
/// [`NeedsReauthentication`]: crate::AccessTokenError::NeedsReauthentication
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefreshEnding {
    /// The provider gave new tokens, and they are kept.
    Refreshed,
    /// The token at hand is good for a while.
    StillValid,
    /// Another process, or another request, had refreshed it by then.
    Adopted,
    /// It did not work this time.
    TemporarilyFailed,
    /// The provider took the refresh token once, and the answer with the next one never came.
    AnswerLost,
    /// The provider refused the refresh token.
    Refused,
    /// The provider does not take the application's set-up.
    Misconfigured,
    /// The provider's service has ended.
    ProviderRetired,
}

impl RefreshEnding {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Refreshed,
        Self::StillValid,
        Self::Adopted,
        Self::TemporarilyFailed,
        Self::AnswerLost,
        Self::Refused,
        Self::Misconfigured,
        Self::ProviderRetired,
    ];

    /// That of an outcome which nobody else brought.
    pub(super) fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Current(_) => Self::StillValid,
            Outcome::Refreshed(_) => Self::Refreshed,
            Outcome::Refused(account) if account.reason() == Some(ReauthenticationReason::AnswerLost) => {
                Self::AnswerLost
            }
            Outcome::Refused(_) | Outcome::RefusedForScopes { .. } => Self::Refused,
            Outcome::Failed { source, .. } => match source.as_deref() {
                Some(error) if matches!(error.first(), ProviderError::Retired(_)) => Self::ProviderRetired,
                Some(error) if error.fault() == Fault::Configuration => Self::Misconfigured,
                _ => Self::TemporarilyFailed,
            },
        }
    }

    /// Its name in logs and counters.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Refreshed => "refreshed",
            Self::StillValid => "still_valid",
            Self::Adopted => "adopted",
            Self::TemporarilyFailed => "temporarily_failed",
            Self::AnswerLost => "answer_lost",
            Self::Refused => "refused",
            Self::Misconfigured => "misconfigured",
            Self::ProviderRetired => "provider_retired",
        }
    }
}

impl fmt::Display for RefreshEnding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Why a person has to sign in at a provider again. Logs have it as [`code`](Self::code).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReauthenticationReason {
    /// The provider refused the refresh token: it was revoked, or has ended.
    Refused,
    /// The provider took the refresh token, but the answer with the next one was lost on its way, and the old one is
    /// refused by now. Nobody revoked anything.
    AnswerLost,
    /// The provider wants more proof of the person than the last sign-in gave.
    MoreProofWanted,
    /// The access token has ended, and the provider gave no refresh token with it.
    NoRefreshToken,
}

impl ReauthenticationReason {
    /// Its name in logs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::AnswerLost => "answer_lost",
            Self::MoreProofWanted => "more_proof_wanted",
            Self::NoRefreshToken => "no_refresh_token",
        }
    }
}

impl fmt::Display for ReauthenticationReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// What one flight came to.
pub(crate) struct Landed {
    pub(super) outcome: Outcome,
    /// `None` for what was no refresh.
    pub(super) ending: Option<RefreshEnding>,
}

impl Landed {
    /// Somebody else did it.
    pub(super) fn adopted(outcome: Outcome) -> Self {
        let ending = match RefreshEnding::of(&outcome) {
            RefreshEnding::Refreshed | RefreshEnding::StillValid => RefreshEnding::Adopted,
            ending => ending,
        };
        Self { outcome, ending: Some(ending) }
    }

    /// The tokens were let go: a dead end that nobody came to.
    pub(super) fn let_go(outcome: Outcome) -> Self {
        Self { outcome, ending: None }
    }
}

impl From<Outcome> for Landed {
    fn from(outcome: Outcome) -> Self {
        Self { ending: Some(RefreshEnding::of(&outcome)), outcome }
    }
}

/// Tells log and application of what was kept.
pub(crate) async fn announce(realm: &Realm, outcome: &Outcome) {
    match outcome {
        Outcome::Refreshed(GrantedAccount { provider, subject, .. }) => {
            tracing::info!(provider, ending = %RefreshEnding::Refreshed, "tokens refreshed");
            realm.record(Event::TokensRefreshed { provider, subject }).await;
        }
        Outcome::Refused(account) => {
            let GrantedAccount { provider, subject, .. } = account;
            let reason = account.reason().unwrap_or(ReauthenticationReason::Refused);
            let ending = RefreshEnding::of(outcome);
            tracing::warn!(provider, %ending, %reason, "the person has to sign in there again");
            realm.record(Event::NeedsReauthentication { provider, subject, reason }).await;
        }
        // Told where the pause is known.
        Outcome::Current(_) | Outcome::RefusedForScopes { .. } | Outcome::Failed { .. } => {}
    }
}

/// Tells log and application of an attempt that failed, and of the pause after it.
pub(super) async fn announce_failure(realm: &Realm, account: &AccountKey, attempt: u32, outcome: &Outcome) {
    let Outcome::Failed { retry_after, source, .. } = outcome else { return };
    let AccountKey { provider, subject } = account;
    let (ending, retry_after) = (RefreshEnding::of(outcome), *retry_after);
    let cause = source.as_deref().map_or_else(|| "-".to_owned(), |source| crate::failure::chain(source));
    let pause = retry_after.as_secs_f64();
    match ending {
        RefreshEnding::Misconfigured => {
            tracing::error!(provider, %ending, attempt, pause, cause, "an administrator has to act");
            realm.record(Event::RefreshMisconfigured { provider, subject, attempt, retry_after }).await;
        }
        RefreshEnding::ProviderRetired => {
            tracing::error!(provider, %ending, attempt, pause, cause, "the provider's service has ended");
            realm.record(Event::ProviderRetired { provider, subject, attempt }).await;
        }
        _ => {
            tracing::warn!(provider, %ending, attempt, pause, cause, "tokens could not be refreshed this time");
            realm.record(Event::RefreshFailed { provider, subject, attempt, retry_after }).await;
        }
    }
}
