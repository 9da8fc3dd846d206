//! Which of an account's tokens is wanted. All are had by the one refresh token, so all go the same way to it.

use std::borrow::Cow;
use std::time::Duration;

use super::ending::announce;
use super::exchange::refresh_within;
use super::{Outcome, ahead, at_hand, by_scope, is_good};
use crate::account::GrantedAccount;
use crate::other_tokens::OtherTokens;
use crate::realm::Realm;

/// A token of an account.
#[derive(Clone, Debug)]
pub(super) enum Wanted {
    /// Its own: that of the sign-in.
    Own,
    /// The one for these scopes.
    Scopes(Vec<String>),
}

impl Wanted {
    /// The account with the wanted token, if it has that.
    pub(super) fn of<'a>(&self, account: &'a GrantedAccount) -> Option<Cow<'a, GrantedAccount>> {
        match self {
            Self::Own => Some(Cow::Borrowed(account)),
            Self::Scopes(scopes) => OtherTokens::stand_in(account, scopes).map(Cow::Owned),
        }
    }

    /// What can be said of an account without asking its provider, if anything, by whoever came to refresh it.
    pub(super) fn settled(&self, realm: &Realm, account: &GrantedAccount, newer: bool) -> Option<Outcome> {
        if account.is_parked {
            return Some(Outcome::not_this_time());
        }
        if account.needs_reauthentication {
            return Some(Outcome::Refused(account.clone()));
        }
        let is_settled = |account: Cow<'_, _>| is_good(realm, &account) && !ahead::has_come(realm, &account);
        let is_settled = self.of(account).is_some_and(is_settled);
        is_settled.then(|| at_hand(account.clone(), newer))
    }

    /// One exchange, to its end, that asks the provider for no longer than that. Nothing is kept or announced yet.
    pub(super) async fn refresh_within(&self, realm: &Realm, account: GrantedAccount, patience: Duration) -> Outcome {
        match self {
            Self::Own => refresh_within(realm, account, patience).await,
            Self::Scopes(scopes) => by_scope::refresh_within(realm, account, scopes, patience).await,
        }
    }

    /// Tells log and application of what was kept.
    pub(super) async fn announce(&self, realm: &Realm, outcome: &Outcome) {
        match (self, outcome) {
            // The account's own token is what it was.
            (Self::Scopes(_), Outcome::Refreshed(_)) => {}
            _ => announce(realm, outcome).await,
        }
    }
}
