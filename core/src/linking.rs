//! Which user an account belongs to.
//!
//! 1. Identity is (provider, subject). Never an e-mail address.
//! 2. An unknown account whose address a user already has is refused: linking needs proof, not a likeness. An
//!    application may take the provider's word for proof; then it links, by the rules of `linking/proof.rs`.
//! 3. Whoever connects an account from a session of theirs is another matter: see `action/accounts/link.rs`.
//! 4. Without a user store the user is who their account says; the id follows from the account and stays the same.

mod proof;

use aws_lc_rs::digest::{self, SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::failure::{Code, Failure};
use crate::page::Reason;
use crate::realm::Realm;
use crate::store::{AccountKey, NewUser, SecurityState, StoreError, UserStore};
use crate::{Email, Profile, Proof, User, random};

pub(crate) use proof::{is_first_proof, link_by_address, link_by_proof, prove_address, taken};

/// The user behind an account, before anything is written.
#[derive(Debug)]
pub(crate) enum Who {
    /// Linked to this user.
    Known(User, SecurityState),
    /// Linked to nobody, but the provider vouches for this user's address, and the application takes its word.
    ByAddress(User, SecurityState),
    /// Linked to nobody, but the application's succession has proof that it is this user's.
    Proven(User, Proof),
    /// Not there yet; the user store will be asked to add them.
    New,
    /// There is no user store.
    Derived(User),
}

/// Looks a user up.
pub(crate) async fn find(realm: &Realm, account: &AccountKey, profile: &Profile) -> Result<Who, Failure> {
    let Some(users) = &realm.users else { return Ok(Who::Derived(derived(account, profile))) };
    if let Some(user) = users.user_by_account(account).await? {
        return known(&**users, user).await;
    }
    if let Some(email) = &profile.email
        && let Some(user) = users.user_by_email(email.address()).await?
    {
        // Another of their browsers may have brought the account since it was looked up.
        if let Some(user) = users.user_by_account(account).await? {
            return known(&**users, user).await;
        }
        if !(realm.rules.by_verified_email && email.is_verified()) {
            return Err(not_linked());
        }
        let (user, state) = standing(&**users, user).await?;
        return Ok(Who::ByAddress(user, state));
    }
    if realm.rules.existing_users_only {
        return Err(Failure::new(Code::AccessDenied, Reason::SignupDisabled));
    }
    Ok(Who::New)
}

/// What a stranger is told is how to go on; whose the address is stays out of the log, too.
fn not_linked() -> Failure {
    let cause = "the account is linked to nobody, and its e-mail address is a user's; they can link it from a session of \
                 theirs (POST …/link/{id})";
    Failure::because(Code::OAuthAccountNotLinked, Reason::AccountNotLinked, cause)
}

/// Looks a user up whom the application named by their id.
pub(crate) async fn named(realm: &Realm, profile: &Profile) -> Result<Who, Failure> {
    let Some(users) = &realm.users else { return Ok(Who::Derived(described(&profile.subject, profile))) };
    match users.user(&profile.subject).await? {
        Some(user) => known(&**users, user).await,
        None => {
            let cause = "the check accepted somebody whom the user store does not know";
            Err(Failure::because(Code::Configuration, Reason::ProfileInvalid, cause))
        }
    }
}

/// The user whom an account is linked to, if it is.
pub(crate) async fn owner(users: &dyn UserStore, account: &AccountKey) -> Result<Option<Who>, Failure> {
    match users.user_by_account(account).await? {
        Some(user) => known(users, user).await.map(Some),
        None => Ok(None),
    }
}

async fn known(users: &dyn UserStore, user: User) -> Result<Who, Failure> {
    let (user, state) = standing(users, user).await?;
    Ok(Who::Known(user, state))
}

/// The user, unless they are shut out.
pub(crate) async fn standing(users: &dyn UserStore, user: User) -> Result<(User, SecurityState), Failure> {
    let state = users.security_state(&user.id).await?.unwrap_or_default();
    if state.disabled {
        return Err(Failure::new(Code::AccessDenied, Reason::UserDisabled));
    }
    Ok((user, state))
}

/// The address that a provider vouches for, if it does.
fn vouched(profile: &Profile) -> Option<&str> {
    profile.email.as_ref().filter(|email| email.is_verified()).map(Email::address)
}

/// Adds a user with their first account. Of several that come at once one adds, the others find what it added.
pub(crate) async fn create(
    realm: &Realm,
    users: &dyn UserStore,
    account: &AccountKey,
    profile: &Profile,
) -> Result<(User, bool), Failure> {
    let new = NewUser { id: random::uuid(&*realm.random), profile: profile.clone() };
    match users.create(new, account).await {
        Ok(user) => Ok((user, true)),
        Err(StoreError::Conflict) => match users.user_by_account(account).await? {
            Some(user) => Ok((user, false)),
            None => Err(not_linked()),
        },
        Err(error) => Err(error.into()),
    }
}

fn derived(account: &AccountKey, profile: &Profile) -> User {
    let identity = format!("admit user {} {} {}", account.provider.len(), account.provider, account.subject);
    let digest = digest::digest(&SHA256, identity.as_bytes());
    described(&URL_SAFE_NO_PAD.encode(digest.as_ref().get(..16).unwrap_or_default()), profile)
}

fn described(id: &str, profile: &Profile) -> User {
    NewUser { id: id.to_owned(), profile: profile.clone() }.user()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_store_the_same_account_is_always_the_same_user() {
        let key =
            |provider: &str, subject: &str| AccountKey { provider: provider.to_owned(), subject: subject.to_owned() };
        let id = |key: &AccountKey| derived(key, &Profile::new("x")).id;
        assert_eq!(id(&key("a", "1")), id(&key("a", "1")));
        assert_ne!(id(&key("a", "1")), id(&key("a", "2")));
        assert_ne!(id(&key("a b", "1")), id(&key("a", "b 1")));
    }
}
