//! Where the application hears what happened.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use crate::{Account, Profile, ReauthenticationReason, Timestamp, User};

/// Hears of events, those of one request in their order. It cannot fail the request that caused the event.
///
/// It is waited for, for three seconds; who takes longer is cut short and not waited for at all in the next ten, so that
/// nobody has to wait for a sink that is down. Events that must not be lost belong into a queue at once. What was missed
/// is in the log and in [`Auth::missed_events`](crate::Auth::missed_events).
#[async_trait]
pub trait Events: fmt::Debug + Send + Sync + 'static {
    /// Something happened.
    async fn record(&self, event: &Event<'_>);
}

/// What happened.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Somebody signed in.
    SignIn {
        /// The user.
        user: &'a User,
        /// The account.
        account: &'a Account,
        /// Who the provider says this is.
        profile: &'a Profile,
        /// Whether the user was added just now.
        is_new_user: bool,
    },
    /// A user was added.
    CreateUser {
        /// The user.
        user: &'a User,
    },
    /// An account was linked to a user: their first, or a further one that they connected, or by which a
    /// [`Succession`](crate::Succession) knew them.
    LinkAccount {
        /// The user's id.
        user: &'a str,
        /// The provider's id.
        provider: &'a str,
        /// The provider's identifier of the person.
        subject: &'a str,
    },
    /// An account was taken off a user: by themselves, or since whoever proved the user's address took their place.
    UnlinkAccount {
        /// The user's id.
        user: &'a str,
        /// The provider's id.
        provider: &'a str,
        /// The provider's identifier of the person.
        subject: &'a str,
    },
    /// Somebody has shown for the first time that the user's e-mail address is theirs. The sessions that were begun
    /// before are over. A password that the application keeps for the user may be somebody else's: void it.
    EmailProven {
        /// The user's id.
        user: &'a str,
    },
    /// Somebody signed out.
    SignOut {
        /// The user's id.
        user: &'a str,
    },
    /// A session was read by `GET …/session`.
    Session {
        /// The user's id.
        user: &'a str,
    },
    /// A sign-in was refused or failed.
    SignInFailed {
        /// The provider's id, if one was named that exists.
        provider: Option<&'a str>,
        /// The closed list's word for it, such as `state_mismatch`.
        reason: &'a str,
        /// The provider's own error code, or the application's if its check refused with one.
        provider_code: Option<&'a str>,
        /// The id under which the log has it. The browser was shown it too, unless credentials were refused.
        correlation: &'a str,
    },
    /// A user was shut out, and their sessions ended.
    UserDisabled {
        /// The user's id.
        user: &'a str,
    },
    /// A user may sign in again.
    UserEnabled {
        /// The user's id.
        user: &'a str,
    },
    /// A user was deleted, with their accounts, tokens and sessions.
    UserDeleted {
        /// The user's id.
        user: &'a str,
    },
    /// All sessions of a user were ended by the application.
    SignedOutEverywhere {
        /// The user's id.
        user: &'a str,
    },
    /// An account's tokens were refreshed.
    TokensRefreshed {
        /// The provider's id.
        provider: &'a str,
        /// The provider's identifier of the person.
        subject: &'a str,
    },
    /// The account is of no use until the person signs in at the provider again. Told once for each grant.
    NeedsReauthentication {
        /// The provider's id.
        provider: &'a str,
        /// The provider's identifier of the person.
        subject: &'a str,
        /// Why.
        reason: ReauthenticationReason,
    },
    /// A refresh did not work, and is tried again after a pause.
    RefreshFailed {
        /// The provider's id.
        provider: &'a str,
        /// The provider's identifier of the person.
        subject: &'a str,
        /// Its number among attempts in a row, in this process, from one.
        attempt: u32,
        /// The pause.
        retry_after: Duration,
    },
    /// A refresh did not work since the provider does not take the application's set-up: an administrator has to act.
    RefreshMisconfigured {
        /// The provider's id.
        provider: &'a str,
        /// The provider's identifier of the person.
        subject: &'a str,
        /// Its number among attempts in a row, in this process, from one.
        attempt: u32,
        /// How long it is not tried again.
        retry_after: Duration,
    },
    /// A refresh did not work, and the provider's service has ended.
    ProviderRetired {
        /// The provider's id.
        provider: &'a str,
        /// The provider's identifier of the person.
        subject: &'a str,
        /// Its number among attempts in a row, in this process, from one.
        attempt: u32,
    },
    /// The token store does not take refreshed tokens. They are remembered, and written when it does.
    TokensNotStored {
        /// The provider's id.
        provider: &'a str,
        /// The provider's identifier of the person.
        subject: &'a str,
    },
    /// An account's tokens were deleted, and the provider has voided them.
    TokensRevoked {
        /// The provider's id.
        provider: &'a str,
        /// The provider's identifier of the person.
        subject: &'a str,
    },
    /// An account's tokens were deleted here, and may count on at the provider until they end.
    TokensNotRevoked {
        /// The provider's id.
        provider: &'a str,
        /// The provider's identifier of the person.
        subject: &'a str,
        /// `not_offered`, if the provider has no way; else `unavailable`, `refused` or `misconfigured`.
        reason: &'a str,
    },
    /// The provider did not take the first credential, but a later one: the first has expired or is wrong.
    AlternateCredentialUsed {
        /// The provider's id.
        provider: &'a str,
        /// The place in the list of the one that worked, from zero; the newest is the first.
        credential: usize,
    },
    /// A secret of the client ends in fourteen days, in seven or in two, or has ended. Each is told once in a process,
    /// when the secret is next used.
    ClientSecretEnds {
        /// The provider's id.
        provider: &'a str,
        /// The place in the list, from zero; the newest is the first.
        credential: usize,
        /// When it ends or ended.
        ends_at: Timestamp,
    },
}

impl Event<'_> {
    /// A name for audit logs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::SignIn { .. } => "sign_in",
            Self::CreateUser { .. } => "create_user",
            Self::LinkAccount { .. } => "link_account",
            Self::UnlinkAccount { .. } => "unlink_account",
            Self::EmailProven { .. } => "email_proven",
            Self::SignOut { .. } => "sign_out",
            Self::Session { .. } => "session",
            Self::SignInFailed { .. } => "sign_in_failed",
            Self::UserDisabled { .. } => "user_disabled",
            Self::UserEnabled { .. } => "user_enabled",
            Self::UserDeleted { .. } => "user_deleted",
            Self::SignedOutEverywhere { .. } => "signed_out_everywhere",
            Self::TokensRefreshed { .. } => "tokens_refreshed",
            Self::NeedsReauthentication { .. } => "needs_reauth",
            Self::RefreshFailed { .. } => "refresh_failed",
            Self::RefreshMisconfigured { .. } => "refresh_misconfigured",
            Self::ProviderRetired { .. } => "provider_retired",
            Self::TokensNotStored { .. } => "tokens_not_stored",
            Self::TokensRevoked { .. } => "tokens_revoked",
            Self::TokensNotRevoked { .. } => "tokens_not_revoked",
            Self::AlternateCredentialUsed { .. } => "alternate_credential_used",
            Self::ClientSecretEnds { .. } => "client_secret_ends",
        }
    }
}
