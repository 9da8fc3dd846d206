//! Access tokens for other scopes than those of an account's own, by the same grant: one for each set of scopes.
//!
//! 1. There is one refresh token. With a token store, an exchange for other scopes takes the account as a refresh does,
//!    and what follows the refresh token is stored with it: no two of them spend the same one.
//! 2. With a token store they are kept with the account, a few of them, and every process finds them there.
//! 3. In a session they are not: it would grow by them. They are in this process's memory, and the session's refresh token
//!    is used again; so the provider has to be one where it outlives its use.
//! 4. A refusal here says nothing of the account's own token, and does not mark it. It is remembered for a minute.
//! 5. A new sign-in forgets them.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_lc_rs::digest::{self, SHA256};

use super::gate::{self, Key};
use super::{Outcome, attempt, failed, is_fresh, refreshed, serves, stored};
use crate::account::GrantedAccount;
use crate::other_tokens::{OtherTokens, ScopeSet};
use crate::private_claim::SessionAccount;
use crate::provider::{Fault, ProviderError, same_word};
use crate::realm::Realm;
use crate::store::AccountKey;
use crate::{AccessTokenError, Secret};

/// Tokens of accounts whose home is a session, for other scopes.
#[derive(Default)]
pub(crate) struct ByScope(Mutex<HashMap<Key, GrantedAccount>>);

/// A token of an account in a session, for these scopes.
pub(crate) async fn fresh_for(
    realm: &Arc<Realm>,
    account: &SessionAccount,
    scopes: &[&str],
) -> Result<Secret, AccessTokenError> {
    let SessionAccount { provider, subject, kept, .. } = account;
    let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    let Some(kept) = kept else {
        let key = AccountKey { provider: provider.clone(), subject: subject.clone() };
        let (outcome, at_hand) = stored::fresh_for(realm, key, &scopes).await?;
        return token(realm, provider, &scopes, outcome, at_hand);
    };
    if realm.oauth(provider).is_some_and(|registered| registered.flow.config().rotates_refresh_tokens) {
        let why = "its refresh tokens are replaced at each use, so one that lives in a session gives one access token; \
                   keep tokens in a store, with .token_store(…) or .store(…), and sign in again";
        let source = Arc::new(ProviderError::Request(why.to_owned()));
        return Err(AccessTokenError::Misconfigured { provider: provider.clone(), source });
    }
    let account = realm.refresh.successors.latest(provider, subject, kept.clone()).account(provider, subject);
    let (outcome, at_hand) = in_memory(realm, account, &scopes).await;
    token(realm, provider, &scopes, outcome, at_hand)
}

/// The same with the session's refresh token; with what was at hand before, if there was anything.
async fn in_memory(
    realm: &Arc<Realm>,
    account: GrantedAccount,
    scopes: &[String],
) -> (Outcome, Option<GrantedAccount>) {
    let Some(refresh_token) = account.tokens.refresh_token.as_ref().filter(|_| !account.needs_reauthentication) else {
        return (Outcome::Refused(account), None);
    };
    let key = key(&gate::key(&account, refresh_token), scopes);
    let at_hand = realm.refresh.by_scope.table().get(&key).cloned();
    if let Some(known) = at_hand.as_ref().filter(|known| serves(realm, known)) {
        return (Outcome::Current(known.clone()), at_hand);
    }
    let scopes = scopes.to_vec();
    let flight = realm.refresh.fly(realm, key, |realm| async move {
        // Another exchange may have landed after the caller looked and before this one began.
        let known = realm.refresh.by_scope.table().get(&key).cloned();
        if let Some(known) = known.filter(|known| serves(&realm, known)) {
            return Outcome::Current(known);
        }
        let outcome = refresh_for(&realm, account, &scopes).await;
        let Outcome::Refreshed(after) = &outcome else { return outcome };
        let Some(known) = OtherTokens::stand_in(after, &scopes) else { return outcome };
        remember(&realm, key, known.clone());
        Outcome::Refreshed(known)
    });
    (flight.await, at_hand)
}

