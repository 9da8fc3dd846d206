//! Every store in memory: for tests, and for the first hours of an application. All is lost with the process.

mod sessions;
mod tokens;
mod users;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::Timestamp;
use crate::store::{AccountKey, Lease, Once, SecurityState, SessionKey, SessionRecord, StoreError, StoredTokens, User};

/// Sessions, tokens, users and what may happen once, in this process's memory. Clones share their content.
///
/// Keys that may happen once are dropped when they end. Sessions are dropped by
/// [`SessionStore::delete_expired`](crate::store::SessionStore::delete_expired), which the engine calls as it goes.
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Mutex<Tables>>);

#[derive(Default)]
struct Tables {
    sessions: HashMap<SessionKey, SessionRecord>,
    tokens: BTreeMap<AccountKey, TokenRow>,
    fences: HashMap<AccountKey, u64>,
    users: HashMap<String, UserRow>,
    accounts: BTreeMap<AccountKey, String>,
    once: HashMap<String, Timestamp>,
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

    /// A panic elsewhere cannot leave a table half written: each change is one insertion or removal.
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
        if tables.once.len() >= SWEEP_AT {
            tables.once.retain(|_, until| *until > now);
        }
        if tables.once.get(key).is_some_and(|until| *until > now) {
            return Ok(false);
        }
        tables.once.insert(key.to_owned(), until);
        Ok(true)
    }
}

const SWEEP_AT: usize = 1024;
