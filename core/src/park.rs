//! Grants that are parked: kept, and not handed out. For the time between the day when another provider took a provider's
//! place and the day when its tokens are deleted: until then there is a way back.
//!
//! 1. The mark is sealed with the tokens. A parked grant is refreshed by nobody but [`Auth::remint`], so that it outlives
//!    the client's secret that it was minted with.
//! 2. An account that somebody refreshes is left to them, and so is what they bring: it is never written over.
//! 3. A new sign-in brings a new grant, which is not parked.

use std::sync::Arc;
use std::time::Duration;

use crate::failure::chain;
use crate::realm::Realm;
use crate::refresh::{self, Outcome};
use crate::store::{AccountKey, Lease, Swap, TokenStore};
use crate::{Auth, AuthError, revoke};

/// What became of a grant that was to be parked, taken up again, or deleted. Not `non_exhaustive`: a job counts them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Parking {
    /// It was done.
    Done,
    /// It was so already.
    Already,
    /// Somebody refreshes it. Nothing was done; try again in a few seconds.
    Busy,
    /// The token store has no tokens of the account, or there is no token store.
    Absent,
}

impl Auth {
    /// Keeps the grant of an account, and hands out no token of it from now on: who asks gets
    /// [`AccessTokenError::Parked`](crate::AccessTokenError::Parked). Only grants in a token store: tokens that live in
    /// a session are its own.
    ///
    /// ```
    /// use admit::store::AccountKey;
    /// use admit::{Auth, AuthError, Parking};
    ///
    /// async fn set_aside(auth: &Auth, account: &AccountKey) -> Result<bool, AuthError> {
    ///     Ok(auth.park(account).await? != Parking::Busy)
    /// }
    /// ```
    ///
    /// # Errors
    /// When the token store fails, or what it holds cannot be opened.
    pub async fn park(&self, account: &AccountKey) -> Result<Parking, AuthError> {
        mark(self.realm(), account, true).await
    }

    /// Hands out tokens of a parked grant again.
    ///
    /// # Errors
    /// As [`park`](Self::park).
    pub async fn unpark(&self, account: &AccountKey) -> Result<Parking, AuthError> {
        mark(self.realm(), account, false).await
    }

    /// Deletes the tokens of an account, parked or not, unless somebody refreshes them or signs in with it at that moment.
    /// They are voided at the provider if it has a way, which is not waited for. The account stays linked.
    ///
    /// # Errors
    /// As [`park`](Self::park).
    pub async fn purge_tokens(&self, account: &AccountKey) -> Result<Parking, AuthError> {
        purge(self.realm(), account, false).await
    }

    /// The same, if they are parked. A sign-in that brings new ones meanwhile keeps them, and they are
    /// [`Busy`](Parking::Busy).
    ///
    /// # Errors
    /// As [`park`](Self::park).
    pub async fn purge_parked_tokens(&self, account: &AccountKey) -> Result<Parking, AuthError> {
        purge(self.realm(), account, true).await
    }
}

async fn purge(realm: &Arc<Realm>, account: &AccountKey, if_parked: bool) -> Result<Parking, AuthError> {
    let Some(store) = &realm.tokens else { return Ok(Parking::Absent) };
    let Some(lease) = store.claim(account, realm.clock.now(), LEASE).await? else {
        return untaken(&**store, account).await;
    };
    let gone = refresh::let_go_held(realm, &**store, account, &lease, if_parked).await;
    // The lease goes with its account, and ends when somebody brings a new grant.
    match gone? {
        Some(gone) => {
            drop(gone.map(|gone| revoke::begin(realm, gone)));
            Ok(Parking::Done)
        }
        None => {
            // As below: whoever is told that somebody died with the account leaves it to the next.
            if !lease.lapsed {
                give_back(&**store, account, &lease).await;
            }
            Ok(Parking::Busy)
        }
    }
}

async fn mark(realm: &Arc<Realm>, account: &AccountKey, parked: bool) -> Result<Parking, AuthError> {
    let Some(store) = &realm.tokens else { return Ok(Parking::Absent) };
    let Some(lease) = store.claim(account, realm.clock.now(), LEASE).await? else {
        return untaken(&**store, account).await;
    };
    let marked = mark_under_lease(realm, &**store, account, parked, &lease).await;
    // Also when it failed: nobody shall wait for a lease that does nothing any more. But whoever is told that somebody died
    // with the account, and could not note it, leaves it to the next.
    let is_kept = marked.is_err() && lease.lapsed;
    if !is_kept {
        give_back(&**store, account, &lease).await;
    }
    marked
}

async fn give_back(store: &dyn TokenStore, account: &AccountKey, lease: &Lease) {
    if let Err(error) = store.release(account, lease).await {
        let cause = chain(&error);
        tracing::warn!(provider = account.provider, cause, "a lease could not be given back; it will lapse");
    }
}

/// Why an account cannot be taken.
async fn untaken(store: &dyn TokenStore, account: &AccountKey) -> Result<Parking, AuthError> {
    Ok(if store.load(account).await?.is_some() { Parking::Busy } else { Parking::Absent })
}

async fn mark_under_lease(
    realm: &Realm,
    store: &dyn TokenStore,
    key: &AccountKey,
    parked: bool,
    lease: &Lease,
) -> Result<Parking, AuthError> {
    let Some(stored) = store.load(key).await? else { return Ok(Parking::Absent) };
    let before = refresh::unseal(realm, &stored)?;
    // What a refresh brought and could not write is written now.
    let mut after = realm.refresh.successors.follow(before.clone());
    after.tokens.id_token = after.tokens.id_token.or_else(|| before.tokens.id_token.clone());
    after.is_parked = parked;
    // Only the first who takes the account is told that somebody died with it; whoever refreshes it next has to know.
    after.is_unanswered |= lease.lapsed && refresh::rotates(realm, key);
    if after == before {
        return Ok(Parking::Already);
    }
    match store.swap(refresh::seal(realm, &after, stored.version)?, stored.version, lease).await? {
        Swap::Done(_) => {
            tracing::info!(provider = key.provider, parked, "a grant was marked");
            if after.tokens.access_token != before.tokens.access_token && !after.needs_reauthentication {
                refresh::announce(realm, &Outcome::Refreshed(after)).await;
            }
            Ok(if before.is_parked == parked { Parking::Already } else { Parking::Done })
        }
        Swap::Lost(_) => Ok(Parking::Busy),
    }
}

/// Longer than a write takes; a job that died keeps nobody from a refresh for long.
const LEASE: Duration = Duration::from_secs(5);
