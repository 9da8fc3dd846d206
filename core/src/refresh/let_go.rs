//! Tokens that are let go: taken from where they are kept, so that no refresh brings them back.
//!
//! 1. What a refresh under way brings is what is let go, where it can be waited for. Where it cannot, because another
//!    process is at it, that process finds the account gone and lets go what it got.
//! 2. A copy of a cookie may still hold tokens that its session let go. This process remembers for a day that they are
//!    over, as it does of those that were refused.

use std::error::Error;
use std::sync::Arc;

use super::ending::Landed;
use super::lease::LEASE;
use super::sealed::load;
use super::{Outcome, gate};
use crate::account::GrantedAccount;
use crate::failure::chain;
use crate::realm::Realm;
use crate::store::{AccountKey, Lease, StoreError, TokenStore};
use crate::{AuthError, Secret, TokenSet};

/// Takes an account's tokens out of the token store; what they were, if there were any that can be read.
///
/// With the account taken, nobody writes between the look and the deletion. Without, whoever has it loses its swap.
pub(crate) async fn let_go_stored(realm: &Realm, key: &AccountKey) -> Result<Option<GrantedAccount>, StoreError> {
    let Some(store) = &realm.tokens else { return Ok(None) };
    // A lease goes with its account. The deletion is what has to be done, whatever becomes of the rest.
    let claimed = store.claim(key, realm.clock.now(), LEASE).await.map(|_| ());
    let loaded = load(realm, key).await;
    store.delete(key).await?;
    claimed.unwrap_or_else(|error| unread(key, &error));
    let loaded = loaded.unwrap_or_else(|error| {
        unread(key, &error);
        None
    });
    // Newer than the store's only if they could not be written.
    Ok(loaded.map(|(account, _)| realm.refresh.successors.follow(account)))
}

/// The same under a lease: what somebody has brought since it was taken stays, and so does, `if_parked`, what is not.
/// `None` if they stay; else what they were, if that can be read.
pub(crate) async fn let_go_held(
    realm: &Realm,
    store: &dyn TokenStore,
    key: &AccountKey,
    lease: &Lease,
    if_parked: bool,
) -> Result<Option<Option<GrantedAccount>>, AuthError> {
    let loaded = match load(realm, key).await {
        // Of no use to anybody, and nobody can say that it is in use.
        Err(AuthError::Unsealable) => Err(AuthError::Unsealable),
        loaded => Ok(loaded?),
    };
    let is_parked =
        |loaded: &Option<(GrantedAccount, u64)>| loaded.as_ref().is_none_or(|(account, _)| account.is_parked);
    if (if_parked && !loaded.as_ref().is_ok_and(is_parked)) || !store.delete_under(key, lease).await? {
        return Ok(None);
    }
    let loaded = loaded.unwrap_or_else(|error| {
        unread(key, &error);
        None
    });
    Ok(Some(loaded.map(|(account, _)| realm.refresh.successors.follow(account))))
}

fn unread(key: &AccountKey, error: &(dyn Error + 'static)) {
    let cause = chain(error);
    tracing::warn!(provider = key.provider, cause, "tokens were deleted that could not be read, and live on there");
}

/// Lets go tokens that a session keeps itself; what they are by now, unless they were let go before. The session is the
/// caller's to write.
pub(crate) async fn let_go_kept(realm: &Arc<Realm>, account: GrantedAccount) -> Option<GrantedAccount> {
    let mut latest = realm.refresh.successors.follow(account);
    for _ in 0..MOST_REFRESHES {
        let Some(refresh_token) = latest.tokens.refresh_token.clone().filter(|_| !is_over(&latest)) else { break };
        let (key, over) = (gate::key(&latest, &refresh_token), over(&latest));
        let mark = |realm: &Realm| realm.refresh.successors.remember(key, &over, realm.clock.now());
        let outcome = realm.refresh.fly(realm, key, latest.key(), |realm| {
            mark(&realm);
            std::future::ready(Landed::let_go(Outcome::Refused(over.clone())))
        });
        match outcome.await {
            // A refresh was under way.
            Outcome::Refreshed(newer) => latest = newer,
            // None could be begun, or none was of use.
            Outcome::Failed { .. } => {
                mark(realm);
                break;
            }
            Outcome::Refused(_) | Outcome::RefusedForScopes { .. } | Outcome::Current(_) => break,
        }
    }
    (!is_over(&latest)).then_some(latest)
}

/// The account as those find it who come with tokens of before.
fn over(account: &GrantedAccount) -> GrantedAccount {
    // The refresh token says which grant it was: a later one may bring the same.
    let tokens = TokenSet::new(Secret::new("")).refresh_token(account.tokens.refresh_token.clone());
    let mut over = GrantedAccount { tokens, ..account.clone() };
    over.needs_reauthentication = true;
    over
}

fn is_over(account: &GrantedAccount) -> bool {
    account.tokens.access_token.is_empty()
}

const MOST_REFRESHES: usize = 4;
