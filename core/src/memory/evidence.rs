//! What is known of accounts, and what was done to them, in memory.

use std::ops::Bound;

use async_trait::async_trait;

use super::MemoryStore;
use crate::store::{AccountKey, AuditEntry, AuditPlace, AuditStore, EvidenceStore, Mark, StoreError, StoredEvidence};

#[async_trait]
impl EvidenceStore for MemoryStore {
    async fn put(&self, evidence: StoredEvidence) -> Result<(), StoreError> {
        let mut tables = self.tables();
        tables.evidence.insert(evidence.account.clone(), evidence);
        Ok(())
    }

    async fn load(&self, account: &AccountKey) -> Result<Option<StoredEvidence>, StoreError> {
        Ok(self.tables().evidence.get(account).cloned())
    }

    async fn find(&self, marks: &[Mark], limit: usize) -> Result<Vec<StoredEvidence>, StoreError> {
        let tables = self.tables();
        let bears = |row: &&StoredEvidence| row.marks.iter().any(|mark| marks.contains(mark));
        Ok(tables.evidence.values().filter(bears).take(limit).cloned().collect())
    }

    async fn page(&self, provider: &str, after: Option<&str>, limit: usize) -> Result<Vec<StoredEvidence>, StoreError> {
        let tables = self.tables();
        let key = |subject: &str| AccountKey { provider: provider.to_owned(), subject: subject.to_owned() };
        let from = after.map_or(Bound::Included(key("")), |after| Bound::Excluded(key(after)));
        let rows = tables.evidence.range((from, Bound::Unbounded)).map(|(_, row)| row);
        Ok(rows.take_while(|row| row.account.provider == provider).take(limit).cloned().collect())
    }

    async fn delete(&self, account: &AccountKey) -> Result<bool, StoreError> {
        Ok(self.tables().evidence.remove(account).is_some())
    }
}

#[async_trait]
impl AuditStore for MemoryStore {
    async fn record(&self, entry: AuditEntry) -> Result<(), StoreError> {
        let mut tables = self.tables();
        if !tables.audit_ids.insert(entry.id.clone()) {
            return Err(StoreError::Conflict);
        }
        tables.audit.insert(entry.place(), entry);
        Ok(())
    }

    async fn about(&self, account: &AccountKey) -> Result<Vec<AuditEntry>, StoreError> {
        let tables = self.tables();
        Ok(tables.audit.values().filter(|entry| entry.account.as_ref() == Some(account)).cloned().collect())
    }

    async fn page(&self, after: Option<&AuditPlace>, limit: usize) -> Result<Vec<AuditEntry>, StoreError> {
        let tables = self.tables();
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        Ok(tables.audit.range((from, Bound::Unbounded)).map(|(_, entry)| entry).take(limit).cloned().collect())
    }
}
