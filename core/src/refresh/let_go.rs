//! Tokens that are let go: taken from where they are kept, so that no refresh brings them back.
//!
//! 1. What a refresh under way brings is what is let go, where it can be waited for. Where it cannot, because another
//!    process is at it, that process finds the account gone and lets go what it got.
//! 2. A copy of a cookie may still hold tokens that its session let go. This process remembers for a day that they are
//!    over, as it does of those that were refused.

use std::sync::Arc;

use super::ending::Landed;
use super::lease::LEASE;
use super::sealed::load;
use super::{Outcome, gate};
use crate::account::GrantedAccount;
use crate::failure::chain;
use crate::realm::Realm;
use crate::store::{AccountKey, StoreError};
use crate::{Secret, TokenSet};

/// Takes an account's tokens out of the token store; what they were, if there were any that can be read.
///
/// With the account taken, nobody writes between the look and the deletion. Without, whoever has it loses its swap.
pub(crate) async fn let_go_stored(realm: &Realm, key: &AccountKey) -> Result<Option<GrantedAccount>, StoreError> {
    let Some(store) = &realm.tokens else { return Ok(None) };
    // A lease goes with its account. The deletion is what has to be done, whatever becomes of the rest.
    let claimed = store.claim(key, realm.clock.now(), LEASE).await.map(|_| ());
    let loaded = load(realm, key).await;
    store.delete(key).await?;
    let told = |cause| {
        tracing::warn!(provider = key.provider, cause, "tokens were deleted that could not be read, and live on there");
    };
    claimed.unwrap_or_else(|error| told(chain(&error)));
    let loaded = loaded.unwrap_or_else(|error| {
        told(chain(&error));
        None
    });
    // Newer than the store's only if they could not be written.
    Ok(loaded.map(|(account, _)| realm.refresh.successors.follow(account)))
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
