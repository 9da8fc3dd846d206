//! What is known of accounts, in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use async_trait::async_trait;

use super::MemoryStore;
use crate::store::{AccountKey, EvidenceStore, Mark, StoreError, StoredEvidence};

/// What is known, and by which marks it is found.
#[derive(Default)]
pub(super) struct Evidence {
    rows: BTreeMap<AccountKey, StoredEvidence>,
    marked: BTreeSet<(Mark, AccountKey)>,
}

impl Evidence {
    fn put(&mut self, evidence: StoredEvidence) {
        self.remove(&evidence.account);
        self.marked.extend(evidence.marks.iter().map(|mark| (*mark, evidence.account.clone())));
        self.rows.insert(evidence.account.clone(), evidence);
    }

    fn remove(&mut self, account: &AccountKey) -> bool {
        let Some(known) = self.rows.remove(account) else { return false };
        for mark in known.marks {
            self.marked.remove(&(mark, account.clone()));
        }
        true
    }

    fn bearing(&self, mark: Mark) -> impl Iterator<Item = &AccountKey> {
        let first = (mark, AccountKey { provider: String::new(), subject: String::new() });
        self.marked.range(first..).take_while(move |(other, _)| *other == mark).map(|(_, account)| account)
    }

    fn from(&self, start: Bound<AccountKey>) -> impl Iterator<Item = &StoredEvidence> {
        self.rows.range((start, Bound::Unbounded)).map(|(_, row)| row)
    }
}

#[async_trait]
impl EvidenceStore for MemoryStore {
    async fn put(&self, evidence: StoredEvidence) -> Result<(), StoreError> {
        self.tables().evidence.put(evidence);
        Ok(())
    }

    async fn load(&self, account: &AccountKey) -> Result<Option<StoredEvidence>, StoreError> {
        Ok(self.tables().evidence.rows.get(account).cloned())
    }

    async fn find(&self, marks: &[Mark], limit: usize) -> Result<Vec<StoredEvidence>, StoreError> {
        let evidence = &self.tables().evidence;
        let found: BTreeSet<_> = marks.iter().flat_map(|mark| evidence.bearing(*mark)).collect();
        Ok(found.into_iter().filter_map(|account| evidence.rows.get(account)).take(limit).cloned().collect())
    }

    async fn page(&self, provider: &str, after: Option<&str>, limit: usize) -> Result<Vec<StoredEvidence>, StoreError> {
        let key = |subject: &str| AccountKey { provider: provider.to_owned(), subject: subject.to_owned() };
        let start = after.map_or_else(|| Bound::Included(key("")), |after| Bound::Excluded(key(after)));
        let tables = self.tables();
        let theirs = tables.evidence.from(start).take_while(|row| row.account.provider == provider);
        Ok(theirs.take(limit).cloned().collect())
    }

    async fn page_all(&self, after: Option<&AccountKey>, limit: usize) -> Result<Vec<StoredEvidence>, StoreError> {
        let start = after.map_or(Bound::Unbounded, |after| Bound::Excluded(after.clone()));
        Ok(self.tables().evidence.from(start).take(limit).cloned().collect())
    }

    async fn replace(&self, evidence: StoredEvidence, expected: &[u8]) -> Result<bool, StoreError> {
        let known = &mut self.tables().evidence;
        let is_expected = known.rows.get(&evidence.account).is_some_and(|row| row.sealed == expected);
        if is_expected {
            known.put(evidence);
        }
        Ok(is_expected)
    }

    async fn delete(&self, account: &AccountKey) -> Result<bool, StoreError> {
        Ok(self.tables().evidence.remove(account))
    }
}
