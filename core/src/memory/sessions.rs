//! Sessions in memory.

use std::cmp::Reverse;
use std::ops::Bound;

use async_trait::async_trait;

use super::MemoryStore;
use crate::Timestamp;
use crate::store::{SessionKey, SessionRecord, SessionStore, StoreError};

#[async_trait]
impl SessionStore for MemoryStore {
    async fn create(&self, record: SessionRecord) -> Result<(), StoreError> {
        let mut tables = self.tables();
        if tables.sessions.contains_key(&record.key) {
            return Err(StoreError::Conflict);
        }
        tables.sessions.insert(record.key, record);
        Ok(())
    }

    async fn load(&self, key: &SessionKey) -> Result<Option<SessionRecord>, StoreError> {
        Ok(self.tables().sessions.get(key).cloned())
    }

    async fn replace(&self, record: SessionRecord, expected: u64) -> Result<bool, StoreError> {
        match self.tables().sessions.get_mut(&record.key) {
            Some(known) if known.version == expected => {
                *known = SessionRecord { version: expected + 1, ..record };
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    async fn touch(&self, key: &SessionKey, expires_at: Timestamp) -> Result<bool, StoreError> {
        Ok(self.tables().sessions.get_mut(key).map(|known| known.expires_at = expires_at).is_some())
    }

    async fn rotate(&self, old: &SessionKey, record: SessionRecord) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        if !tables.sessions.contains_key(old) {
            return Ok(false);
        }
        if record.key != *old && tables.sessions.contains_key(&record.key) {
            return Err(StoreError::Conflict);
        }
        tables.sessions.remove(old);
        tables.sessions.insert(record.key, record);
        Ok(true)
    }

    async fn delete(&self, key: &SessionKey) -> Result<bool, StoreError> {
        Ok(self.tables().sessions.remove(key).is_some())
    }

    async fn delete_all(&self, user: &str, except: Option<&SessionKey>) -> Result<u64, StoreError> {
        let mut tables = self.tables();
        let before = tables.sessions.len();
        tables.sessions.retain(|key, record| record.user != user || Some(key) == except);
        Ok((before - tables.sessions.len()) as u64)
    }

    async fn list(&self, user: &str) -> Result<Vec<SessionRecord>, StoreError> {
        let mut found: Vec<_> = self.tables().sessions.values().filter(|record| record.user == user).cloned().collect();
        found.sort_by_key(|record| (Reverse(record.created_at), record.key));
        Ok(found)
    }

    async fn page(&self, after: Option<&SessionKey>, limit: usize) -> Result<Vec<SessionRecord>, StoreError> {
        let start = after.map_or(Bound::Unbounded, |key| Bound::Excluded(*key));
        let tables = self.tables();
        Ok(tables.sessions.range((start, Bound::Unbounded)).take(limit).map(|(_, record)| record.clone()).collect())
    }

    async fn delete_expired(&self, now: Timestamp, limit: usize) -> Result<u64, StoreError> {
        let mut tables = self.tables();
        let over: Vec<_> = tables
            .sessions
            .values()
            .filter(|record| record.expires_at <= now)
            .map(|record| record.key)
            .take(limit)
            .collect();
        for key in &over {
            tables.sessions.remove(key);
        }
        Ok(over.len() as u64)
    }
}
