//! Refresh with a token store: one process at a time, and stored before anybody uses it.
//!
//! 1. The account is taken before its tokens are read: what was read earlier may have been spent since.
//! 2. Tokens that could not be written are not lost: they are remembered, and written as soon as the store takes them
//!    and before the next exchange, whether anybody asks or not. Until they are written nobody uses them.

use std::borrow::Cow;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::ending::Landed;
use super::lease::{LEASE, in_time};
use super::life::Life;
use super::sealed::load;
use super::turn::{Turn, refresh_under_lease};
use super::wanted::Wanted;
use super::{Outcome, ahead, by_scope, gate, is_good, measure, or_at_hand, without_refresh_token};
use crate::account::GrantedAccount;
use crate::realm::Realm;
use crate::store::{AccountKey, Lease};
use crate::{AccessTokenError, AuthError};

/// The freshest tokens of an account in the store.
pub(crate) async fn fresh(realm: &Arc<Realm>, key: AccountKey) -> Result<Outcome, AccessTokenError> {
    let Some((account, _)) = load(realm, &key).await? else {
        return Err(AccessTokenError::NotConnected { provider: key.provider });
    };
    if account.is_parked {
        return Ok(Outcome::Current(account));
    }
    if account.needs_reauthentication {
        return Ok(Outcome::Refused(account));
    }
    let Some(refresh_token) = &account.tokens.refresh_token else {
        return Ok(unrefreshable(realm, key, account).await);
    };
    realm.refresh.used.note(realm, &key, &account);
    if !is_good(realm, &account) {
        let gate_key = gate::key(&account, refresh_token);
        let flight = realm.refresh.fly(realm, gate_key, key.clone(), claiming(gate_key, key, Wanted::Own));
        return Ok(or_at_hand(flight.await, account, false, realm.clock.now()));
    }
    if ahead::has_come(realm, &account) && !realm.refresh.used.is_kept() {
        let gate_key = gate::key(&account, refresh_token);
        realm.refresh.begin(realm, gate_key, key.clone(), claiming(gate_key, key, Wanted::Own));
    }
    let outcome = Outcome::Current(account);
    measure::settled(&outcome);
    Ok(outcome)
}

/// An account without a refresh token: its token while it lives. Then it is marked, and that is told once.
async fn unrefreshable(realm: &Arc<Realm>, key: AccountKey, account: GrantedAccount) -> Outcome {
    match without_refresh_token(account.clone(), realm.clock.now()) {
        Outcome::Refused(refused) => {
            let gate_key = gate::key(&account, gate::spent(&account));
            let flight = realm.refresh.fly(realm, gate_key, key.clone(), claiming(gate_key, key, Wanted::Own));
            match flight.await {
                // It is over, whether that could be written or not.
                Outcome::Failed { .. } => Outcome::Refused(refused),
                outcome => outcome,
            }
        }
        outcome => {
            measure::settled(&outcome);
            outcome
        }
    }
}

/// The freshest token of an account in the store for other scopes.
pub(crate) async fn fresh_for(
    realm: &Arc<Realm>,
    key: AccountKey,
    scopes: Vec<String>,
) -> Result<Outcome, AccessTokenError> {
    let Some((account, _)) = load(realm, &key).await? else {
        return Err(AccessTokenError::NotConnected { provider: key.provider });
    };
    if account.is_parked {
        return Ok(Outcome::Current(account));
    }
    let Some(refresh_token) = account.tokens.refresh_token.as_ref().filter(|_| !account.needs_reauthentication) else {
        return Ok(Outcome::Refused(GrantedAccount { needs_reauthentication: true, ..account }));
    };
    let gate_key = by_scope::key(&gate::key(&account, refresh_token), &scopes);
    let wanted = Wanted::Scopes(scopes);
    let at_hand = wanted.of(&account).map(Cow::into_owned);
    let refusal = realm.refresh.by_scope.refusal(&gate_key, realm.clock.now());
    if let Some(known) = at_hand.as_ref().filter(|known| is_good(realm, known)) {
        if ahead::has_come(realm, known) && refusal.is_none() {
            realm.refresh.begin(realm, gate_key, key.clone(), claiming(gate_key, key, wanted));
        }
        return Ok(Outcome::Current(known.clone()));
    }
    if let Some(refusal) = refusal {
        return Ok(refusal);
    }
    let outcome = realm.refresh.fly(realm, gate_key, key.clone(), claiming(gate_key, key, wanted.clone())).await;
    let outcome = match outcome {
        Outcome::Current(account) | Outcome::Refreshed(account) => match wanted.of(&account) {
            Some(account) => Outcome::Refreshed(account.into_owned()),
            // Somebody signed in anew meanwhile.
            None => Outcome::not_this_time(),
        },
        outcome => outcome,
    };
    Ok(match at_hand {
        Some(known) => or_at_hand(outcome, known, false, realm.clock.now()),
        None => outcome,
    })
}

