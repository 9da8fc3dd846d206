//! Whose turn it is to refresh an account that several processes share.
//!
//! 1. An exchange is given up before its lease ends, so that nobody sends a refresh token whose answer is still awaited.
//! 2. What was brought is written though the store fails at first: for two seconds while callers wait, then behind their
//!    backs under the same lease, and then whenever the account can be had again. If another process came first, it would
//!    spend a token that was spent.
//! 3. A store that does not answer at all has failed, so that every refresh ends.

use std::sync::Arc;
use std::time::Duration;

use super::sealed::{seal, unseal};
use super::stored::write_remembered;
use super::wanted::Wanted;
use super::{Outcome, backoff};
use crate::AuthError;
use crate::account::GrantedAccount;
use crate::realm::Realm;
use crate::store::{AccountKey, Lease, StoreError, Swap, TokenStore};

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

/// Goes on writing what a refresh brought, whether anybody asks for it or not.
pub(super) fn write_on(
    realm: &Arc<Realm>,
    store: &Arc<dyn TokenStore>,
    wanted: Wanted,
    after: Arc<GrantedAccount>,
    version: u64,
    lease: Lease,
) {
    let (realm, store) = (Arc::clone(realm), Arc::clone(store));
    tokio::spawn(async move {
        while realm.clock.now() < lease.until {
            realm.clock.sleep(BETWEEN_WRITES).await;
            match write(&realm, &*store, &after, version, &lease).await {
                Ok(Swap::Done(_)) => {
                    return wanted.announce(&realm, &Outcome::Refreshed(GrantedAccount::clone(&after))).await;
                }
                Ok(Swap::Lost(_)) => break,
                Err(_) => {}
            }
        }
        write_later(&realm, &after.key()).await;
    });
}

/// The same once the lease is over, by the way that every refresh goes: what is remembered is written before anything
/// else is done.
async fn write_later(realm: &Arc<Realm>, key: &AccountKey) {
    for attempt in 1..=LATER_WRITES {
        if write_remembered(realm, key).await.unwrap_or_default() {
            return;
        }
        realm.clock.sleep(backoff::pause(attempt, None, &*realm.random)).await;
    }
}

/// Gives a store up that does not answer.
pub(super) async fn in_time<T, E: From<StoreError>>(
    realm: &Realm,
    asked: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    tokio::select! {
        biased;
        answer = asked => answer,
        () = realm.clock.sleep(PATIENCE) => {
            Err(StoreError::Unavailable("the token store did not answer in time".into()).into())
        }
    }
}

/// How long a process that died keeps the others from an account.
pub(super) const LEASE: Duration = Duration::from_secs(10);
pub(super) const EXCHANGE: Duration = Duration::from_secs(8);
const WRITING: Duration = Duration::from_secs(2);
/// Longer than stores take that know when to give up.
const PATIENCE: Duration = Duration::from_secs(15);
const BETWEEN_WRITES: Duration = Duration::from_secs(1);
/// Several hours; then the next who asks writes what is remembered.
const LATER_WRITES: u32 = 60;
/// Between attempts to write.
const PAUSES_OF_A_STORE: [Duration; 3] =
    [Duration::from_millis(100), Duration::from_millis(300), Duration::from_millis(900)];
