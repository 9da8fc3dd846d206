//! Where users and the accounts linked to them live.

use std::fmt;

use async_trait::async_trait;

use super::{AccountKey, StoreError};
use crate::Profile;

/// Keeps users and the accounts they sign in with. Without one, a user is who their first account says.
#[async_trait]
pub trait UserStore: fmt::Debug + Send + Sync + 'static {
    /// The user with an id.
    async fn user(&self, id: &str) -> Result<Option<User>, StoreError>;

    /// The user with an e-mail address, compared without regard to ASCII case.
    async fn user_by_email(&self, address: &str) -> Result<Option<User>, StoreError>;

    /// The user an account is linked to.
    async fn user_by_account(&self, account: &AccountKey) -> Result<Option<User>, StoreError>;

    /// Adds a user and their first account, both or neither.
    /// [`StoreError::Conflict`] if the id, the account or the e-mail address is known.
    async fn create(&self, user: NewUser, account: &AccountKey) -> Result<User, StoreError>;

    /// Links a further account to a user. An error if there is no such user.
    async fn link(&self, user: &str, account: &AccountKey) -> Result<LinkOutcome, StoreError>;

    /// Takes an account off a user; whether it was theirs.
    async fn unlink(&self, user: &str, account: &AccountKey) -> Result<bool, StoreError>;

    /// The accounts of a user.
    async fn accounts(&self, user: &str) -> Result<Vec<AccountKey>, StoreError>;

    /// Whether a user may be signed in. `None` if there is no such user.
    async fn security_state(&self, user: &str) -> Result<Option<SecurityState>, StoreError>;

    /// Ends all sessions of a user that were begun so far; the new epoch.
    async fn bump_epoch(&self, user: &str) -> Result<u64, StoreError>;

    /// Shuts a user out, or lets them in again.
    async fn set_disabled(&self, user: &str, disabled: bool) -> Result<(), StoreError>;
}

/// A user of the application.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct User {
    /// The application's id of the user.
    pub id: String,
    /// The name to show.
    pub name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The address of a picture.
    pub image: Option<String>,
}

impl User {
    /// A user of whom only the id is known.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), name: None, email: None, image: None }
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A user about to be added.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The id proposed; the store may choose another.
    pub id: String,
    /// Who the provider says this is.
    pub profile: Profile,
}

/// What became of a link. Not `non_exhaustive`: a caller must look at all three.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkOutcome {
    /// Linked.
    Linked,
    /// It was this user's already.
    AlreadyTheirs,
    /// It belongs to somebody else.
    TakenBy(String),
}

/// What decides whether a user's sessions count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SecurityState {
    /// Sessions of an earlier epoch have ended.
    pub epoch: u64,
    /// The user is shut out.
    pub disabled: bool,
}