/// Refreshes an account whose time has come. Who is served meanwhile is served what there is.
pub(super) async fn refresh_ahead(realm: &Arc<Realm>, key: AccountKey) {
    let account = match load(realm, &key).await {
        Ok(account) => account.map(|(account, _)| account),
        Err(error) => {
            tracing::warn!(provider = key.provider, cause = crate::failure::chain(&error), "token store failed");
            None
        }
    };
    let Some(account) = account.filter(|account| Wanted::Own.settled(realm, account, false).is_none()) else { return };
    let Some(refresh_token) = &account.tokens.refresh_token else { return };
    let gate_key = gate::key(&account, refresh_token);
    realm.refresh.fly(realm, gate_key, key.clone(), claiming(gate_key, key, Wanted::Own)).await;
}

/// A flight that takes the account first.
fn claiming(gate_key: gate::Key, key: AccountKey, wanted: Wanted) -> impl FnOnce(Arc<Realm>) -> Claiming {
    move |realm| {
        Box::pin(async move {
            let landed = claim_and_refresh(&realm, &key, &wanted).await;
            realm.refresh.by_scope.remember_refusal(gate_key, &landed.outcome, realm.clock.now());
            landed
        })
    }
}

type Claiming = Pin<Box<dyn Future<Output = Landed> + Send>>;

async fn claim_and_refresh(realm: &Arc<Realm>, key: &AccountKey, wanted: &Wanted) -> Landed {
    match try_to_claim_and_refresh(realm, key, wanted).await {
        Ok(landed) => landed,
        Err(error) => {
            tracing::error!(provider = key.provider, cause = crate::failure::chain(&error), "token store failed");
            Outcome::not_this_time().into()
        }
    }
}

/// Takes the account and refreshes it. Whoever cannot take it waits for the one who could, and adopts.
async fn try_to_claim_and_refresh(realm: &Arc<Realm>, key: &AccountKey, wanted: &Wanted) -> Result<Landed, AuthError> {
    let not_this_time = || Ok(Outcome::not_this_time().into());
    let Some(store) = &realm.tokens else { return not_this_time() };
    let begun = realm.clock.now();
    let (mut turns, mut lapsed) = (0, false);
    loop {
        let now = realm.clock.now();
        if let Some(lease) = in_time(realm, store.claim(key, now, LEASE)).await? {
            measure::waited(begun, now);
            // Only the first claim is told that the holder before may have died.
            lapsed |= lease.lapsed;
            let lease = Lease { lapsed, ..lease };
            let turn = refresh_under_lease(realm, store, key, wanted, &lease).await;
            // Also when it failed: nobody shall wait for a lease that does nothing any more. But one that still has a
            // use is kept, and so is the word that somebody died before: the next who comes is told.
            let is_kept = matches!(turn, Ok(Turn::Unwritten)) || (turn.is_err() && lapsed);
            if !is_kept && let Err(error) = in_time(realm, store.release(key, &lease)).await {
                let cause = crate::failure::chain(&error);
                tracing::warn!(provider = key.provider, cause, "a lease could not be given back; it will lapse");
            }
            turns += 1;
            match turn? {
                Turn::Over(landed) => return Ok(*landed),
                Turn::Again if now.since(begun) <= LEASE && turns < MOST_TURNS => continue,
                Turn::Again | Turn::Unwritten => return not_this_time(),
            }
        }
        let Some((account, _)) = in_time(realm, load(realm, key)).await? else { return not_this_time() };
        if let Some(outcome) = wanted.settled(realm, &account, true) {
            measure::waited(begun, now);
            return Ok(Landed::adopted(outcome));
        }
        let lives = wanted.of(&account).is_some_and(|account| Life::of(&account).is_fresh(now, Duration::ZERO));
        let patience = if lives { COURTESY } else { LEASE };
        if now.since(begun) > patience {
            return not_this_time();
        }
        realm.clock.sleep(POLL).await;
    }
}

/// Writes what is remembered of an account and could not be written before; whether nothing is left to write.
pub(super) async fn write_remembered(realm: &Arc<Realm>, key: &AccountKey) -> Result<bool, AuthError> {
    let Some(account) = unwritten(realm, key).await? else { return Ok(true) };
    let gate_key = gate::key(&account, gate::spent(&account));
    realm.refresh.fly(realm, gate_key, key.clone(), claiming(gate_key, key.clone(), Wanted::Own)).await;
    Ok(unwritten(realm, key).await?.is_none())
}

/// An account as the store has it, if something newer is remembered.
async fn unwritten(realm: &Realm, key: &AccountKey) -> Result<Option<GrantedAccount>, AuthError> {
    let stored = in_time(realm, load(realm, key)).await?.map(|(account, _)| account);
    Ok(stored.filter(|account| realm.refresh.successors.follow(account.clone()) != *account))
}

/// Keeps in memory what followed a refresh token and could not be written, until the next refresh writes it.
pub(crate) fn remember(realm: &Realm, before: &GrantedAccount, after: &GrantedAccount) {
    let key = gate::key(before, gate::spent(before));
    realm.refresh.successors.remember(key, after, realm.clock.now());
}

/// How long a caller whose token still lives waits for another process.
const COURTESY: Duration = Duration::from_secs(2);
const POLL: Duration = Duration::from_millis(100);
/// For a store that loses every swap. Two are enough for one that does not.
const MOST_TURNS: u32 = 8;
