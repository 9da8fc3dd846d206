//! Refresh with a token store: one process at a time, and stored before anybody uses it.
//!
//! 1. The account is taken before its tokens are read: what was read earlier may have been spent since.
//! 2. Tokens that could not be written are not lost: they are remembered, and written before the next exchange. Until
//!    they are written nobody uses them.
//! 3. Whoever writes last without a lease that counts has lost, and takes what is there. That holds for the mark of a
//!    dead account as well.
//! 4. A refresh token that is refused after a holder died is an answer that was lost.

use std::sync::Arc;
use std::time::Duration;

use super::ending::{Landed, announce};
use super::exchange::refresh_within;
use super::lease::{EXCHANGE, LEASE, claim, write};
use super::{Outcome, gate, is_fresh, measure, or_at_hand, settled, without_refresh_token};
use crate::account::GrantedAccount;
use crate::kept_tokens::KeptTokens;
use crate::realm::Realm;
use crate::store::{AccountKey, Lease, StoredTokens, Swap, TokenStore};
use crate::{AccessTokenError, AuthError, Event, Secret};

/// Puts the tokens of a new grant into the store.
pub(crate) async fn keep(realm: &Realm, store: &dyn TokenStore, account: &GrantedAccount) -> Result<(), AuthError> {
    store.put(seal(realm, account, 0)?).await?;
    Ok(())
}

/// The ID token of an account in the store, which tells the provider who signs out. None, if it cannot be had.
pub(crate) async fn kept_id_token(realm: &Realm, key: &AccountKey) -> Option<Secret> {
    match load(realm, key).await {
        Ok(stored) => stored?.0.tokens.id_token,
        Err(error) => {
            tracing::warn!(
                provider = key.provider,
                cause = crate::failure::chain(&error),
                "no id token to sign out with"
            );
            None
        }
    }
}

/// The freshest tokens of an account in the store.
pub(super) async fn fresh(realm: &Arc<Realm>, key: AccountKey) -> Result<Outcome, AccessTokenError> {
    let Some((account, _)) = load(realm, &key).await? else {
        return Err(AccessTokenError::NotConnected { provider: key.provider });
    };
    if let Some(outcome) = settled(realm, &account, false) {
        measure::settled(&account.provider, &outcome);
        return Ok(outcome);
    }
    let Some(refresh_token) = &account.tokens.refresh_token else {
        return Ok(without_refresh_token(account, realm.clock.now()));
    };
    let gate_key = gate::key(&account, refresh_token);
    let flight = realm.refresh.fly(realm, gate_key, key.clone(), move |realm| async move {
        match claim_and_refresh(&realm, gate_key, &key).await {
            Ok(landed) => landed,
            Err(error) => {
                tracing::error!(provider = key.provider, cause = crate::failure::chain(&error), "token store failed");
                Outcome::not_this_time().into()
            }
        }
    });
    Ok(or_at_hand(flight.await, account, false, realm.clock.now()))
}

/// The account as the store has it, for an exchange that leaves its refresh token as it is.
pub(super) async fn newest(realm: &Realm, key: &AccountKey) -> Result<GrantedAccount, AccessTokenError> {
    let not_connected = || AccessTokenError::NotConnected { provider: key.provider.clone() };
    Ok(load(realm, key).await?.ok_or_else(not_connected)?.0)
}

/// Takes the account and refreshes it. Whoever cannot take it waits for the one who could, and adopts.
async fn claim_and_refresh(realm: &Arc<Realm>, gate_key: gate::Key, key: &AccountKey) -> Result<Landed, AuthError> {
    let not_this_time = || Ok(Outcome::not_this_time().into());
    let Some(store) = &realm.tokens else { return not_this_time() };
    let begun = realm.clock.now();
    loop {
        let now = realm.clock.now();
        if let Some(lease) = claim(realm, &**store, gate_key, key).await? {
            measure::waited(begun, now);
            let landed = refresh_under_lease(realm, &**store, key, &lease).await;
            // Also when it failed: nobody shall wait for a lease that does nothing any more.
            if let Err(error) = store.release(key, &lease).await {
                let cause = crate::failure::chain(&error);
                tracing::warn!(provider = key.provider, cause, "a lease could not be given back; it will lapse");
            }
            match landed? {
                Some(landed) => return Ok(landed),
                None if now.since(begun) > LEASE => return not_this_time(),
                None => continue,
            }
        }
        let Some((account, _)) = load(realm, key).await? else { return not_this_time() };
        if let Some(outcome) = settled(realm, &account, true) {
            measure::waited(begun, now);
            return Ok(Landed::adopted(outcome));
        }
        let patience = if is_fresh(&account, now, Duration::ZERO) { COURTESY } else { LEASE };
        if now.since(begun) > patience {
            return not_this_time();
        }
        realm.clock.sleep(POLL).await;
    }
}

