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
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{self, SHA256};

use super::gate::{self, Key};
use super::life::Life;
use super::sharded::{Sharded, share_of};
use super::{Outcome, exchange, or_at_hand, serves, stored};
use crate::account::GrantedAccount;
use crate::http::DEADLINE;
use crate::other_tokens::{OtherTokens, ScopeSet};
use crate::private_claim::SessionAccount;
use crate::provider::{ProviderError, same_word};
use crate::realm::Realm;
use crate::store::AccountKey;
use crate::{AccessTokenError, Timestamp};

/// What came of exchanges for other scopes: tokens of accounts that live in a session, and refusals.
#[derive(Debug, Default)]
pub(crate) struct ByScope(Sharded<HashMap<Key, Known>>);

#[derive(Clone, Debug)]
enum Known {
    Granted(GrantedAccount),
    Refused(Outcome, Timestamp),
}

/// A token of an account in a session, for these scopes.
pub(crate) async fn fresh_for(
    realm: &Arc<Realm>,
    account: &SessionAccount,
    scopes: &[&str],
) -> Result<Outcome, AccessTokenError> {
    let SessionAccount { provider, subject, kept, .. } = account;
    let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    let Some(kept) = kept else {
        let key = AccountKey { provider: provider.clone(), subject: subject.clone() };
        return stored::fresh_for(realm, key, scopes).await;
    };
    if realm.oauth(provider).is_some_and(|registered| registered.flow.config().rotates_refresh_tokens) {
        let why = "its refresh tokens are replaced at each use, so one that lives in a session gives one access token; \
                   keep tokens in a store, with .token_store(…) or .store(…), and sign in again";
        let source = Arc::new(ProviderError::Request(why.to_owned()));
        return Err(AccessTokenError::Misconfigured { provider: provider.clone(), source });
    }
    let account = realm.refresh.successors.latest(provider, subject, kept.clone()).account(provider, subject);
    Ok(in_memory(realm, account, scopes).await)
}

/// The same with a session's refresh token, which is kept whatever comes.
async fn in_memory(realm: &Arc<Realm>, account: GrantedAccount, scopes: Vec<String>) -> Outcome {
    let Some(refresh_token) = account.tokens.refresh_token.as_ref().filter(|_| !account.needs_reauthentication) else {
        return Outcome::Refused(GrantedAccount { needs_reauthentication: true, ..account });
    };
    let key = key(&gate::key(&account, refresh_token), &scopes);
    let by_scope = &realm.refresh.by_scope;
    let at_hand = by_scope.granted(&key);
    if let Some(known) = at_hand.as_ref().filter(|known| serves(realm, known)) {
        return Outcome::Current(known.clone());
    }
    if let Some(refusal) = by_scope.refusal(&key, realm.clock.now()) {
        return refusal;
    }
    let flight = realm.refresh.fly(realm, key, account.key(), |realm| async move {
        let by_scope = &realm.refresh.by_scope;
        // Another exchange may have landed after the caller looked and before this one began.
        if let Some(known) = by_scope.granted(&key).filter(|known| serves(&realm, known)) {
            return Outcome::Current(known);
        }
        let outcome = refresh_within(&realm, account, &scopes, DEADLINE).await;
        by_scope.remember_refusal(key, &outcome, realm.clock.now());
        let Outcome::Refreshed(after) = &outcome else { return outcome };
        let Some(known) = OtherTokens::stand_in(after, &scopes) else { return outcome };
        by_scope.remember(key, Known::Granted(known.clone()), realm.clock.now());
        Outcome::Refreshed(known)
    });
    let outcome = flight.await;
    match at_hand {
        Some(known) => or_at_hand(outcome, known, false, realm.clock.now()),
        None => outcome,
    }
}

/// One exchange for other scopes, to its end. What comes is the account, with that token beside its own; and with a new
/// refresh token, if the old one was replaced.
pub(super) async fn refresh_within(
    realm: &Realm,
    mut account: GrantedAccount,
    scopes: &[String],
    patience: Duration,
) -> Outcome {
    let mut other = account.clone();
    other.grant.scopes = scopes.to_vec();
    other.tokens.scope = None;
    let refused = |claims| Outcome::RefusedForScopes { scopes: scopes.to_vec(), claims };
    match exchange::refresh_within(realm, other, patience).await {
        Outcome::Current(other) | Outcome::Refreshed(other) => {
            account.others.take_up(&other);
            account.tokens.refresh_token = other.tokens.refresh_token;
            account.grant.minted_by = other.grant.minted_by;
            account.is_unanswered = false;
            Outcome::Refreshed(account)
        }
        // Not for the scopes' sake: the refresh token was taken before.
        Outcome::Refused(other) if other.is_unanswered => {
            account.is_unanswered = true;
            account.needs_reauthentication = true;
            Outcome::Refused(account)
        }
        Outcome::Refused(other) => refused(other.wanted_claims),
        Outcome::Failed { source: Some(error), .. } if is_about_scopes(&error) => refused(None),
        Outcome::Failed { retry_after, source, marked } => {
            account.is_unanswered |= marked.is_some();
            let marked = marked.map(|_| Arc::new(account));
            Outcome::Failed { retry_after, source, marked }
        }
        outcome @ Outcome::RefusedForScopes { .. } => outcome,
    }
}

fn is_about_scopes(error: &ProviderError) -> bool {
    matches!(error.first(), ProviderError::Refused { code, .. } if same_word(code, "invalid_scope"))
}

impl ByScope {
    /// A refusal that is too young to ask again.
    pub(super) fn refusal(&self, key: &Key, now: Timestamp) -> Option<Outcome> {
        match self.0.read(key).get(key)? {
            Known::Refused(outcome, until) if now < *until => Some(outcome.clone()),
            _ => None,
        }
    }

    /// Remembers an outcome, if it is a refusal.
    pub(super) fn remember_refusal(&self, key: Key, outcome: &Outcome, now: Timestamp) {
        if matches!(outcome, Outcome::RefusedForScopes { .. }) {
            self.remember(key, Known::Refused(outcome.clone(), now + MEMORY_OF_A_REFUSAL), now);
        }
    }

    fn granted(&self, key: &Key) -> Option<GrantedAccount> {
        match self.0.read(key).get(key)? {
            Known::Granted(account) => Some(account.clone()),
            Known::Refused(..) => None,
        }
    }

    fn remember(&self, key: Key, known: Known, now: Timestamp) {
        let mut table = self.0.write(&key);
        if table.len() >= share_of(MOST) {
            table.retain(|_, known| known.is_alive(now));
        }
        if table.len() >= share_of(MOST) {
            let any = table.keys().next().copied();
            any.map(|key| table.remove(&key));
        }
        table.insert(key, known);
    }
}

impl Known {
    fn is_alive(&self, now: Timestamp) -> bool {
        match self {
            Self::Granted(account) => Life::of(account).is_fresh(now, Duration::ZERO),
            Self::Refused(_, until) => now < *until,
        }
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
