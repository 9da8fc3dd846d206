//! Whose turn it is to refresh an account that several processes share.
//!
//! 1. An exchange is given up before its lease ends, so that nobody sends a refresh token whose answer is still awaited.
//! 2. No clock ends the lease of another: processes may be two minutes apart, and wait for each other all the same.
//! 3. What was brought is written as long as the lease lasts, though the store fails at first.

use std::time::Duration;

use super::gate;
use super::stored::{seal, unseal};
use crate::AuthError;
use crate::account::GrantedAccount;
use crate::realm::Realm;
use crate::store::{AccountKey, Lease, StoreError, Swap, TokenStore};

/// Takes the account if it is free, or if its holder must be dead.
///
/// When a lease ends is said by the clock of its holder, and that may be another's than ours. So a lease counts as ended
/// once it has been seen here for as long as a lease may last; or at once, if it ended longer ago than clocks differ.
pub(super) async fn claim(
    realm: &Realm,
    store: &dyn TokenStore,
    gate_key: gate::Key,
    key: &AccountKey,
) -> Result<Option<Lease>, StoreError> {
    let now = realm.clock.now();
    if let Some(lease) = store.claim(key, now.before(CLOCKS_DIFFER), CLOCKS_DIFFER + LEASE).await? {
        // Should the task panic, this process knows since when its own lease is in the way.
        realm.refresh.sees_lease(gate_key, lease.fence, now);
        return Ok(Some(lease));
    }
    match store.holder(key).await? {
        Some(holder) if now.since(realm.refresh.sees_lease(gate_key, holder.fence, now)) >= LEASE => {
            // At the moment of its end, as it were: only this lease is in our way, and not one that came after it.
            let end = holder.until.max(now);
            store.claim(key, holder.until, end.since(holder.until) + LEASE).await
        }
        _ => Ok(None),
    }
}

/// Writes what a refresh brought: there is no second chance to get it. A store that fails is asked again, for about as
/// long as the lease lasts.
pub(super) async fn write(
    realm: &Realm,
    store: &dyn TokenStore,
    after: &GrantedAccount,
    version: u64,
    lease: &Lease,
) -> Result<Swap, AuthError> {
    let tokens = seal(realm, after, version)?;
    let writing = async {
        for pause in PAUSES_OF_A_STORE {
            match store.swap(tokens.clone(), version, lease).await {
                Ok(swap) => return Ok(swap),
                Err(error) => {
                    let cause = crate::failure::chain(&error);
                    tracing::warn!(provider = after.provider, cause, "tokens could not be stored; it is tried again");
                }
            }
            realm.clock.sleep(pause).await;
        }
        store.swap(tokens.clone(), version, lease).await
    };
    let swap = tokio::select! {
        swap = writing => swap?,
        () = realm.clock.sleep(WRITING) => {
            return Err(StoreError::Unavailable("the refreshed tokens were not stored in time".into()).into());
        }
    };
    Ok(match swap {
        // An earlier attempt was done, and its answer was lost.
        Swap::Lost(Some(theirs)) if unseal(realm, &theirs)?.has_tokens_of(after) => Swap::Done(theirs.version),
        swap => swap,
    })
}

/// How long a process that died keeps the others from an account.
pub(super) const LEASE: Duration = Duration::from_secs(10);
pub(super) const EXCHANGE: Duration = Duration::from_secs(8);
const WRITING: Duration = Duration::from_secs(2);
/// How far the clocks of two processes may be apart.
const CLOCKS_DIFFER: Duration = Duration::from_secs(120);
/// Between attempts to write.
const PAUSES_OF_A_STORE: [Duration; 3] =
    [Duration::from_millis(100), Duration::from_millis(300), Duration::from_millis(900)];
