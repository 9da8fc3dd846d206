//! Refresh with a token store: one process at a time, and stored before anybody uses it.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{self, SHA256};

use super::{Outcome, is_fresh, kept, or_current, refresh, without_refresh_token};
use crate::private_claim::KeptTokens;
use crate::realm::Realm;
use crate::store::{AccountKey, StoredTokens, Swap, TokenStore};
use crate::{AccessTokenError, Account, AuthError};

/// Puts the tokens of a new grant into the store.
pub(crate) async fn keep(realm: &Realm, store: &dyn TokenStore, account: &Account) -> Result<(), AuthError> {
    store.put(seal(realm, account, 0)?).await?;
    Ok(())
}

/// The freshest tokens of an account in the store.
pub(super) async fn fresh(realm: &Arc<Realm>, key: AccountKey) -> Result<Outcome, AccessTokenError> {
    let Some((account, _)) = load(realm, &key).await? else {
        return Err(AccessTokenError::NotConnected { provider: key.provider });
    };
    let now = realm.clock.now();
    if account.needs_reauthentication {
        return Ok(Outcome::Refused(account));
    }
    if is_fresh(&account, now, realm.lifetimes.refresh_margin) {
        return Ok(Outcome::Current(account));
    }
    if account.tokens.refresh_token.is_none() {
        return Ok(without_refresh_token(account, now));
    }
    let flight = realm.refresh.fly(realm, flight_key(&account), move |realm| async move {
        match claim_and_refresh(&realm, &key).await {
            Ok(outcome) => outcome,
            Err(error) => {
                tracing::error!(provider = key.provider, cause = crate::failure::chain(&error), "token store failed");
                Outcome::Failed { retry_after: Duration::from_secs(1), source: None }
            }
        }
    });
    Ok(or_current(flight.await, account, now))
}

/// Takes the account, refreshes, and swaps. Whoever cannot take it waits for the one who could, and adopts.
async fn claim_and_refresh(realm: &Arc<Realm>, key: &AccountKey) -> Result<Outcome, AuthError> {
    let Some(store) = &realm.tokens else { return Ok(gone()) };
    let begun = realm.clock.now();
    loop {
        let Some((account, version)) = load(realm, key).await? else { return Ok(gone()) };
        let now = realm.clock.now();
        if account.needs_reauthentication {
            return Ok(Outcome::Refused(account));
        }
        if is_fresh(&account, now, realm.lifetimes.refresh_margin) {
            return Ok(Outcome::Refreshed(account));
        }
        let Some(lease) = store.claim(key, now, LEASE).await? else {
            if now.since(begun) > LEASE + LEASE {
                return Ok(Outcome::Failed { retry_after: POLL, source: None });
            }
            realm.clock.sleep(POLL).await;
            continue;
        };
        let outcome = refresh(realm, account).await;
        let (Outcome::Refreshed(after) | Outcome::Refused(after)) = &outcome else {
            store.release(key, &lease).await?;
            return Ok(outcome);
        };
        match store.swap(seal(realm, after, version)?, version, &lease).await? {
            Swap::Done(_) => {
                store.release(key, &lease).await?;
                return Ok(outcome);
            }
            // Somebody signed in anew or took over meanwhile: theirs is what counts.
            Swap::Lost(Some(theirs)) => {
                let account = unseal(realm, &theirs)?;
                return Ok(match account.needs_reauthentication {
                    true => Outcome::Refused(account),
                    false => Outcome::Refreshed(account),
                });
            }
            Swap::Lost(None) => return Ok(gone()),
        }
    }
}

fn gone() -> Outcome {
    Outcome::Failed { retry_after: Duration::from_secs(1), source: None }
}

async fn load(realm: &Realm, key: &AccountKey) -> Result<Option<(Account, u64)>, AuthError> {
    let Some(store) = &realm.tokens else { return Ok(None) };
    match store.load(key).await? {
        Some(stored) => Ok(Some((unseal(realm, &stored)?, stored.version))),
        None => Ok(None),
    }
}

fn seal(realm: &Realm, account: &Account, version: u64) -> Result<StoredTokens, AuthError> {
    let key = AccountKey { provider: account.provider.clone(), subject: account.subject.clone() };
    let plain = serde_json::to_vec(&kept(account)).map_err(|error| AuthError::Unwritable(Arc::new(error)))?;
    let sealed = realm.store_sealer.seal(&plain, &bound(&key), &*realm.random);
    let refresh_at = account.tokens.expires_at.map(|at| at.before(realm.lifetimes.refresh_margin));
    let refresh_at = refresh_at.filter(|_| account.tokens.refresh_token.is_some() && !account.needs_reauthentication);
    Ok(StoredTokens { account: key, sealed, refresh_at, version })
}

fn unseal(realm: &Realm, stored: &StoredTokens) -> Result<Account, AuthError> {
    let plain = realm.store_sealer.open(&stored.sealed, &bound(&stored.account)).map_err(|_| AuthError::Unsealable)?;
    let kept: KeptTokens = serde_json::from_slice(&plain).map_err(|_| AuthError::Unsealable)?;
    Ok(kept.account(&stored.account.provider, &stored.account.subject))
}

/// Binds sealed tokens to their account, so that rows cannot change places.
fn bound(key: &AccountKey) -> Vec<u8> {
    format!("{} {} {}", key.provider.len(), key.provider, key.subject).into_bytes()
}

/// With a store it is the account that is refreshed, in the state it was found in.
fn flight_key(account: &Account) -> super::gate::Key {
    match &account.tokens.refresh_token {
        Some(token) => super::gate::key(account, token),
        None => {
            let mut key = [0; 32];
            key.copy_from_slice(digest::digest(&SHA256, account.subject.as_bytes()).as_ref());
            key
        }
    }
}

const LEASE: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(100);
