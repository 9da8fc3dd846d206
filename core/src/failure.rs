//! How a trip ends badly: the wire's error code, our reason from a closed list, and the cause for the log.

use std::error::Error as StdError;

use crate::AuthError;
use crate::credentials::Refused;
use crate::page::Reason;
use crate::provider::{BadParameter, Endpoint, Fault, IdTokenError, ProviderError, same_word};
use crate::store::StoreError;

/// A trip that ended badly.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: Code,
    pub(crate) reason: Reason,
    pub(crate) cause: Option<Box<dyn StdError + Send + Sync>>,
    /// Whether somebody who is signed in wanted something of their account: to connect one, say, or to end a session.
    is_of_account: bool,
    /// By which other providers it goes on, if it does.
    pub(crate) ways: Option<Ways>,
}

/// Providers by which a person can go on, by their ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ways {
    /// The one that follows.
    pub(crate) with: String,
    /// The one before it, where both are to be connected.
    pub(crate) other: Option<String>,
}

/// The wire's codes that this engine sends. Others reach the pages from applications and older servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    Configuration,
    AccessDenied,
    MissingCsrf,
    OAuthCallbackError,
    OAuthAccountNotLinked,
    CredentialsSignin,
}

impl Code {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "Configuration",
            Self::AccessDenied => "AccessDenied",
            Self::MissingCsrf => "MissingCSRF",
            Self::OAuthCallbackError => "OAuthCallbackError",
            Self::OAuthAccountNotLinked => "OAuthAccountNotLinked",
            Self::CredentialsSignin => "CredentialsSignin",
        }
    }

    /// Whether it is shown on the sign-in page, and not on the error page.
    pub(crate) fn is_shown_at_sign_in(self) -> bool {
        !matches!(self, Self::Configuration | Self::AccessDenied)
    }
}

impl Failure {
    pub(crate) fn new(code: Code, reason: Reason) -> Self {
        Self { code, reason, cause: None, is_of_account: false, ways: None }
    }

    pub(crate) fn because(code: Code, reason: Reason, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { cause: Some(cause.into()), ..Self::new(code, reason) }
    }

    /// The same, where somebody who is signed in wanted something of their account.
    pub(crate) fn of_account(self) -> Self {
        Self { is_of_account: true, ..self }
    }

    /// The same with a way on.
    pub(crate) fn with_ways(self, with: &str, other: Option<&str>) -> Self {
        let ways = Ways { with: with.to_owned(), other: other.map(str::to_owned) };
        Self { ways: Some(ways), ..self }
    }

    /// Whether it is told on the sign-in page, and not on the error page. Whoever changes their account is signed in.
    pub(crate) fn is_shown_at_sign_in(&self) -> bool {
        self.code.is_shown_at_sign_in() && !self.is_of_account && self.ways.is_none()
    }

    /// For a reason that the wire has no code for: `Configuration` stands for them all.
    pub(crate) fn of(reason: Reason) -> Self {
        Self::new(Code::Configuration, reason)
    }

    /// The provider's own error code, or the check's, if there is one.
    pub(crate) fn provider_code(&self) -> Option<&str> {
        let cause = self.cause.as_deref()?;
        match cause.downcast_ref().map(ProviderError::first) {
            Some(ProviderError::Refused { code, .. } | ProviderError::Challenged { code, .. }) => Some(code),
            Some(_) => None,
            None => cause.downcast_ref().and_then(Refused::own_code),
        }
    }

    /// The claims of another sign-in that the provider wants, if it wants one (OpenID Connect Core §5.5).
    pub(crate) fn claims(&self) -> Option<&str> {
        match self.cause.as_deref()?.downcast_ref().map(ProviderError::first) {
            Some(ProviderError::Challenged { claims, .. }) => Some(claims),
            _ => None,
        }
    }

    /// The word for the address: the application's own, if it refused with one.
    pub(crate) fn word(&self) -> &str {
        let refused = self.cause.as_deref().and_then(|cause| cause.downcast_ref::<Refused>());
        refused.map_or(self.reason.code(), Refused::code)
    }

    /// Cause and causes of the cause, in one line.
    pub(crate) fn chain(&self) -> String {
        self.cause.as_deref().map_or_else(|| "-".to_owned(), |cause| chain(cause))
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self::because(Code::CredentialsSignin, Reason::Credentials, refused)
    }
}

impl From<ProviderError> for Failure {
    fn from(error: ProviderError) -> Self {
        let code = match error.first() {
            ProviderError::IdToken(IdTokenError::OrganizationNotAllowed(_)) => Code::AccessDenied,
            _ => Code::Configuration,
        };
        let reason = match (error.first(), error.fault()) {
            (ProviderError::Profile(_), _) => Reason::ProfileInvalid,
            (ProviderError::IdToken(IdTokenError::Absent), _) => Reason::IdTokenMissing,
            (ProviderError::IdToken(IdTokenError::OrganizationNotAllowed(_)), _) => Reason::OrganizationNotAllowed,
            (ProviderError::IdToken(error), _) if error.is_untimely() => Reason::IdTokenUntimely,
            (ProviderError::IdToken(_), _) => Reason::IdTokenInvalid,
            (ProviderError::Issuer(_), _)
            | (ProviderError::Unexpected { endpoint: Endpoint::Discovery | Endpoint::Keys, .. }, _) => {
                Reason::DiscoveryInvalid
            }
            (ProviderError::TokenRejected { .. }, _) => Reason::TokenRejected,
            (error, Fault::Reauthenticate) if wants_the_person(error) => Reason::InteractionRequired,
            // The code has expired or was used: RFC 6749's `invalid_grant`.
            (ProviderError::Refused { .. }, Fault::Reauthenticate) => Reason::TokenRejected,
            (ProviderError::Retired(_), _) => Reason::ProviderRetired,
            (_, Fault::Administrator) => Reason::AdministratorNeeded,
            (_, Fault::Temporary) => Reason::ProviderUnavailable,
            (_, Fault::Configuration) => Reason::Configuration,
            (_, Fault::Denied) => Reason::AccessDenied,
            _ => Reason::TokenResponseInvalid,
        };
        Self::because(code, reason, error)
    }
}

/// Whether the provider asks for the person, whatever became of the code (OpenID Connect Core §3.1.2.6).
pub(crate) fn wants_the_person(error: &ProviderError) -> bool {
    let words = ["interaction_required", "login_required", "consent_required"];
    match error.first() {
        ProviderError::Challenged { .. } => true,
        ProviderError::Refused { code, .. } => words.into_iter().any(|word| same_word(code, word)),
        _ => false,
    }
}

impl From<BadParameter> for Failure {
    fn from(error: BadParameter) -> Self {
        Self::because(Code::Configuration, Reason::ParameterInvalid, error)
    }
}

impl From<AuthError> for Failure {
    fn from(error: AuthError) -> Self {
        let reason = match &error {
            AuthError::Store(_) => Reason::SessionStoreUnavailable,
            AuthError::TooLarge { .. } => Reason::SessionTooLarge,
            _ => Reason::Configuration,
        };
        Self::because(Code::Configuration, reason, error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::because(Code::Configuration, Reason::SessionStoreUnavailable, error)
    }
}

/// An error with its sources, in one line.
pub(crate) fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
