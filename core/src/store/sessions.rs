//! Where stored sessions live.

use std::fmt;

use async_trait::async_trait;

use super::StoreError;
use crate::Timestamp;

/// Keeps sessions by a digest of what the browser holds, so that a leaked table signs nobody in.
#[async_trait]
pub trait SessionStore: fmt::Debug + Send + Sync + 'static {
    /// Adds a session. [`StoreError::Conflict`] if its key is known.
    async fn create(&self, record: SessionRecord) -> Result<(), StoreError>;

    /// The session under a key, also when it has expired: the engine compares. A store may let go of one some time
    /// after it has expired, and not before.
    async fn load(&self, key: &SessionKey) -> Result<Option<SessionRecord>, StoreError>;

    /// Puts `record` in the place of the one with its key, if that one's version is `expected`.
    /// `false` if it is another or gone: a slow writer brings nothing back.
    ///
    /// The store counts: what it then holds has the version `expected + 1`, whatever `record.version` says.
    async fn replace(&self, record: SessionRecord, expected: u64) -> Result<bool, StoreError>;

    /// Moves the expiry, leaving the version as it is. `false` if there is no such session.
    async fn touch(&self, key: &SessionKey, expires_at: Timestamp) -> Result<bool, StoreError>;

    /// Puts `record` under its own key in the place of the session under `old`, in one step.
    /// `false`, and nothing done, if `old` is gone; [`StoreError::Conflict`], and nothing done, if the new key is known.
    async fn rotate(&self, old: &SessionKey, record: SessionRecord) -> Result<bool, StoreError>;

    /// Removes a session; whether there was one.
    async fn delete(&self, key: &SessionKey) -> Result<bool, StoreError>;

    /// Removes a user's sessions, save one if given; how many there were.
    async fn delete_all(&self, user: &str, except: Option<&SessionKey>) -> Result<u64, StoreError>;

    /// A user's sessions, newest first.
    async fn list(&self, user: &str) -> Result<Vec<SessionRecord>, StoreError>;

    /// Up to `limit` sessions of everybody in the order of their keys, after one of them. For work that goes through
    /// them all in batches; it may miss what is created meanwhile.
    async fn page(&self, after: Option<&SessionKey>, limit: usize) -> Result<Vec<SessionRecord>, StoreError>;

    /// Removes up to `limit` sessions that ended by `now`; how many there were.
    async fn delete_expired(&self, now: Timestamp, limit: usize) -> Result<u64, StoreError>;
}

/// The SHA-256 digest of what the browser holds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionKey(pub [u8; 32]);

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKey(…)")
    }
}

/// A session as a store keeps it.
#[derive(Clone, PartialEq)]
pub struct SessionRecord {
    /// Its key.
    pub key: SessionKey,
    /// Whose it is.
    pub user: String,
    /// Its content, sealed.
    pub data: Vec<u8>,
    /// When the person signed in.
    pub created_at: Timestamp,
    /// When it ends unless it is used.
    pub expires_at: Timestamp,
    /// Counts up with every [`replace`](SessionStore::replace), by the store. Otherwise it is kept as it was given.
    pub version: u64,
}

impl fmt::Debug for SessionRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionRecord")
            .field("user", &self.user)
            .field("expires_at", &self.expires_at)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}
