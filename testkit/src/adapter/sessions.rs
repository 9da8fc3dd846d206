//! Stored sessions that can be made to fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use admit::store::{SessionKey, SessionRecord, SessionStore, StoreError};
use admit::{MemoryStore, Timestamp};
use async_trait::async_trait;

/// Sessions in memory, which cannot be read while the store is down. Clones are the same store.
#[derive(Clone, Debug, Default)]
pub(super) struct FragileSessions {
    store: MemoryStore,
    is_down: Arc<AtomicBool>,
}

impl FragileSessions {
    pub(super) fn break_down(&self) {
        self.is_down.store(true, Ordering::SeqCst);
    }

    pub(super) fn mend(&self) {
        self.is_down.store(false, Ordering::SeqCst);
    }
}

#[async_trait]
impl SessionStore for FragileSessions {
    async fn load(&self, key: &SessionKey) -> Result<Option<SessionRecord>, StoreError> {
        if self.is_down.load(Ordering::SeqCst) {
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
