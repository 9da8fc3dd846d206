//! A store that breaks down.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use admit::store::{SessionKey, SessionRecord, SessionStore, StoreError};
use admit::{MemoryStore, Timestamp};
use async_trait::async_trait;

/// Stored sessions that cannot be read once the switch is thrown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fragile {
    store: MemoryStore,
    is_down: Arc<AtomicBool>,
    /// Whether somebody was told so.
    is_told: Arc<AtomicBool>,
    /// Whether the bad news takes a while.
    is_slow: Arc<AtomicBool>,
}

impl Fragile {
    pub(crate) fn break_down(&self) {
        self.is_down.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_told(&self) -> bool {
        self.is_told.load(Ordering::Relaxed)
    }

    pub(crate) fn break_down_slowly(&self) {
        self.is_slow.store(true, Ordering::Relaxed);
        self.break_down();
    }
}

#[async_trait]
impl SessionStore for Fragile {
    async fn load(&self, key: &SessionKey) -> Result<Option<SessionRecord>, StoreError> {
        if self.is_slow.load(Ordering::Relaxed) {
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
        }
        if self.is_down.load(Ordering::Relaxed) {
            self.is_told.store(true, Ordering::Relaxed);
            return Err(StoreError::Unavailable("the cable was cut".into()));
        }
        self.store.load(key).await
    }

    async fn create(&self, record: SessionRecord) -> Result<(), StoreError> {
        self.store.create(record).await
    }

    async fn replace(&self, record: SessionRecord, expected: u64) -> Result<bool, StoreError> {
        self.store.replace(record, expected).await
    }

    async fn touch(&self, key: &SessionKey, expires_at: Timestamp) -> Result<bool, StoreError> {
        self.store.touch(key, expires_at).await
    }

    async fn rotate(&self, old: &SessionKey, record: SessionRecord) -> Result<bool, StoreError> {
        self.store.rotate(old, record).await
    }

    async fn delete(&self, key: &SessionKey) -> Result<bool, StoreError> {
        SessionStore::delete(&self.store, key).await
    }

    async fn delete_all(&self, user: &str, except: Option<&SessionKey>) -> Result<u64, StoreError> {
        self.store.delete_all(user, except).await
    }

    async fn list(&self, user: &str) -> Result<Vec<SessionRecord>, StoreError> {
        self.store.list(user).await
    }

    async fn page(&self, after: Option<&SessionKey>, limit: usize) -> Result<Vec<SessionRecord>, StoreError> {
        self.store.page(after, limit).await
    }

    async fn delete_expired(&self, now: Timestamp, limit: usize) -> Result<u64, StoreError> {
        self.store.delete_expired(now, limit).await
    }
}
