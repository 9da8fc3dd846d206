//! What was done to accounts, in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Bound;

use async_trait::async_trait;

use super::MemoryStore;
use crate::store::{AccountKey, AuditEntry, AuditPlace, AuditStore, StoreError};

/// What was done, which ids are taken, and where the entries about an account stand.
#[derive(Default)]
pub(super) struct Audit {
    entries: BTreeMap<AuditPlace, AuditEntry>,
    ids: HashSet<String>,
    places: HashMap<AccountKey, BTreeSet<AuditPlace>>,
}

#[async_trait]
impl AuditStore for MemoryStore {
    async fn record(&self, entry: AuditEntry) -> Result<(), StoreError> {
        let audit = &mut self.tables().audit;
        if !audit.ids.insert(entry.id.clone()) {
            return Err(StoreError::Conflict);
        }
        if let Some(account) = &entry.account {
            audit.places.entry(account.clone()).or_default().insert(entry.place());
        }
        audit.entries.insert(entry.place(), entry);
        Ok(())
    }

    async fn about(&self, account: &AccountKey) -> Result<Vec<AuditEntry>, StoreError> {
        let audit = &self.tables().audit;
        let places = audit.places.get(account).into_iter().flatten();
        Ok(places.filter_map(|place| audit.entries.get(place)).cloned().collect())
    }

    async fn page(&self, after: Option<&AuditPlace>, limit: usize) -> Result<Vec<AuditEntry>, StoreError> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let audit = &self.tables().audit;
        Ok(audit.entries.range((start, Bound::Unbounded)).map(|(_, entry)| entry).take(limit).cloned().collect())
    }
}
