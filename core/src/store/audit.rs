//! Where it is written down who did what to an account, so that it can be told and undone.

use std::fmt;

use async_trait::async_trait;
use serde_json::{Map, Value};

use super::{AccountKey, StoreError};
use crate::Timestamp;

/// Keeps what was done to accounts. Nothing in it is ever changed; what is undone is written down as well.
#[async_trait]
pub trait AuditStore: fmt::Debug + Send + Sync + 'static {
    /// Adds an entry. [`StoreError::Conflict`] if one of that id is there.
    async fn record(&self, entry: AuditEntry) -> Result<(), StoreError>;

    /// All entries about an account, the oldest first: by time, then by id.
    async fn about(&self, account: &AccountKey) -> Result<Vec<AuditEntry>, StoreError>;

    /// Up to `limit` entries, the oldest first, after one of them: by time, then by id.
    async fn page(&self, after: Option<&AuditPlace>, limit: usize) -> Result<Vec<AuditEntry>, StoreError>;
}

/// One thing that was done.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AuditEntry {
    /// Names the entry, and no other.
    pub id: String,
    /// When it was done.
    pub at: Timestamp,
    /// Who did it: `sign-in`, or `operator` and what they called themselves.
    pub actor: String,
    /// What was done, such as `link`.
    pub action: String,
    /// To which account.
    pub account: Option<AccountKey>,
    /// The id of the user whose it was or became.
    pub user: Option<String>,
    /// What else is worth knowing. Neither a token nor an address.
    pub detail: Map<String, Value>,
}

impl AuditEntry {
    /// An entry about nothing in particular.
    pub fn new(id: impl Into<String>, at: Timestamp, actor: impl Into<String>, action: impl Into<String>) -> Self {
        let (id, actor, action) = (id.into(), actor.into(), action.into());
        Self { id, at, actor, action, account: None, user: None, detail: Map::new() }
    }

    /// Sets the account.
    #[must_use]
    pub fn account(mut self, account: AccountKey) -> Self {
        self.account = Some(account);
        self
    }

    /// Sets the user.
    #[must_use]
    pub fn user(mut self, user: impl Into<String>) -> Self {
        self.user = Some(user.into());
        self
    }

    /// Sets one detail.
    #[must_use]
    pub fn detail(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.detail.insert(name.into(), value.into());
        self
    }

    /// Where it stands among the others.
    pub fn place(&self) -> AuditPlace {
        AuditPlace { at: self.at, id: self.id.clone() }
    }
}

/// Where an entry stands among the others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AuditPlace {
    /// When it was done.
    pub at: Timestamp,
    /// Its id.
    pub id: String,
}
