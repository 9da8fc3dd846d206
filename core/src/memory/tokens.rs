//! Tokens in memory.

use std::ops::Bound;
use std::time::Duration;

use async_trait::async_trait;

use super::{MemoryStore, TokenRow};
use crate::Timestamp;
use crate::store::{AccountKey, Lease, StoreError, StoredTokens, Swap, TokenStore};

#[async_trait]
impl TokenStore for MemoryStore {
    async fn load(&self, account: &AccountKey) -> Result<Option<StoredTokens>, StoreError> {
        Ok(self.tables().tokens.get(account).map(|row| row.stored.clone()))
    }

    async fn put(&self, tokens: StoredTokens) -> Result<u64, StoreError> {
        let mut tables = self.tables();
        let version = tables.tokens.get(&tokens.account).map_or(1, |row| row.stored.version + 1);
        let stored = StoredTokens { version, ..tokens };
        tables.tokens.insert(stored.account.clone(), TokenRow { stored, lease: None });
        Ok(version)
    }

    async fn claim(&self, account: &AccountKey, now: Timestamp, lease: Duration) -> Result<Option<Lease>, StoreError> {
        let mut tables = self.tables();
        let Some(row) = tables.tokens.get(account) else { return Ok(None) };
        // Nobody else has a clock here.
        if row.lease.is_some_and(|held| held.until > now) {
            return Ok(None);
        }
        let fence = tables.fences.get(account).copied().unwrap_or(0) + 1;
        let lease = Lease { fence, until: now + lease, lapsed: row.lease.is_some() };
        tables.fences.insert(account.clone(), fence);
        if let Some(row) = tables.tokens.get_mut(account) {
            row.lease = Some(lease);
        }
        Ok(Some(lease))
    }

    async fn swap(&self, tokens: StoredTokens, expected: u64, lease: &Lease) -> Result<Swap, StoreError> {
        let mut tables = self.tables();
        let Some(row) = tables.tokens.get_mut(&tokens.account) else { return Ok(Swap::Lost(None)) };
        let holds = row.lease.is_some_and(|held| held.fence == lease.fence);
        if row.stored.version != expected || !holds {
            return Ok(Swap::Lost(Some(row.stored.clone())));
        }
        row.stored = StoredTokens { version: expected + 1, ..tokens };
        row.lease = None;
        Ok(Swap::Done(expected + 1))
    }

    async fn release(&self, account: &AccountKey, lease: &Lease) -> Result<(), StoreError> {
        if let Some(row) = self.tables().tokens.get_mut(account)
            && row.lease.is_some_and(|held| held.fence == lease.fence)
        {
            row.lease = None;
        }
        Ok(())
    }

    async fn delete(&self, account: &AccountKey) -> Result<bool, StoreError> {
        Ok(self.tables().tokens.remove(account).is_some())
    }

    async fn delete_under(&self, account: &AccountKey, lease: &Lease) -> Result<bool, StoreError> {
        let tokens = &mut self.tables().tokens;
        let held = tokens.get(account).and_then(|row| row.lease);
        let holds = held.is_some_and(|held| held.fence == lease.fence);
        Ok(holds && tokens.remove(account).is_some())
    }

    async fn due(&self, before: Timestamp, limit: usize) -> Result<Vec<AccountKey>, StoreError> {
        let tables = self.tables();
        let mut due: Vec<_> = tables
            .tokens
            .values()
            .filter_map(|row| Some((row.stored.refresh_at?, &row.stored.account)))
            .filter(|(refresh_at, _)| *refresh_at < before)
            .collect();
        due.sort();
        Ok(due.into_iter().take(limit).map(|(_, account)| account.clone()).collect())
    }

    async fn page(&self, provider: &str, after: Option<&str>, limit: usize) -> Result<Vec<StoredTokens>, StoreError> {
        let key = |subject: &str| AccountKey { provider: provider.to_owned(), subject: subject.to_owned() };
        let start = after.map_or_else(|| Bound::Included(key("")), |subject| Bound::Excluded(key(subject)));
        let tables = self.tables();
        Ok(tables
            .tokens
            .range((start, Bound::Unbounded))
            .take_while(|(account, _)| account.provider == provider)
            .take(limit)
            .map(|(_, row)| row.stored.clone())
            .collect())
    }
}
