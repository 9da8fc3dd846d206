//! Where the tokens of accounts live, if not in the session.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use super::StoreError;
use crate::Timestamp;

/// Keeps one sealed token set per account, and sees to it that one process at a time refreshes it.
#[async_trait]
pub trait TokenStore: fmt::Debug + Send + Sync + 'static {
    /// The tokens of an account.
    async fn load(&self, account: &AccountKey) -> Result<Option<StoredTokens>, StoreError>;

    /// Writes the tokens of a new grant, whatever was there. A lease on the account ends; the version counts up.
    async fn put(&self, tokens: StoredTokens) -> Result<u64, StoreError>;

    /// Takes the account for `lease`, unless somebody holds it. Each lease has a higher fencing number.
    ///
    /// One clock measures all leases: the store's, where machines share it, since theirs may be minutes apart. `now` is
    /// the caller's, and says in its terms when the lease ends.
    async fn claim(&self, account: &AccountKey, now: Timestamp, lease: Duration) -> Result<Option<Lease>, StoreError>;

    /// Puts `tokens` in the place of those with version `expected`, if `lease` is the account's latest.
    /// The stored version becomes `expected + 1`, and the account is free again.
    async fn swap(&self, tokens: StoredTokens, expected: u64, lease: &Lease) -> Result<Swap, StoreError>;

    /// Gives the account free before its lease ends.
    async fn release(&self, account: &AccountKey, lease: &Lease) -> Result<(), StoreError>;

    /// Removes an account's tokens; whether there were any.
    async fn delete(&self, account: &AccountKey) -> Result<bool, StoreError>;

    /// Removes an account's tokens, if `lease` is the account's latest and nobody has written since it was taken; whether
    /// it is and nobody has. Those of a new grant stay.
    async fn delete_under(&self, account: &AccountKey, lease: &Lease) -> Result<bool, StoreError>;

    /// Up to `limit` accounts whose `refresh_at` is before an instant, the earliest first.
    async fn due(&self, before: Timestamp, limit: usize) -> Result<Vec<AccountKey>, StoreError>;

    /// Up to `limit` accounts of a provider in the order of their subjects, after one of them.
    async fn page(&self, provider: &str, after: Option<&str>, limit: usize) -> Result<Vec<StoredTokens>, StoreError>;
}

/// Names an account.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountKey {
    /// The provider's id.
    pub provider: String,
    /// The provider's identifier of the person, byte for byte.
    pub subject: String,
}

/// Tokens as a store keeps them.
#[derive(Clone, PartialEq)]
pub struct StoredTokens {
    /// Whose they are.
    pub account: AccountKey,
    /// Tokens and grant, sealed.
    pub sealed: Vec<u8>,
    /// When they should be refreshed at the latest, if that is known.
    pub refresh_at: Option<Timestamp>,
    /// Counts up with every write; the store sets it.
    pub version: u64,
}

impl fmt::Debug for StoredTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredTokens")
            .field("account", &self.account)
            .field("refresh_at", &self.refresh_at)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// The right to refresh an account, until it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Higher than that of any lease on the account before.
    pub fence: u64,
    /// When it ends, by the clock of whoever took it.
    pub until: Timestamp,
    /// Whether the holder before let theirs lapse: it neither wrote nor gave the account free, and may have died in the
    /// middle of a refresh.
    pub lapsed: bool,
}

/// What became of a swap. Not `non_exhaustive`: a caller must look at both.
#[derive(Clone, Debug, PartialEq)]
pub enum Swap {
    /// Done; this is the version now.
    Done(u64),
    /// Somebody else wrote or claimed first; this is what is there, if anything.
    Lost(Option<StoredTokens>),
}
