//! The gate that every refresh in this process goes through.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_lc_rs::digest::{self, SHA256};
use tokio::sync::watch;

use super::Outcome;
use crate::private_claim::KeptTokens;
use crate::provider::ProviderError;
use crate::realm::Realm;
use crate::{Account, Secret, Timestamp};

/// Refreshes under way, and what came of those that are over. Bounded in number and age.
#[derive(Debug, Default)]
pub(crate) struct RefreshGate(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    flights: HashMap<Key, watch::Receiver<Option<Outcome>>>,
    settled: HashMap<Key, (Timestamp, Settled)>,
}

/// A digest of account and refresh token: what was spent, without keeping it.
pub(crate) type Key = [u8; 32];

#[derive(Clone, Debug)]
enum Settled {
    Successor(Arc<Account>),
    Refused(Arc<Account>),
    Pausing { until: Timestamp, source: Option<Arc<ProviderError>> },
}

/// What a caller finds at the gate.
enum Flight {
    /// A refresh under way.
    Joined(watch::Receiver<Option<Outcome>>),
    /// What came of one that is over.
    Over(Box<Outcome>),
}

/// The key of a refresh.
pub(crate) fn key(account: &Account, refresh_token: &Secret) -> Key {
    let mut context = digest::Context::new(&SHA256);
    for part in [&account.provider, &account.subject, refresh_token.expose()] {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    }
    let mut key = [0; 32];
    key.copy_from_slice(context.finish().as_ref());
    key
}

impl RefreshGate {
    /// The newest tokens that are known to have followed those at hand, and whether they were refused.
    pub(crate) fn latest(&self, provider: &str, subject: &str, kept: KeptTokens) -> KeptTokens {
        let account = kept.account(provider, subject);
        let newest = self.follow(account.clone());
        if newest == account { kept } else { KeptTokens::of(&newest) }
    }

    fn follow(&self, mut account: Account) -> Account {
        let state = self.state();
        if state.settled.is_empty() {
            return account;
        }
        for _ in 0..LONGEST_CHAIN {
            let Some(refresh_token) = account.tokens.refresh_token.clone() else { break };
            match state.settled.get(&key(&account, &refresh_token)) {
                Some((_, Settled::Successor(successor))) => {
                    let same = successor.tokens.refresh_token.as_ref() == Some(&refresh_token);
                    if same && successor.grant.granted_at <= account.grant.granted_at {
                        break;
                    }
                    account = Account::clone(successor);
                    if same {
                        break;
                    }
                }
                Some((_, Settled::Refused(refused))) => {
                    account = Account::clone(refused);
                    break;
                }
                _ => break,
            }
        }
        account
    }

    /// Joins the refresh under this key, or begins it in a task of its own.
    pub(crate) async fn fly<F>(&self, realm: &Arc<Realm>, key: Key, refresh: impl FnOnce(Arc<Realm>) -> F) -> Outcome
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        let mut receiver = match self.join_or_begin(realm, key, refresh) {
            Flight::Joined(receiver) => receiver,
            Flight::Over(outcome) => return *outcome,
        };
        let outcome = receiver.wait_for(Option::is_some).await.ok().and_then(|outcome| outcome.clone());
        // The task ended without an outcome only if it panicked or the runtime is going down.
        outcome.unwrap_or(Outcome::Failed { retry_after: Duration::from_secs(1), source: None })
    }

    fn join_or_begin<F>(&self, realm: &Arc<Realm>, key: Key, refresh: impl FnOnce(Arc<Realm>) -> F) -> Flight
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        let now = realm.clock.now();
        let mut state = self.state();
        if let Some(receiver) = state.flights.get(&key) {
            return Flight::Joined(receiver.clone());
        }
        match state.settled.get(&key) {
            Some((_, Settled::Successor(account)))
                if account.tokens.refresh_token.as_ref().is_none_or(|token| self::key(account, token) != key) =>
            {
                return Flight::Over(Box::new(Outcome::Refreshed(Account::clone(account))));
            }
            Some((_, Settled::Refused(account))) => {
                return Flight::Over(Box::new(Outcome::Refused(Account::clone(account))));
            }
            Some((_, Settled::Pausing { until, source })) if *until > now => {
                return Flight::Over(Box::new(Outcome::Failed {
                    retry_after: until.since(now),
                    source: source.clone(),
                }));
            }
            _ => {}
        }
        let (sender, receiver) = watch::channel(None);
        state.flights.insert(key, receiver.clone());
        drop(state);

        let landing = Landing { realm: Arc::clone(realm), key };
        let task = refresh(Arc::clone(realm));
        tokio::spawn(async move {
            let outcome = task.await;
            landing.realm.refresh.settle(key, &outcome, landing.realm.clock.now());
            drop(landing);
            drop(sender.send(Some(outcome)));
        });
        Flight::Joined(receiver)
    }

    fn settle(&self, key: Key, outcome: &Outcome, now: Timestamp) {
        let settled = match outcome {
            Outcome::Refreshed(account) | Outcome::Current(account) => Settled::Successor(Arc::new(account.clone())),
            Outcome::Refused(account) => Settled::Refused(Arc::new(account.clone())),
            Outcome::Failed { retry_after, source } => {
                Settled::Pausing { until: now + *retry_after, source: source.clone() }
            }
        };
        let mut state = self.state();
        if state.settled.len() >= MOST {
            let young = now.before(REMEMBERED);
            state.settled.retain(|_, (at, _)| *at > young);
        }
        if state.settled.len() >= MOST {
            let oldest = state.settled.iter().min_by_key(|(_, (at, _))| *at).map(|(key, _)| *key);
            oldest.map(|key| state.settled.remove(&key));
        }
        state.settled.insert(key, (now, settled));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes the flight off the board, also when its task panicked.
struct Landing {
    realm: Arc<Realm>,
    key: Key,
}

impl Drop for Landing {
    fn drop(&mut self) {
        self.realm.refresh.state().flights.remove(&self.key);
    }
}

const REMEMBERED: Duration = Duration::from_secs(86_400);
const MOST: usize = 4096;
const LONGEST_CHAIN: usize = 64;
