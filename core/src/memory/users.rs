//! Users in memory.

use async_trait::async_trait;

use super::{MemoryStore, Tables, UserRow};
use crate::store::{
    AccountKey, EmailProof, LinkOutcome, NewUser, SecurityState, StoreError, UnlinkOutcome, User, UserStore,
};

#[async_trait]
impl UserStore for MemoryStore {
    async fn user(&self, id: &str) -> Result<Option<User>, StoreError> {
        Ok(self.tables().users.get(id).map(|row| row.user.clone()))
    }

    async fn user_by_email(&self, address: &str) -> Result<Option<User>, StoreError> {
        Ok(self.tables().owner_of(address).cloned())
    }

    async fn user_by_account(&self, account: &AccountKey) -> Result<Option<User>, StoreError> {
        let tables = self.tables();
        let id = tables.accounts.owner(account);
        Ok(id.and_then(|id| tables.users.get(id)).map(|row| row.user.clone()))
    }

    async fn create(&self, user: NewUser, account: &AccountKey) -> Result<User, StoreError> {
        let mut tables = self.tables();
        let new = user.user();
        if tables.users.contains_key(&new.id)
            || tables.accounts.owner(account).is_some()
            || new.email.as_deref().is_some_and(|address| tables.owner_of(address).is_some())
        {
            return Err(StoreError::Conflict);
        }
        tables.accounts.insert(account.clone(), new.id.clone());
        tables.users.insert(new.id.clone(), UserRow { user: new.clone(), state: SecurityState::default() });
        Ok(new)
    }

    async fn update(&self, user: &User) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let owner = user.email.as_deref().and_then(|address| tables.owner_of(address));
        if !tables.users.contains_key(&user.id) {
            return Ok(false);
        }
        if owner.is_some_and(|owner| owner.id != user.id) {
            return Err(StoreError::Conflict);
        }
        if let Some(row) = tables.users.get_mut(&user.id) {
            row.user = user.clone();
        }
        Ok(true)
    }

    async fn delete(&self, user: &str) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        tables.accounts.remove_all(user, None);
        Ok(tables.users.remove(user).is_some())
    }

    async fn link(&self, user: &str, account: &AccountKey) -> Result<LinkOutcome, StoreError> {
        let mut tables = self.tables();
        if !tables.users.contains_key(user) {
            return Err(StoreError::UnknownUser);
        }
        match tables.accounts.owner(account) {
            Some(owner) if owner == user => Ok(LinkOutcome::AlreadyTheirs),
            Some(owner) => Ok(LinkOutcome::TakenBy(owner.clone())),
            None => {
                tables.accounts.insert(account.clone(), user.to_owned());
                Ok(LinkOutcome::Linked)
            }
        }
    }

    async fn unlink(&self, user: &str, account: &AccountKey, leave: usize) -> Result<UnlinkOutcome, StoreError> {
        let mut tables = self.tables();
        if tables.accounts.owner(account).is_none_or(|owner| owner != user) {
            return Ok(UnlinkOutcome::NotTheirs);
        }
        if tables.accounts.of(user).count() <= leave {
            return Ok(UnlinkOutcome::TooFewLeft);
        }
        tables.accounts.remove(account);
        Ok(UnlinkOutcome::Unlinked)
    }

    async fn prove_email(
        &self,
        user: &str,
        address: &str,
        keep: Option<&AccountKey>,
    ) -> Result<EmailProof, StoreError> {
        let tables = &mut *self.tables();
        let theirs =
            |row: &&mut UserRow| row.user.email.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(address));
        let Some(row) = tables.users.get_mut(user).filter(theirs) else { return Ok(EmailProof::NotTheirs) };
        if row.user.email_verified {
            return Ok(EmailProof::Known);
        }
        row.user.email_verified = true;
        row.state.epoch += 1;
        Ok(EmailProof::First { removed: tables.accounts.remove_all(user, keep), epoch: row.state.epoch })
    }

    async fn accounts(&self, user: &str) -> Result<Vec<AccountKey>, StoreError> {
        let tables = self.tables();
        Ok(tables.accounts.of(user).cloned().collect())
    }

    async fn accounts_of(
        &self,
        provider: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(AccountKey, String)>, StoreError> {
        let tables = self.tables();
        let rows = tables.accounts.of_provider(provider, after).take(limit);
        Ok(rows.map(|(account, user)| (account.clone(), user.clone())).collect())
    }

    async fn security_state(&self, user: &str) -> Result<Option<SecurityState>, StoreError> {
        Ok(self.tables().users.get(user).map(|row| row.state))
    }

    async fn bump_epoch(&self, user: &str) -> Result<u64, StoreError> {
        match self.tables().users.get_mut(user) {
            Some(row) => {
                row.state.epoch += 1;
                Ok(row.state.epoch)
            }
            None => Err(StoreError::UnknownUser),
        }
    }

    async fn set_disabled(&self, user: &str, disabled: bool) -> Result<(), StoreError> {
        match self.tables().users.get_mut(user) {
            Some(row) => {
                row.state.disabled = disabled;
                Ok(())
            }
            None => Err(StoreError::UnknownUser),
        }
    }
}

impl Tables {
    fn owner_of(&self, address: &str) -> Option<&User> {
        let theirs = |user: &&User| user.email.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(address));
        self.users.values().map(|row| &row.user).find(theirs)
    }
}