/// One exchange for other scopes, to its end. What comes is the account, with that token beside its own; and with a new
/// refresh token, if the old one was replaced.
pub(super) async fn refresh_for(realm: &Realm, account: GrantedAccount, scopes: &[String]) -> Outcome {
    let Some(registered) = realm.oauth(&account.provider) else { return Outcome::Refused(account) };
    let mut other = account.clone();
    other.grant.scopes = scopes.to_vec();
    other.tokens.scope = None;
    match attempt(realm, &registered, &other).await {
        Ok((tokens, credential)) => {
            tracing::info!(provider = account.provider, "a token for other scopes");
            let other = refreshed(realm, &registered, other, tokens, credential);
            let mut account = account;
            account.others.take_up(&other);
            account.tokens.refresh_token = other.tokens.refresh_token;
            account.grant.credential = credential;
            Outcome::Refreshed(account)
        }
        Err(error) if is_refusal(&error) => {
            let cause = crate::failure::chain(&error);
            tracing::warn!(provider = account.provider, cause, "there is no token for these scopes");
            // The gate keeps the next ones off for so long.
            Outcome::Failed { retry_after: MEMORY_OF_A_REFUSAL, source: Some(Arc::new(error)) }
        }
        Err(error) => failed(account, error),
    }
}

/// What a caller of [`Current::access_token_for`](crate::Current::access_token_for) gets.
fn token(
    realm: &Realm,
    provider: &str,
    scopes: &[String],
    outcome: Outcome,
    at_hand: Option<GrantedAccount>,
) -> Result<Secret, AccessTokenError> {
    match outcome {
        Outcome::Failed { source: Some(error), .. } if is_refusal(&error) => Err(AccessTokenError::ScopesRefused {
            provider: provider.to_owned(),
            scopes: scopes.to_vec(),
            claims: wanted_claims(&error),
            source: error,
        }),
        Outcome::Failed { retry_after, source } => {
            match at_hand.filter(|known| is_fresh(known, realm.clock.now(), Duration::ZERO)) {
                Some(known) => Ok(known.tokens.access_token),
                None => super::token(provider, Outcome::Failed { retry_after, source }),
            }
        }
        outcome => super::token(provider, outcome),
    }
}

/// Whether the provider says no to these scopes, and not to everything.
fn is_refusal(error: &ProviderError) -> bool {
    let names_scopes = matches!(error.first(), ProviderError::Refused { code, .. } if same_word(code, "invalid_scope"));
    names_scopes || matches!(error.fault(), Fault::Reauthenticate | Fault::Denied | Fault::Administrator)
}

fn wanted_claims(error: &ProviderError) -> Option<String> {
    match error.first() {
        ProviderError::Challenged { claims, .. } => Some(claims.clone()),
        _ => None,
    }
}

fn remember(realm: &Realm, key: Key, known: GrantedAccount) {
    let mut table = realm.refresh.by_scope.table();
    if table.len() >= MOST {
        table.retain(|_, known| serves(realm, known));
    }
    if table.len() >= MOST {
        let any = table.keys().next().copied();
        any.map(|key| table.remove(&key));
    }
    table.insert(key, known);
}

impl ByScope {
    /// Held for a few lines at a time, and never over an `await`.
    fn table(&self) -> MutexGuard<'_, HashMap<Key, GrantedAccount>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for ByScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByScope").field("known", &self.table().len()).finish()
    }
}

/// A digest of the grant and the set of scopes, in whichever order they are named.
pub(super) fn key(grant: &Key, scopes: &[String]) -> Key {
    let mut context = digest::Context::new(&SHA256);
    context.update(b"by scope");
    context.update(grant);
    for scope in ScopeSet::of(scopes).iter() {
        context.update(&(scope.len() as u64).to_be_bytes());
        context.update(scope.as_bytes());
    }
    let mut key = [0; 32];
    key.copy_from_slice(context.finish().as_ref());
    key
}

const MEMORY_OF_A_REFUSAL: Duration = Duration::from_secs(60);
const MOST: usize = 10_000;
