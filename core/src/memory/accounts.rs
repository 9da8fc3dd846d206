//! Whose accounts are, in memory, and which a user has.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use crate::store::AccountKey;

/// Accounts with their users' ids, found from both sides.
#[derive(Default)]
pub(super) struct Accounts {
    owners: BTreeMap<AccountKey, String>,
    owned: BTreeMap<String, BTreeSet<AccountKey>>,
}

impl Accounts {
    pub(super) fn owner(&self, account: &AccountKey) -> Option<&String> {
        self.owners.get(account)
    }

    pub(super) fn of(&self, user: &str) -> impl Iterator<Item = &AccountKey> {
        self.owned.get(user).into_iter().flatten()
    }

    /// Those of a provider, in the order of their subjects, after one of them.
    pub(super) fn of_provider<'a>(
        &'a self,
        provider: &'a str,
        after: Option<&str>,
    ) -> impl Iterator<Item = (&'a AccountKey, &'a String)> {
        let key = |subject: &str| AccountKey { provider: provider.to_owned(), subject: subject.to_owned() };
        let from = after.map_or(Bound::Included(key("")), |after| Bound::Excluded(key(after)));
        let rows = self.owners.range((from, Bound::Unbounded));
        rows.take_while(move |(account, _)| account.provider == provider)
    }

    /// Gives an account that is nobody's to a user.
    pub(super) fn insert(&mut self, account: AccountKey, user: String) {
        self.owned.entry(user.clone()).or_default().insert(account.clone());
        self.owners.insert(account, user);
    }

    pub(super) fn remove(&mut self, account: &AccountKey) {
        let owned = self.owners.remove(account).and_then(|user| self.owned.get_mut(&user));
        owned.map(|owned| owned.remove(account));
    }

    /// Takes all off a user but one to keep; those that were taken off.
    pub(super) fn remove_all(&mut self, user: &str, keep: Option<&AccountKey>) -> Vec<AccountKey> {
        let gone: Vec<_> = self.of(user).filter(|account| Some(*account) != keep).cloned().collect();
        gone.iter().for_each(|account| self.remove(account));
        if self.of(user).next().is_none() {
            self.owned.remove(user);
        }
        gone
    }
}
