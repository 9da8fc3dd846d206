//! Whose turn it is to refresh an account that several processes share.
//!
//! 1. An exchange is given up before its lease ends, so that nobody sends a refresh token whose answer is still awaited.
//! 2. What was brought is written as long as the lease lasts, though the store fails at first.

use std::time::Duration;

use super::stored::{seal, unseal};
use crate::AuthError;
use crate::account::GrantedAccount;
use crate::realm::Realm;
use crate::store::{Lease, StoreError, Swap, TokenStore};

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
/// Between attempts to write.
const PAUSES_OF_A_STORE: [Duration; 3] =
    [Duration::from_millis(100), Duration::from_millis(300), Duration::from_millis(900)];
