//! The gate that every refresh in this process goes through.
//!
//! 1. One refresh per key at a time; who comes meanwhile shares its outcome.
//! 2. A refresh that did not work is not tried again before its pause is over, also when it broke off. The next pause is
//!    longer; see [`backoff`].
//! 3. A refresh leaves the board and starts its pause in one step, so that nobody begins a second one in between.
//! 4. The board is in shards, so that two refreshes hardly ever wait for each other.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{self, SHA256};
use tokio::sync::watch;
use tracing::Instrument as _;

use super::ahead::Used;
use super::by_scope::ByScope;
use super::ending::{Landed, announce_failure};
use super::measure::Measure;
use super::sharded::{Sharded, share_of};
use super::successors::Successors;
use super::{Outcome, backoff};
use crate::account::GrantedAccount;
use crate::provider::ProviderError;
use crate::realm::Realm;
use crate::store::AccountKey;
use crate::{Secret, Timestamp};

/// Refreshes under way, pauses after those that did not work, and what followed those that did.
#[derive(Debug, Default)]
pub(crate) struct RefreshGate {
    pub(crate) successors: Successors,
    pub(crate) by_scope: ByScope,
    pub(crate) used: Used,
    boards: Sharded<Board>,
}

#[derive(Debug, Default)]
struct Board {
    flights: HashMap<Key, watch::Receiver<Option<Outcome>>>,
    pauses: HashMap<Key, Pause>,
}

#[derive(Debug)]
struct Pause {
    until: Timestamp,
    /// The number of the attempt before it, in a row.
    attempt: u32,
    source: Option<Arc<ProviderError>>,
}

/// A digest of account and refresh token: what was spent, without keeping it.
pub(crate) type Key = [u8; 32];

/// What a caller finds at the gate.
enum Found {
    Flight(watch::Receiver<Option<Outcome>>),
    Pause { retry_after: Duration, source: Option<Arc<ProviderError>> },
}

/// The key of a refresh.
pub(crate) fn key(account: &GrantedAccount, refresh_token: &Secret) -> Key {
    key_of(&account.provider, &account.subject, refresh_token)
}

/// The same, of its parts.
pub(super) fn key_of(provider: &str, subject: &str, refresh_token: &Secret) -> Key {
    let mut context = digest::Context::new(&SHA256);
    for part in [provider, subject, refresh_token.expose()] {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    }
    let mut key = [0; 32];
    key.copy_from_slice(context.finish().as_ref());
    key
}

/// What names a grant here: its refresh token, or the access token of one that has none.
pub(crate) fn spent(account: &GrantedAccount) -> &Secret {
    account.tokens.refresh_token.as_ref().unwrap_or(&account.tokens.access_token)
}

impl RefreshGate {
    /// Joins the refresh under this key, or begins it in a task of its own.
    pub(crate) async fn fly<F, L>(
        &self,
        realm: &Arc<Realm>,
        key: Key,
        account: AccountKey,
        refresh: impl FnOnce(Arc<Realm>) -> F,
    ) -> Outcome
    where
        F: Future<Output = L> + Send + 'static,
        L: Into<Landed> + Send,
    {
        let mut receiver = match self.join_or_begin(realm, key, account, refresh) {
            Found::Flight(receiver) => receiver,
            Found::Pause { retry_after, source } => return Outcome::Failed { retry_after, source, marked: None },
        };
        let outcome = receiver.wait_for(Option::is_some).await.ok().and_then(|outcome| outcome.clone());
        // A landing always says something.
        outcome.unwrap_or_else(Outcome::not_this_time)
    }

    /// Begins the refresh under this key, unless it is under way or in its pause. Nobody waits for it.
    pub(crate) fn begin<F, L>(
        &self,
        realm: &Arc<Realm>,
        key: Key,
        account: AccountKey,
        refresh: impl FnOnce(Arc<Realm>) -> F,
    ) where
        F: Future<Output = L> + Send + 'static,
        L: Into<Landed> + Send,
    {
        drop(self.join_or_begin(realm, key, account, refresh));
    }

    fn join_or_begin<F, L>(
        &self,
        realm: &Arc<Realm>,
        key: Key,
        account: AccountKey,
        refresh: impl FnOnce(Arc<Realm>) -> F,
    ) -> Found
    where
        F: Future<Output = L> + Send + 'static,
        L: Into<Landed> + Send,
    {
        let now = realm.clock.now();
        let mut board = self.boards.write(&key);
        if let Some(receiver) = board.flights.get(&key) {
            return Found::Flight(receiver.clone());
        }
        let pause = board.pauses.get(&key);
        if let Some(Pause { until, source, .. }) = pause.filter(|pause| pause.until > now) {
            return Found::Pause { retry_after: until.since(now), source: source.clone() };
        }
        let attempt = pause.map_or(1, |pause| pause.attempt.saturating_add(1));
        let (sender, receiver) = watch::channel(None);
        board.flights.insert(key, receiver.clone());
        drop(board);

        let mut landing = Landing { realm: Arc::clone(realm), key, attempt, sender, outcome: None };
        let task = refresh(Arc::clone(realm));
        let realm = Arc::clone(realm);
        let measure = Measure::begin(&account.provider, attempt, now);
        let span = measure.span.clone();
        let flight = async move {
            let Landed { mut outcome, ending } = task.await.into();
            if let Outcome::Failed { retry_after, source: Some(source), .. } = &mut outcome {
                *retry_after = backoff::pause(attempt, source.retry_after(), &*realm.random);
            }
            announce_failure(&realm, &account, attempt, &outcome).await;
            if let Some(ending) = ending {
                measure.end(&account.provider, ending, realm.clock.now());
            }
            landing.bring(outcome);
        };
        tokio::spawn(flight.instrument(span));
        Found::Flight(receiver)
    }

    fn land(&self, key: Key, attempt: u32, outcome: &Outcome, now: Timestamp) {
        let mut board = self.boards.write(&key);
        board.flights.remove(&key);
        let Outcome::Failed { retry_after, source, .. } = outcome else {
            board.pauses.remove(&key);
            return;
        };
        if board.pauses.len() >= share_of(MOST) {
            board.pauses.retain(|_, pause| pause.until > now);
        }
        if board.pauses.len() >= share_of(MOST) {
            let any = board.pauses.keys().next().copied();
            any.map(|key| board.pauses.remove(&key));
        }
        board.pauses.insert(key, Pause { until: now + *retry_after, attempt, source: source.clone() });
    }
}

/// Takes the flight off the board and tells those who wait, also when its task panicked.
struct Landing {
    realm: Arc<Realm>,
    key: Key,
    attempt: u32,
    sender: watch::Sender<Option<Outcome>>,
    outcome: Option<Outcome>,
}

impl Landing {
    /// Takes it whole, so that the task holds the landing and not only its outcome.
    fn bring(&mut self, outcome: Outcome) {
        self.outcome = Some(outcome);
    }
}

impl Drop for Landing {
    fn drop(&mut self) {
        let outcome = self.outcome.take().unwrap_or_else(|| {
            tracing::error!("a refresh broke off: its task panicked, or the runtime is going down");
            Outcome::Failed { retry_after: AFTER_A_PANIC, source: None, marked: None }
        });
        self.realm.refresh.land(self.key, self.attempt, &outcome, self.realm.clock.now());
        self.sender.send_replace(Some(outcome));
    }
}

const AFTER_A_PANIC: Duration = Duration::from_secs(5);
const MOST: usize = 16_384;
