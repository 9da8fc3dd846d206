//! Users in memory.

use async_trait::async_trait;

use super::{MemoryStore, UserRow};
use crate::profile::Image;
use crate::store::{AccountKey, LinkOutcome, NewUser, SecurityState, StoreError, User, UserStore};

#[async_trait]
impl UserStore for MemoryStore {
    async fn user(&self, id: &str) -> Result<Option<User>, StoreError> {
        Ok(self.tables().users.get(id).map(|row| row.user.clone()))
    }

    async fn user_by_email(&self, address: &str) -> Result<Option<User>, StoreError> {
        let tables = self.tables();
        let same =
            |user: &&UserRow| user.user.email.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(address));
        Ok(tables.users.values().find(same).map(|row| row.user.clone()))
    }

    async fn user_by_account(&self, account: &AccountKey) -> Result<Option<User>, StoreError> {
        let tables = self.tables();
        let id = tables.accounts.get(account);
        Ok(id.and_then(|id| tables.users.get(id)).map(|row| row.user.clone()))
    }

    async fn create(&self, user: NewUser, account: &AccountKey) -> Result<User, StoreError> {
        let mut tables = self.tables();
        let email = user.profile.email.as_ref().map(|email| email.address().to_owned());
        let taken = |row: &UserRow| match (&row.user.email, &email) {
            (Some(known), Some(new)) => known.eq_ignore_ascii_case(new),
            _ => false,
        };
        if tables.users.contains_key(&user.id)
            || tables.accounts.contains_key(account)
            || tables.users.values().any(taken)
        {
            return Err(StoreError::Conflict);
        }
        let mut new = User::new(user.id);
        new.name = user.profile.name;
        new.email = email;
        new.image = match user.profile.image {
            Some(Image::Url(url)) => Some(url),
            _ => None,
        };
        tables.accounts.insert(account.clone(), new.id.clone());
        tables.users.insert(new.id.clone(), UserRow { user: new.clone(), state: SecurityState::default() });
        Ok(new)
    }

    async fn link(&self, user: &str, account: &AccountKey) -> Result<LinkOutcome, StoreError> {
        let mut tables = self.tables();
        if !tables.users.contains_key(user) {
            return Err(unknown(user));
        }
        match tables.accounts.get(account) {
            Some(owner) if owner == user => Ok(LinkOutcome::AlreadyTheirs),
            Some(owner) => Ok(LinkOutcome::TakenBy(owner.clone())),
            None => {
                tables.accounts.insert(account.clone(), user.to_owned());
                Ok(LinkOutcome::Linked)
            }
        }
    }

    async fn unlink(&self, user: &str, account: &AccountKey) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let theirs = tables.accounts.get(account).is_some_and(|owner| owner == user);
        if theirs {
            tables.accounts.remove(account);
        }
        Ok(theirs)
    }

    async fn accounts(&self, user: &str) -> Result<Vec<AccountKey>, StoreError> {
        let tables = self.tables();
        Ok(tables.accounts.iter().filter(|(_, owner)| *owner == user).map(|(account, _)| account.clone()).collect())
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
            None => Err(unknown(user)),
        }
    }

    async fn set_disabled(&self, user: &str, disabled: bool) -> Result<(), StoreError> {
        match self.tables().users.get_mut(user) {
            Some(row) => {
                row.state.disabled = disabled;
                Ok(())
            }
            None => Err(unknown(user)),
        }
    }
}

fn unknown(user: &str) -> StoreError {
    StoreError::Unavailable(format!("no user has the id {user:?}").into())
}
