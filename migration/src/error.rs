//! Why the move cannot go on.

use std::sync::Arc;

use admit::AuthError;
use admit::store::StoreError;

/// Why the move cannot go on. What was done stays done.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MoveError {
    /// No store keeps users.
    #[error("accounts cannot be moved: no store keeps users; give one with .user_store(…) or .store(…)")]
    NoUserStore,
    /// No store keeps evidence.
    #[error("accounts cannot be matched: no store keeps evidence; give one with .evidence_store(…)")]
    NoEvidenceStore,
    /// No store keeps the audit.
    #[error("links cannot be written down: no store keeps the audit; give one with .audit_store(…)")]
    NoAuditStore,
    /// More accounts fit than one person can have.
    #[error("more accounts fit one sign-in than one person can have; look at the evidence of that person")]
    TooMany,
    /// What is stored cannot be read.
    #[error("what is known of an account cannot be had")]
    Auth(#[from] AuthError),
    /// A store failed.
    #[error("a store failed; begin again once it answers")]
    Store(#[source] Arc<StoreError>),
}

impl From<StoreError> for MoveError {
    fn from(error: StoreError) -> Self {
        Self::Store(Arc::new(error))
    }
}
