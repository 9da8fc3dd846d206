//! Access tokens for other scopes than those of a session's own, by the same grant: one for each set of scopes.
//!
//! 1. Only where a refresh token outlives its use. Where each is replaced by the next, two exchanges would void each
//!    other's.
//! 2. They are kept in this process's memory, bounded in number, and not in the session: it does not grow by them.
//! 3. A refusal here says nothing of the session's own token. It is remembered for a minute, and not asked for again.
//! 4. After a new sign-in, and after the refresh token was replaced, nothing is known any more.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_lc_rs::digest::{self, SHA256};

use super::gate::{self, Key};
use super::{Outcome, is_due, is_fresh, refresh, stored};
use crate::account::GrantedAccount;
use crate::private_claim::SessionAccount;
use crate::realm::Realm;
use crate::store::AccountKey;
use crate::{AccessTokenError, Timestamp};

/// What came of the exchanges for other scopes.
#[derive(Default)]
pub(crate) struct ByScope(Mutex<HashMap<Key, Known>>);

enum Known {
    Granted(GrantedAccount),
    Refused(GrantedAccount, Timestamp),
}

/// A token of an account in a session, for these scopes.
pub(crate) async fn fresh_for(
    realm: &Arc<Realm>,
    account: &SessionAccount,
    scopes: &[&str],
) -> Result<Outcome, AccessTokenError> {
    let SessionAccount { provider, subject, kept, .. } = account;
    let mut account = match kept {
        Some(kept) => realm.refresh.successors.latest(provider, subject, kept.clone()).account(provider, subject),
        None => {
            let key = AccountKey { provider: provider.clone(), subject: subject.clone() };
            stored::newest(realm, &key).await?
        }
    };
    let Some(refresh_token) = account.tokens.refresh_token.clone().filter(|_| !account.needs_reauthentication) else {
        return Ok(Outcome::Refused(account));
    };
    account.grant.scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    account.tokens.scope = None;
    let key = key(&gate::key(&account, &refresh_token), scopes);
    if let Some(outcome) = known(realm, &key) {
        return Ok(outcome);
    }
    let flight = realm.refresh.fly(realm, key, account.key(), |realm| async move {
        // Another exchange may have landed after the caller looked and before this one began.
        if let Some(outcome) = known(&realm, &key) {
            return outcome;
        }
        let outcome = refresh(&realm, account).await;
        remember(&realm, key, &outcome);
        outcome
    });
    Ok(flight.await)
}

fn known(realm: &Realm, key: &Key) -> Option<Outcome> {
    let now = realm.clock.now();
    match realm.refresh.by_scope.table().get(key)? {
        known if !known.serves_at(now, realm.lifetimes.refresh_margin) => None,
        Known::Granted(account) => Some(Outcome::Current(account.clone())),
        Known::Refused(account, _) => Some(Outcome::Refused(account.clone())),
    }
}

fn remember(realm: &Realm, key: Key, outcome: &Outcome) {
    let (now, margin) = (realm.clock.now(), realm.lifetimes.refresh_margin);
    let known = match outcome {
        Outcome::Current(account) | Outcome::Refreshed(account) => Known::Granted(account.clone()),
        Outcome::Refused(account) => Known::Refused(account.clone(), now + MEMORY_OF_A_REFUSAL),
        // The gate has a pause for these.
        Outcome::Failed { .. } => return,
    };
    let mut table = realm.refresh.by_scope.table();
    if table.len() >= MOST {
        table.retain(|_, known| known.serves_at(now, margin));
    }
    if table.len() >= MOST {
        let any = table.keys().next().copied();
        any.map(|key| table.remove(&key));
    }
    table.insert(key, known);
}

impl Known {
    fn serves_at(&self, now: Timestamp, margin: Duration) -> bool {
        match self {
            Self::Granted(account) => is_fresh(account, now, margin) && !is_due(account, now),
            Self::Refused(_, until) => now < *until,
        }
    }
}

impl ByScope {
    /// Held for a few lines at a time, and never over an `await`.
    fn table(&self) -> MutexGuard<'_, HashMap<Key, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for ByScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByScope").field("known", &self.table().len()).finish()
    }
}

/// A digest of the grant and the set of scopes, in whichever order they are named.
fn key(grant: &Key, scopes: &[&str]) -> Key {
    let mut scopes = scopes.to_vec();
    scopes.sort_unstable();
    scopes.dedup();
    let mut context = digest::Context::new(&SHA256);
    context.update(b"by scope");
    context.update(grant);
    for scope in scopes {
        context.update(&(scope.len() as u64).to_be_bytes());
        context.update(scope.as_bytes());
    }
    let mut key = [0; 32];
    key.copy_from_slice(context.finish().as_ref());
    key
}

const MEMORY_OF_A_REFUSAL: Duration = Duration::from_secs(60);
const MOST: usize = 10_000;
