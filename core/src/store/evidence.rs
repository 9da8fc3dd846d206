//! Where it is kept what is known of accounts, for the day when their provider is no more.

use std::fmt;

use async_trait::async_trait;

use super::{AccountKey, StoreError};
use crate::Timestamp;

/// Keeps what is known of an account beside its tokens: sealed, and found by marks.
///
/// It is asked when an account of another provider comes that is linked to nobody, and by jobs.
#[async_trait]
pub trait EvidenceStore: fmt::Debug + Send + Sync + 'static {
    /// Writes what is known of an account, in the place of what was known, its marks too: as one step, of which nobody
    /// sees a half.
    async fn put(&self, evidence: StoredEvidence) -> Result<(), StoreError>;

    /// What is known of an account.
    async fn load(&self, account: &AccountKey) -> Result<Option<StoredEvidence>, StoreError>;

    /// Of all accounts that bear one of these marks, each once, in the order of their keys; up to `limit`.
    async fn find(&self, marks: &[Mark], limit: usize) -> Result<Vec<StoredEvidence>, StoreError>;

    /// Up to `limit` accounts of a provider in the order of their subjects, after one of them.
    async fn page(&self, provider: &str, after: Option<&str>, limit: usize) -> Result<Vec<StoredEvidence>, StoreError>;

    /// Up to `limit` accounts of all providers in the order of their keys, after one of them: those of a provider that is
    /// no longer configured, too.
    async fn page_all(&self, after: Option<&AccountKey>, limit: usize) -> Result<Vec<StoredEvidence>, StoreError>;

    /// The same as [`put`](Self::put), if what is there was sealed as `expected`, byte for byte; whether it was. What was
    /// sealed twice is never the same, so nothing newer is lost.
    async fn replace(&self, evidence: StoredEvidence, expected: &[u8]) -> Result<bool, StoreError>;

    /// Forgets what is known of an account; whether anything was.
    async fn delete(&self, account: &AccountKey) -> Result<bool, StoreError>;
}

/// What is known of an account, as a store keeps it.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredEvidence {
    /// Of whom.
    pub account: AccountKey,
    /// What is known, sealed.
    pub sealed: Vec<u8>,
    /// What it is found by: in their order, and none twice.
    pub marks: Vec<Mark>,
    /// When it was found out.
    pub captured_at: Timestamp,
}

impl fmt::Debug for StoredEvidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredEvidence")
            .field("account", &self.account)
            .field("marks", &self.marks.len())
            .field("captured_at", &self.captured_at)
            .finish_non_exhaustive()
    }
}

/// What evidence is found by: a keyed digest of one thing that is known, which tells nothing to whoever reads the table.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mark(pub [u8; 32]);

impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, ..] = self.0;
        write!(f, "Mark({a:02x}{b:02x}…)")
    }
}
