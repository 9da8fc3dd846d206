//! Why the job cannot go on.

use std::sync::Arc;

use admit::{AccessTokenError, AuthError};

/// Why evidence cannot be captured, or not any further. What was written stays written.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnrichError {
    /// There is no such provider, or none with a profile.
    #[error("there is no provider {0:?} that is Azure DevOps; add it with .provider(azure_devops(…))")]
    UnknownProvider(String),
    /// Tokens live in the sessions, where no job can reach them.
    #[error("tokens are kept in sessions, where no job can reach them; give a token_store")]
    NoTokenStore,
    /// There is nowhere to write to.
    #[error("there is nowhere to keep evidence; give an evidence_store")]
    NoEvidenceStore,
    /// Azure DevOps wants to be asked later, whoever it is about.
    #[error("azure devops wants to be asked later, for the last {accounts} accounts in a row; run this once more then")]
    Throttled {
        /// How many in a row.
        accounts: u32,
    },
    /// Several accounts in a row brought no answer.
    #[error("azure devops gives no answer, for the last {accounts} accounts in a row; run this once more later")]
    Unavailable {
        /// How many in a row.
        accounts: u32,
    },
    /// No token can be had for anybody: the client's secret is not taken, or the service has ended.
    #[error("no access token can be had")]
    NoTokens(#[source] Arc<AccessTokenError>),
    /// A store failed.
    #[error("a store failed")]
    Store(#[source] AuthError),
}

impl From<AuthError> for EnrichError {
    fn from(error: AuthError) -> Self {
        Self::Store(error)
    }
}
