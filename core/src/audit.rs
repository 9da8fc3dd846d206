//! Writing down who did what to an account.

use serde_json::{Map, Value};

use crate::realm::Realm;
use crate::store::{AccountKey, AuditEntry, AuditStore, StoreError};
use crate::{Auth, random};

/// Something that was done, about to be written down: see [`Auth::audit`].
#[derive(Clone, Debug)]
pub struct Deed<'a> {
    /// Who did it: `sign-in`, or `operator` and what they call themselves.
    pub actor: &'a str,
    /// What was done, such as `link`.
    pub action: &'a str,
    /// To which account.
    pub account: Option<&'a AccountKey>,
    /// The id of the user whose it was or became.
    pub user: Option<&'a str>,
    /// What else is worth knowing. Neither a token nor an address.
    pub detail: Map<String, Value>,
}

impl<'a> Deed<'a> {
    /// Something done by somebody, to nobody in particular.
    pub fn new(actor: &'a str, action: &'a str) -> Self {
        Self { actor, action, account: None, user: None, detail: Map::new() }
    }

    /// To which account.
    #[must_use]
    pub fn account(mut self, account: &'a AccountKey) -> Self {
        self.account = Some(account);
        self
    }

    /// Whose it was or became.
    #[must_use]
    pub fn user(mut self, user: &'a str) -> Self {
        self.user = Some(user);
        self
    }

    /// What else is worth knowing.
    #[must_use]
    pub fn detail(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.detail.insert(name.to_owned(), value.into());
        self
    }
}

impl Auth {
    /// Writes down what was done to an account. `false` if there is no [`audit_store`](crate::AuthBuilder::audit_store).
    ///
    /// # Errors
    /// When the store fails.
    pub async fn audit(&self, deed: Deed<'_>) -> Result<bool, StoreError> {
        let realm = self.realm();
        let Some(store) = &realm.audit else { return Ok(false) };
        record(realm, &**store, deed).await?;
        Ok(true)
    }

    /// What was done so far, to be read: `None` if there is no [`audit_store`](crate::AuthBuilder::audit_store).
    pub fn audit_store(&self) -> Option<&dyn AuditStore> {
        self.realm().audit.as_deref()
    }
}

async fn record(realm: &Realm, store: &dyn AuditStore, deed: Deed<'_>) -> Result<(), StoreError> {
    let mut entry = AuditEntry::new(random::uuid(&*realm.random), realm.clock.now(), deed.actor, deed.action);
    entry.account = deed.account.cloned();
    entry.user = deed.user.map(str::to_owned);
    entry.detail = deed.detail;
    store.record(entry).await
}
