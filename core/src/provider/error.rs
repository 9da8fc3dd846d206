//! What can go wrong between admit and a provider, told by who is at fault.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{CredentialError, IdTokenError, IssuerError, ProfileError, same_word};
use crate::claims::ClaimsError;
use crate::http::HttpError;

/// A failed exchange with a provider.
///
/// What the provider wrote is kept for the log, shortened and with control characters escaped; it never reaches the
/// browser, and it never holds a token, since only error members are kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProviderError {
    /// The provider said no, in the words of RFC 6749 §5.2 or its own.
    #[error("{endpoint} answered {status} {code}{}", .description.as_deref().map(|d| format!(": {d}")).unwrap_or_default())]
    Refused {
        /// Which endpoint.
        endpoint: Endpoint,
        /// The HTTP status.
        status: u16,
        /// The error code, such as `invalid_grant`.
        code: String,
        /// The provider's explanation.
        description: Option<String>,
        /// Whose fault it is.
        fault: Fault,
    },
    /// The provider wants more proof of the person before it goes on: another sign-in, with these `claims` in the
    /// authorization request (OpenID Connect Core §5.5).
    #[error("{endpoint} wants another sign-in, with claims: {code}{}", .description.as_deref().map(|d| format!(": {d}")).unwrap_or_default())]
    Challenged {
        /// Which endpoint.
        endpoint: Endpoint,
        /// The error code, such as `interaction_required`.
        code: String,
        /// The provider's explanation.
        description: Option<String>,
        /// The claims, a JSON object.
        claims: String,
    },
    /// The provider could not answer now: 5xx, 429, or no answer at all.
    #[error("{endpoint} is unavailable{}", .status.map(|s| format!(" (status {s})")).unwrap_or_default())]
    Unavailable {
        /// Which endpoint.
        endpoint: Endpoint,
        /// The HTTP status, if there was an answer.
        status: Option<u16>,
        /// How long the provider asks to wait, at most an hour.
        retry_after: Option<Duration>,
        /// The network's error, if there was no answer.
        #[source]
        source: Option<HttpError>,
    },
    /// The answer is none that the protocol knows.
    #[error("{endpoint} answered {status} with something unexpected: {what}")]
    Unexpected {
        /// Which endpoint.
        endpoint: Endpoint,
        /// The HTTP status.
        status: u16,
        /// What is wrong with it; never the body itself.
        what: String,
        /// The parser's error, if there was one.
        #[source]
        source: Option<ClaimsError>,
    },
    /// The access token was not accepted where the person's profile is read.
    #[error("{endpoint} did not accept the access token (status {status})")]
    TokenRejected {
        /// Which endpoint.
        endpoint: Endpoint,
        /// The HTTP status.
        status: u16,
    },
    /// The profile lacks what a sign-in needs.
    #[error("the profile cannot be used")]
    Profile(#[source] ProfileError),
    /// The ID token proves nothing.
    #[error("who this is cannot be told from the id token")]
    IdToken(#[source] IdTokenError),
    /// The discovery document is another issuer's. Nothing in it is used.
    #[error("the discovery document is another issuer's")]
    Issuer(#[source] IssuerError),
    /// The client has no credential to show.
    #[error(transparent)]
    Credential(#[from] CredentialError),
    /// The client has a secret, and the token endpoint takes none.
    #[error(
        "the client's secret can go by client_secret_basic or client_secret_post, and the token endpoint takes \
         [{offered}]; give the client such a credential, or say where the secret goes with client_auth"
    )]
    ClientAuthMethod {
        /// What the discovery document offers.
        offered: String,
    },
    /// The request could not be put together.
    #[error("the request cannot be made: {0}")]
    Request(String),
    /// The provider takes no new sign-ins.
    #[error("the provider was retired: {0}")]
    Retired(String),
    /// What came of an attempt that others waited for as well, or that was made a moment ago.
    #[error(transparent)]
    Shared(Arc<Self>),
}

impl ProviderError {
    /// The error itself, where it is one that others share.
    pub(crate) fn first(&self) -> &Self {
        match self {
            Self::Shared(error) => error.first(),
            error => error,
        }
    }

    /// Whose fault it is, which decides what happens next.
    pub fn fault(&self) -> Fault {
        match self.first() {
            Self::Refused { fault, .. } => *fault,
            Self::Unavailable { .. } => Fault::Temporary,
            Self::IdToken(IdTokenError::OrganizationNotAllowed(_)) => Fault::Denied,
            Self::TokenRejected { .. } | Self::Challenged { .. } => Fault::Reauthenticate,
            Self::Unexpected { .. } | Self::Profile(_) | Self::IdToken(_) | Self::Issuer(_) => Fault::Protocol,
            Self::Credential(_) | Self::ClientAuthMethod { .. } | Self::Request(_) | Self::Retired(_) => {
                Fault::Configuration
            }
            Self::Shared(_) => Fault::Protocol,
        }
    }

    /// How long the provider asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        match self.first() {
            Self::Unavailable { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether the provider did not take the client's credential, so that another may be tried.
    pub fn is_invalid_client(&self) -> bool {
        matches!(self, Self::Refused { code, .. } if same_word(code, "invalid_client"))
    }
}

/// Whose fault a failure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The application's set-up: an administrator has to act.
    Configuration,
    /// The set-up of the person's organization: one of its administrators has to act, and consent above all.
    Administrator,
    /// The grant is dead: the person has to sign in again.
    Reauthenticate,
    /// It will pass.
    Temporary,
    /// The provider does not keep to its protocol.
    Protocol,
    /// The person said no.
    Denied,
}

/// Where a request went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Endpoint {
    /// The authorization endpoint.
    Authorization,
    /// Where authorization requests are pushed to.
    PushedAuthorization,
    /// The token endpoint.
    Token,
    /// Where tokens are voided.
    Revocation,
    /// The userinfo endpoint, or what the provider has in its place.
    Userinfo,
    /// Where the discovery document is.
    Discovery,
    /// Where the keys are.
    Keys,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Authorization => "authorization endpoint",
            Self::PushedAuthorization => "pushed authorization request endpoint",
            Self::Token => "token endpoint",
            Self::Revocation => "revocation endpoint",
            Self::Userinfo => "userinfo endpoint",
            Self::Discovery => "discovery endpoint",
            Self::Keys => "jwks endpoint",
        })
    }
}
