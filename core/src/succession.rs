//! One provider follows another: people who used the old one come by the new one, and stay who they are.
//!
//! 1. Whoever comes with an account that is linked to nobody may be somebody who is known by another account. The rule is
//!    asked before a user is made of them.
//! 2. Whoever comes with an account of the provider that ends may be asked to connect one of the provider that follows,
//!    now or before they go on. Whoever is new there may be shown the way before they are made a user.
//! 3. No rule links by an e-mail address: it sees none that it could ask by.
//! 4. What a rule decides is carried out here, so that it cannot make a session, or take an account from its owner.
//! 5. A rule is called as a callback is: it has so long, and whoever waits for one that fails does not come in.

use std::fmt;

use async_trait::async_trait;

use crate::store::AccountKey;
use crate::{Account, Auth, BoxError, Claims, Profile, User};

/// Says who of the known people somebody is, when one provider follows another.
#[async_trait]
pub trait Succession: fmt::Debug + Send + Sync + 'static {
    /// Somebody has come with an account that is linked to nobody.
    ///
    /// # Errors
    /// When it cannot be told. Nobody is signed in then, and no user is made.
    async fn recognise(&self, arrival: &Arrival<'_>) -> Result<Recognition, BoxError>;

    /// A user has come with an account of theirs: what is next, before their session begins.
    ///
    /// # Errors
    /// When it cannot be told. Nobody is signed in then.
    async fn onward(&self, arrival: &Arrival<'_>, user: &User) -> Result<Onward, BoxError>;

    /// Somebody is about to be made a user: what is next, before their first session begins. [`Onward::Closed`] makes no
    /// user of them; all else is carried out when they are one. So a provider that ends gets nobody new.
    ///
    /// # Errors
    /// When it cannot be told. No user is made then.
    async fn newcomer(&self, arrival: &Arrival<'_>) -> Result<Onward, BoxError> {
        let _ = arrival;
        Ok(Onward::Nothing)
    }

    /// An account was linked to a user: because it was recognised, or because they connected it. Called after it was
    /// written, so it has to bear being called again for the same link.
    ///
    /// # Errors
    /// They are logged; the link stays.
    async fn linked(&self, arrival: &Arrival<'_>, user: &User, how: &Proof) -> Result<(), BoxError>;

    /// A user has come with an account of theirs that was linked before they came with it, and its provider is the first to
    /// vouch for their e-mail address. Such a proof takes off the accounts that were there before, since they may be of
    /// whoever typed the address; the account by which the user was known when this one was linked is told here, and stays.
    ///
    /// # Errors
    /// When it cannot be told. Nobody is signed in then.
    async fn known_by(&self, arrival: &Arrival<'_>, user: &User) -> Result<Option<AccountKey>, BoxError> {
        let _ = (arrival, user);
        Ok(None)
    }

    /// The id of the provider that follows one, if it is to end: the sign-in page puts the one that ends behind it, and
    /// whoever comes too late is shown the way. Asked often, so it has to be known at once.
    fn successor_of(&self, provider: &str) -> Option<&str> {
        let _ = provider;
        None
    }
}

/// Somebody who has come back from a provider.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Arrival<'a> {
    /// The site they came to.
    pub auth: &'a Auth,
    /// The account, with what was granted.
    pub account: &'a Account,
    /// Who the provider says this is.
    pub profile: &'a Profile,
    /// What the profile was made of.
    pub claims: &'a Claims,
}

/// Who it is that nobody is linked to. Not `non_exhaustive`: each has to be carried out.
#[derive(Clone, Debug, PartialEq)]
pub enum Recognition {
    /// Nobody who is known: they are treated as anybody who comes for the first time.
    Nobody,
    /// The user with this id, and that is proven. The account is linked to them.
    User {
        /// The user's id.
        id: String,
        /// What proves it.
        proof: Proof,
    },
    /// Perhaps somebody who is known by an account of another provider. They are asked: whoever says yes signs in there
    /// too, and the two are connected.
    Perhaps {
        /// The id of the provider that they may have used before.
        provider: String,
    },
    /// What is known contradicts itself. They are told so, nobody is signed in, and an operator has to look.
    Contradiction {
        /// Why, for the log.
        cause: String,
    },
}

/// What is next for whoever has come with an account of the provider that ends.
/// Not `non_exhaustive`: each has to be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Onward {
    /// Nothing: the session begins.
    Nothing,
    /// The session begins, and the application may offer to connect an account of that provider:
    /// [`Session::offered`](crate::Session::offered).
    Offer(String),
    /// The session begins, and a page asks them to connect an account of that provider. They may put it off.
    Ask(String),
    /// They go straight on to that provider, and the session begins when both are connected.
    Require(String),
    /// They cannot come in by this account any more, and are told to use that provider.
    Closed(String),
}

/// What proves that two accounts are one person's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The rule's name for it, such as `entra-object`. `both-proven`, where they signed in by both in one go, and
    /// `connected`, where they connected one from a session of theirs.
    pub method: String,
    /// The account by which the user was known.
    pub by: Option<AccountKey>,
}
