//! Refreshing ahead of time: accounts that are in use have a new token before anybody has to wait for it.
//!
//! 1. Only tokens in a store. One that lives in a cookie can be replaced only while somebody is there to be handed the
//!    new cookie.
//! 2. A token's time comes before the margin does, or when the provider wanted it renewed (`refresh_in`). Until it has
//!    no more than the margin left it is handed out at once, and the refresh goes on behind the caller's back.
//! 3. Where a keeper runs, it does this by itself, for accounts that were used in this process since their last refresh.
//!    It spreads them by chance and keeps to its pace. Who is not used is left alone: the next who asks waits once.
//! 4. Nothing here goes past the gate or the lease: of several nodes one refreshes, and the others find it done.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;

use super::life::Life;
use super::sharded::{Sharded, share_of};
use super::stored;
use crate::account::GrantedAccount;
use crate::realm::Realm;
use crate::store::AccountKey;
use crate::{Auth, Timestamp, random};

impl Auth {
    /// Keeps the tokens of accounts in a token store fresh, ahead of time, if they were used in this process since their
    /// last refresh: a job for a task of its own, in every process. It begins at most `per_second` refreshes a second,
    /// and has at most as many under way.
    ///
    /// It ends when its task is aborted or its runtime is; refreshes that are under way then come to their end. Without
    /// a token store it has nothing to do, and ends at once.
    ///
    /// ```no_run
    /// # async fn start(auth: admit::Auth) {
    /// let keeper = tokio::spawn(auth.keep_fresh(10));
    /// # keeper.abort();
    /// # }
    /// ```
    pub fn keep_fresh(&self, per_second: usize) -> impl Future<Output = ()> + Send + use<> {
        let realm = Arc::clone(self.realm());
        async move {
            if realm.tokens.is_some() {
                keep(&realm, per_second.max(1)).await;
            }
        }
    }
}

async fn keep(realm: &Arc<Realm>, per_second: usize) {
    let used = &realm.refresh.used;
    let _keeper = Keeper::at(realm);
    let mut under_way = JoinSet::new();
    loop {
        while under_way.try_join_next().is_some() {}
        let free = per_second.saturating_sub(under_way.len());
        for key in used.take_due(realm.clock.now(), free) {
            let realm = Arc::clone(realm);
            under_way.spawn(async move { stored::refresh_ahead(&realm, key).await });
        }
        realm.clock.sleep(SECOND).await;
    }
}

/// When a token is to be refreshed, though it is handed out for a while yet.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Time {
    /// From when on: before the margin, or when the provider wanted it renewed, but not before half of its life.
    from: Timestamp,
    /// How long callers do not have to wait from then on; at most the margin.
    window: Duration,
}

impl Time {
    /// `None` if it cannot be refreshed.
    fn of(account: &GrantedAccount, margin: Duration) -> Option<Self> {
        account.tokens.refresh_token.as_ref().filter(|_| !account.needs_reauthentication)?;
        let life = Life::of(account);
        let (end, half) = (life.end()?, life.half()?);
        let early = end.before(margin.saturating_mul(2));
        let from = account.tokens.refresh_at.map_or(early, |at| at.min(early)).max(half);
        let until = end.before(margin).max(half);
        Some(Self { from, window: until.since(from).min(margin) })
    }
}

/// Whether it is time to refresh a token, if it is handed out or not.
pub(super) fn has_come(realm: &Realm, account: &GrantedAccount) -> bool {
    let now = realm.clock.now();
    Time::of(account, realm.lifetimes.refresh_margin).is_some_and(|time| now >= time.from)
}

/// Accounts that were used since their last refresh, and when each is to be refreshed. Only kept while there is a keeper.
#[derive(Default)]
pub(crate) struct Used {
    keepers: AtomicUsize,
    shards: Sharded<HashMap<AccountKey, Due>>,
}

#[derive(Clone, Copy, Debug)]
struct Due {
    /// That of the token which was used.
    time: Time,
    /// An instant in its window, by chance.
    at: Timestamp,
}

impl Used {
    /// Whether somebody looks after accounts that are noted.
    pub(super) fn is_kept(&self) -> bool {
        self.keepers.load(Ordering::Relaxed) > 0
    }

    /// Notes that an account is in use.
    pub(super) fn note(&self, realm: &Realm, key: &AccountKey, account: &GrantedAccount) {
        let margin = realm.lifetimes.refresh_margin;
        let Some(time) = Time::of(account, margin).filter(|_| self.is_kept()) else { return };
        let mut shard = self.shards.write(key);
        let is_full = shard.len() >= share_of(MOST);
        match shard.get_mut(key) {
            Some(due) if due.time == time => {}
            Some(due) => *due = Due::by_chance(realm, time),
            // One more would be refreshed when it is asked for.
            None if is_full => {}
            None => {
                shard.insert(key.clone(), Due::by_chance(realm, time));
            }
        }
    }

    /// Takes out up to so many accounts that are to be refreshed by now, the earliest first.
    fn take_due(&self, now: Timestamp, most: usize) -> Vec<AccountKey> {
        let mut due = Vec::new();
        for shard in self.shards.each() {
            due.extend(shard.iter().filter(|(_, due)| due.at <= now).map(|(key, due)| (due.at, key.clone())));
        }
        due.sort_unstable();
        due.truncate(most);
        for (_, key) in &due {
            self.shards.write(key).remove(key);
        }
        due.into_iter().map(|(_, key)| key).collect()
    }
}

impl fmt::Debug for Used {
    /// Who is in use stays out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Used").field("keepers", &self.keepers).finish_non_exhaustive()
    }
}

impl Due {
    fn by_chance(realm: &Realm, time: Time) -> Self {
        let chance = u32::from_le_bytes(random::bytes::<4>(&*realm.random));
        let share = f64::from(chance) / (f64::from(u32::MAX) + 1.0);
        Self { time, at: time.from + time.window.mul_f64(share) }
    }
}

/// A keeper at work. When the last one goes, nobody is waiting for its accounts any more.
struct Keeper(Arc<Realm>);

impl Keeper {
    fn at(realm: &Arc<Realm>) -> Self {
        realm.refresh.used.keepers.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(realm))
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        let used = &self.0.refresh.used;
        if used.keepers.fetch_sub(1, Ordering::Relaxed) == 1 {
            used.shards.each().for_each(|mut shard| shard.clear());
        }
    }
}

const SECOND: Duration = Duration::from_secs(1);
/// Some hundred bytes each.
const MOST: usize = 65_536;
