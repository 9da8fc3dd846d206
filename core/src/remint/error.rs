//! Why the job cannot go on.

use std::sync::Arc;

use super::Reminted;
use crate::AuthError;
use crate::provider::ProviderError;
use crate::store::StoreError;

/// Why grants cannot be minted anew, or not any further.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RemintError {
    /// There is no such provider, or none that people are sent to.
    #[error("there is no provider {0:?} with grants; add it with .provider(…)")]
    UnknownProvider(String),
    /// The client proves itself by something other than a secret, which no grant dies with.
    #[error("{0}: its client has no secret, so there is none that grants could be brought under")]
    NoSecret(String),
    /// Tokens live in the sessions, where nobody but their owners can reach them.
    #[error("tokens are kept in sessions, where no job can reach them; give a token_store")]
    NoTokenStore,
    /// The provider does not know the newest secret. No grant was touched with it.
    #[error("the provider does not take the newest client secret; is it the right one, and the whole of it?")]
    SecretRefused(#[source] Arc<ProviderError>),
    /// The provider knows the secret, and takes no grant with it.
    #[error(
        "the provider takes the newest client secret, but refused the refresh tokens of the first {refused} people; is \
         it a secret of the same registration?"
    )]
    NothingTaken {
        /// How many were refused, and none taken.
        refused: u64,
    },
    /// Several requests in a row brought no answer.
    #[error("the provider gives no answer; run this once more later")]
    Unavailable(#[source] Arc<ProviderError>),
    /// The store failed. If tokens had been granted by then, they were written before, or their account is in doubt.
    #[error("the token store failed")]
    Store(#[source] Arc<AuthError>),
    /// The work on an account broke off. It is in doubt.
    #[error("the work on an account broke off")]
    BrokeOff(#[source] Arc<tokio::task::JoinError>),
}

impl RemintError {
    /// What is to be said of the account at which the job stopped.
    pub(super) fn became(&self) -> Reminted {
        match self {
            Self::Store(_) | Self::BrokeOff(_) => Reminted::InDoubt,
            _ => Reminted::Failed,
        }
    }
}

impl From<StoreError> for RemintError {
    fn from(error: StoreError) -> Self {
        Self::Store(Arc::new(error.into()))
    }
}

impl From<AuthError> for RemintError {
    fn from(error: AuthError) -> Self {
        Self::Store(Arc::new(error))
    }
}