/// One refresh, with the account taken. `None` if it has to be taken once more, to write what is held by now.
async fn refresh_under_lease(
    realm: &Realm,
    store: &dyn TokenStore,
    key: &AccountKey,
    lease: &Lease,
) -> Result<Option<Landed>, AuthError> {
    let Some((account, version)) = load(realm, key).await? else { return Ok(Some(Outcome::not_this_time().into())) };
    // Newer than the store's only if they could not be written before.
    let mut latest = realm.refresh.successors.follow(account.clone());
    let mut outcome = match settled(realm, &latest, true) {
        Some(outcome) if latest == account => return Ok(Some(Landed::adopted(outcome))),
        Some(outcome) => outcome,
        None => {
            latest.is_unanswered |= lease.lapsed && rotates(realm, key);
            refresh_within(realm, latest, EXCHANGE).await
        }
    };
    let after = match &mut outcome {
        Outcome::Refreshed(after) | Outcome::Refused(after) => Arc::new(after.clone()),
        Outcome::Failed { marked, .. } => match marked.take() {
            Some(marked) if *marked != account => marked,
            _ => return Ok(Some(outcome.into())),
        },
        Outcome::Current(_) => return Ok(Some(outcome.into())),
    };
    let remember = || {
        if let Some(spent) = &account.tokens.refresh_token {
            realm.refresh.successors.remember(gate::key(&account, spent), &after, realm.clock.now());
        }
    };
    let swap = write(realm, store, &after, version, lease).await;
    if swap.is_err() {
        remember();
        if matches!(outcome, Outcome::Refreshed(_)) {
            realm.record(Event::TokensNotStored { provider: &key.provider, subject: &key.subject }).await;
        }
    }
    match swap? {
        Swap::Done(_) => {
            announce(realm, &outcome).await;
            Ok(Some(outcome.into()))
        }
        Swap::Lost(Some(theirs)) => {
            let theirs = unseal(realm, &theirs)?;
            // Somebody found the token dead that was spent here. What followed it is what counts.
            if matches!(outcome, Outcome::Refreshed(_)) && theirs.tokens.refresh_token == account.tokens.refresh_token {
                remember();
                return Ok(None);
            }
            if matches!(outcome, Outcome::Failed { .. }) && !theirs.is_settled_after(&account) {
                return Ok(Some(outcome.into()));
            }
            // Somebody signed in anew or took over meanwhile: theirs is what counts.
            Ok(Some(Landed::adopted(Outcome::adopted(theirs))))
        }
        Swap::Lost(None) => Ok(Some(Outcome::not_this_time().into())),
    }
}

fn rotates(realm: &Realm, key: &AccountKey) -> bool {
    realm.oauth(&key.provider).is_some_and(|registered| registered.flow.config().rotates_refresh_tokens)
}

async fn load(realm: &Realm, key: &AccountKey) -> Result<Option<(GrantedAccount, u64)>, AuthError> {
    let Some(store) = &realm.tokens else { return Ok(None) };
    match store.load(key).await? {
        Some(stored) => Ok(Some((unseal(realm, &stored)?, stored.version))),
        None => Ok(None),
    }
}

pub(super) fn seal(realm: &Realm, account: &GrantedAccount, version: u64) -> Result<StoredTokens, AuthError> {
    let key = account.key();
    let signs_out = realm.oauth(&key.provider).is_some_and(|registered| registered.flow.config().sign_out.is_on);
    let kept = if signs_out { KeptTokens::with_id_token(account) } else { KeptTokens::of(account) };
    let plain = serde_json::to_vec(&kept).map_err(|error| AuthError::Unwritable(Arc::new(error)))?;
    let sealed = realm.store_sealer.seal(&plain, &bound(&key), &*realm.random);
    let in_time = account.tokens.expires_at.map(|at| at.before(realm.lifetimes.refresh_margin));
    let refresh_at = in_time.into_iter().chain(account.tokens.refresh_at).min();
    let refresh_at = refresh_at.filter(|_| account.tokens.refresh_token.is_some() && !account.needs_reauthentication);
    Ok(StoredTokens { account: key, sealed, refresh_at, version })
}

pub(super) fn unseal(realm: &Realm, stored: &StoredTokens) -> Result<GrantedAccount, AuthError> {
    let plain = realm.store_sealer.open(&stored.sealed, &bound(&stored.account)).map_err(|_| AuthError::Unsealable)?;
    let kept: KeptTokens = serde_json::from_slice(&plain).map_err(|_| AuthError::Unsealable)?;
    Ok(kept.account(&stored.account.provider, &stored.account.subject))
}

/// Binds sealed tokens to their account, so that rows cannot change places.
pub(crate) fn bound(key: &AccountKey) -> Vec<u8> {
    format!("{} {} {}", key.provider.len(), key.provider, key.subject).into_bytes()
}

/// How long a caller whose token still lives waits for another process.
const COURTESY: Duration = Duration::from_secs(2);
const POLL: Duration = Duration::from_millis(100);
