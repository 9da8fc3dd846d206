//! Every store in memory: for tests, and for the first hours of an application. All is lost with the process.

mod accounts;
mod audit;
mod evidence;
mod sessions;
mod tokens;
mod users;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::Timestamp;
use crate::store::{AccountKey, Lease, Once, SecurityState, SessionKey, SessionRecord, StoreError, StoredTokens, User};

/// Sessions, tokens, users, what may happen once, what is known of accounts and what was done to them, in this process's
/// memory. Clones share their content.
///
/// Keys that may happen once are dropped when they end. Sessions are dropped by
/// [`SessionStore::delete_expired`](crate::store::SessionStore::delete_expired), which the engine calls as it goes.
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Mutex<Tables>>);

struct Tables {
    sessions: BTreeMap<SessionKey, SessionRecord>,
    tokens: BTreeMap<AccountKey, TokenRow>,
    fences: HashMap<AccountKey, u64>,
    users: HashMap<String, UserRow>,
    accounts: accounts::Accounts,
    once: HashMap<String, Timestamp>,
    evidence: evidence::Evidence,
    audit: audit::Audit,
    /// How many keys there are when those that have ended are next looked for.
    sweep_at: usize,
}

impl Default for Tables {
    fn default() -> Self {
        Self {
            sessions: BTreeMap::new(),
            tokens: BTreeMap::new(),
            fences: HashMap::new(),
            users: HashMap::new(),
            accounts: accounts::Accounts::default(),
            once: HashMap::new(),
            evidence: evidence::Evidence::default(),
            audit: audit::Audit::default(),
            sweep_at: SWEEP_AT,
        }
    }
}

struct TokenRow {
    stored: StoredTokens,
    lease: Option<Lease>,
}

struct UserRow {
    user: User,
    state: SecurityState,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// A panic elsewhere cannot leave a table half written: each change is one insertion or removal, or
    /// several with nothing between them that panics.
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryStore")
    }
}

#[async_trait]
impl Once for MemoryStore {
    async fn claim(&self, key: &str, now: Timestamp, until: Timestamp) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        if tables.once.len() >= tables.sweep_at {
            tables.once.retain(|_, until| *until > now);
            // Anybody can make keys, so a sweep that finds them all alive must not be repeated at the next one.
            tables.sweep_at = SWEEP_AT.max(2 * tables.once.len());
        }
        if tables.once.get(key).is_some_and(|until| *until > now) {
            return Ok(false);
        }
        tables.once.insert(key.to_owned(), until);
        Ok(true)
    }
}

const SWEEP_AT: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_flood_of_keys_is_not_looked_through_at_each_of_them() {
        let store = MemoryStore::new();
        let at = Timestamp::from_unix_seconds;
        let mut sweeps = 0;
        for key in 0..20_000 {
            let before = store.tables().sweep_at;
            assert!(store.claim(&format!("a{key}"), at(0), at(900)).await.unwrap());
            sweeps += usize::from(store.tables().sweep_at != before);
        }
        assert!(sweeps <= 5, "{sweeps}");
        // What has ended is let go all the same.
        for key in 0..30_000 {
            assert!(store.claim(&format!("b{key}"), at(1_000 + key), at(1_001 + key)).await.unwrap());
        }
        assert!(store.tables().once.len() <= SWEEP_AT);
    }
}
