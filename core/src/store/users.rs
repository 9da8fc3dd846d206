//! Where users and the accounts linked to them live.

use std::fmt;

use async_trait::async_trait;

use super::{AccountKey, StoreError};
use crate::profile::Image;
use crate::{Email, Profile};

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

    /// Writes a user anew: name, e-mail address and whether it is proven, picture. `false` if there is no such user;
    /// [`StoreError::Conflict`], and nothing done, if the address is another's.
    async fn update(&self, user: &User) -> Result<bool, StoreError>;

    /// Removes a user and their accounts; whether there was one. Sessions and tokens are other stores' matter.
    async fn delete(&self, user: &str) -> Result<bool, StoreError>;

    /// Links a further account to a user. [`StoreError::UnknownUser`] if there is no such user.
    async fn link(&self, user: &str, account: &AccountKey) -> Result<LinkOutcome, StoreError>;

    /// Takes an account off a user, if at least `leave` others stay. In one step, so that of two that come at once
    /// one finds the other gone.
    async fn unlink(&self, user: &str, account: &AccountKey, leave: usize) -> Result<UnlinkOutcome, StoreError>;

    /// Notes that the user has shown control of an e-mail address, by the account to `keep` if by one.
    ///
    /// If it is the first proof, whatever was done in this user's name before may have been done by whoever typed the
    /// address: all other accounts are taken off and a new epoch begins, in the same step.
    async fn prove_email(&self, user: &str, address: &str, keep: Option<&AccountKey>)
    -> Result<EmailProof, StoreError>;

    /// The accounts of a user, in no particular order.
    async fn accounts(&self, user: &str) -> Result<Vec<AccountKey>, StoreError>;

    /// Up to `limit` accounts of a provider with their users' ids, in the order of their subjects, after one of them.
    async fn accounts_of(
        &self,
        provider: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(AccountKey, String)>, StoreError>;

    /// Whether a user may be signed in. `None` if there is no such user.
    async fn security_state(&self, user: &str) -> Result<Option<SecurityState>, StoreError>;

    /// Ends all sessions of a user that were begun so far; the new epoch, which is the last one and one more.
    /// [`StoreError::UnknownUser`] if there is no such user.
    async fn bump_epoch(&self, user: &str) -> Result<u64, StoreError>;

    /// Shuts a user out, or lets them in again. [`StoreError::UnknownUser`] if there is no such user.
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
    /// Whether somebody has shown control of that address.
    pub email_verified: bool,
    /// The address of a picture.
    pub image: Option<String>,
}

impl User {
    /// A user of whom only the id is known.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), name: None, email: None, email_verified: false, image: None }
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

impl NewUser {
    /// The user that a store makes of it. A picture that is bytes has no address and is left out.
    pub fn user(&self) -> User {
        let email = self.profile.email.as_ref();
        User {
            id: self.id.clone(),
            name: self.profile.name.clone(),
            email: email.map(|email| email.address().to_owned()),
            email_verified: email.is_some_and(Email::is_verified),
            image: match &self.profile.image {
                Some(Image::Url(url)) => Some(url.clone()),
                _ => None,
            },
        }
    }
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

/// What became of an unlink. Not `non_exhaustive`: a caller must look at all three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnlinkOutcome {
    /// It is off.
    Unlinked,
    /// It was none of theirs.
    NotTheirs,
    /// Too few others would have stayed.
    TooFewLeft,
}

/// What a proof of an e-mail address changed. Not `non_exhaustive`: a caller must look at all three.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EmailProof {
    /// It is the first: these accounts were taken off, and this epoch begins.
    First {
        /// The accounts taken off.
        removed: Vec<AccountKey>,
        /// The new epoch.
        epoch: u64,
    },
    /// It was proven before. Nothing changed.
    Known,
    /// There is no such user, or this is not their address. Nothing changed.
    NotTheirs,
}

/// What decides whether a user's sessions count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SecurityState {
    /// Sessions of an earlier epoch have ended.
    pub epoch: u64,
    /// The user is shut out.
    pub disabled: bool,
}
