//! What the user store last said of a user's standing, believed for a moment, so that not every request asks it.
//!
//! 1. Only a good word is believed. Whoever would be turned away is asked after anew: they may have been let in since.
//! 2. An answer counts from when it was asked for, and not if the user was changed through this process meanwhile.
//! 3. A store that fails is an error for whoever asks, and nothing that is remembered.
//! 4. Bounded: a shard that is full forgets what is stale, and everything if that is too little.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, BuildHasherDefault, RandomState};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use crate::cookie_memory::AsIs;
use crate::realm::Realm;
use crate::store::{SecurityState, StoreError, UserStore};
use crate::{AuthError, Timestamp};

/// Whether a session of a user counts that was begun in an epoch.
pub(crate) async fn lets_in(
    realm: &Realm,
    users: &dyn UserStore,
    user: &str,
    epoch: u64,
    now: Timestamp,
) -> Result<bool, AuthError> {
    let Standing { interval, .. } = &realm.standing;
    if realm.standing.holds(user, epoch, now) {
        return Ok(true);
    }
    let asked = (!interval.is_zero()).then(|| realm.standing.ask(user, now));
    let Some(state) = users.security_state(user).await? else { return Ok(false) };
    if let Some(asked) = asked {
        realm.standing.learn(asked, user, state);
    }
    Ok(is_good(state, epoch))
}

/// Begins a new epoch of a user, which counts in this process at once.
pub(crate) async fn new_epoch(realm: &Realm, users: &dyn UserStore, user: &str) -> Result<u64, StoreError> {
    let begun = users.bump_epoch(user).await;
    // Also if it failed: it may have been written all the same.
    realm.standing.forget(user);
    begun
}

/// The same for a session at hand, which goes on in the epoch that is returned. `None`, and mostly nothing done, if it
/// does not count any more: what is remembered of a user may be older than their last epoch, and a session that ended
/// with it must not be carried into the next one.
pub(crate) async fn carry_over(
    realm: &Realm,
    users: &dyn UserStore,
    user: &str,
    epoch: u64,
) -> Result<Option<u64>, StoreError> {
    if !counts_now(users, user, epoch).await? {
        return Ok(None);
    }
    Ok(follows(new_epoch(realm, users, user).await?, epoch))
}

/// The epoch that begins, if a session of this one goes on in it: somebody else may have begun another in between.
pub(crate) fn follows(begun: u64, epoch: u64) -> Option<u64> {
    (begun <= epoch.saturating_add(1)).then_some(begun)
}

/// Whether a session of a user counts, by what the store says at this moment: for what cannot be taken back.
pub(crate) async fn counts_now(users: &dyn UserStore, user: &str, epoch: u64) -> Result<bool, StoreError> {
    Ok(users.security_state(user).await?.is_some_and(|state| is_good(state, epoch)))
}

fn is_good(state: SecurityState, epoch: u64) -> bool {
    !state.disabled && state.epoch <= epoch
}

/// What is remembered, in shards, so that readers seldom meet. A read allocates nothing, and no lock is held over an
/// `await`.
pub(crate) struct Standing {
    interval: Duration,
    shards: Vec<RwLock<Shard>>,
    hasher: RandomState,
}

#[derive(Default)]
struct Shard {
    /// By hash: two users with one hash would take each other's place, and never each other's standing.
    known: HashMap<u64, Known, BuildHasherDefault<AsIs>>,
    /// Counts up whenever somebody in here was changed.
    changes: u64,
}

struct Known {
    user: Box<str>,
    state: SecurityState,
    as_of: Timestamp,
}

/// A question to the store that is under way.
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    hash: u64,
    changes: u64,
    at: Timestamp,
}

impl Standing {
    /// One that believes an answer for so long; not at all, if that is no time.
    pub(crate) fn new(interval: Duration) -> Self {
        let shards = (0..SHARDS).map(|_| RwLock::default()).collect();
        Self { interval, shards, hasher: RandomState::new() }
    }

    /// Whether it is known that a session of that epoch counts. `false` says nothing.
    pub(crate) fn holds(&self, user: &str, epoch: u64, now: Timestamp) -> bool {
        if self.interval.is_zero() {
            return false;
        }
        let hash = self.hasher.hash_one(user);
        let Some(shard) = self.shard(hash) else { return false };
        let shard = shard.read().unwrap_or_else(PoisonError::into_inner);
        shard.known.get(&hash).is_some_and(|known| {
            *known.user == *user && known.is_fresh(now, self.interval) && is_good(known.state, epoch)
        })
    }

    /// Forgets a user who was changed, and refuses the answers that are on their way.
    pub(crate) fn forget(&self, user: &str) {
        let hash = self.hasher.hash_one(user);
        let Some(shard) = self.shard(hash) else { return };
        let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
        shard.changes += 1;
        shard.known.remove(&hash);
    }

    fn ask(&self, user: &str, at: Timestamp) -> Asked {
        let hash = self.hasher.hash_one(user);
        let changes = |shard: &RwLock<Shard>| shard.read().unwrap_or_else(PoisonError::into_inner).changes;
        Asked { hash, changes: self.shard(hash).map_or(0, changes), at }
    }

    fn learn(&self, asked: Asked, user: &str, state: SecurityState) {
        let Some(shard) = self.shard(asked.hash) else { return };
        let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
        if shard.changes != asked.changes {
            return;
        }
        if shard.known.len() >= SHARD_LIMIT {
            shard.known.retain(|_, known| known.is_fresh(asked.at, self.interval));
            // A sweep that frees little must not be repeated at the next one.
            if shard.known.len() > SHARD_LIMIT / 2 {
                shard.known.clear();
            }
        }
        shard.known.insert(asked.hash, Known { user: Box::from(user), state, as_of: asked.at });
    }

    /// By bits in the middle: those at either end say where in the shard.
    #[allow(clippy::cast_possible_truncation, reason = "any bits of the hash will do")]
    fn shard(&self, hash: u64) -> Option<&RwLock<Shard>> {
        self.shards.get((hash >> 32) as u16 as usize % SHARDS)
    }
}

impl Known {
    /// A clock that was set back makes it stale, not younger.
    fn is_fresh(&self, now: Timestamp, interval: Duration) -> bool {
        self.as_of <= now && now < self.as_of + interval
    }
}

impl fmt::Debug for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Standing").field("interval", &self.interval).finish_non_exhaustive()
    }
}

const SHARDS: usize = 64;
/// Sixty-five thousand users in all, some six megabytes.
const SHARD_LIMIT: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: SecurityState = SecurityState { epoch: 2, disabled: false };

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_unix_millis(millis)
    }

    fn knowing(user: &str, state: SecurityState) -> Standing {
        let standing = Standing::new(Duration::from_secs(1));
        standing.learn(standing.ask(user, at(0)), user, state);
        standing
    }

    #[test]
    fn an_answer_is_believed_for_as_long_as_was_said_and_of_that_user_only() {
        let standing = knowing("ada", GOOD);
        assert!(standing.holds("ada", 2, at(0)) && standing.holds("ada", 3, at(999)));
        assert!(!standing.holds("ada", 2, at(1000)), "it is stale");
        assert!(!standing.holds("ada", 2, at(-1)), "the clock was set back");
        assert!(!standing.holds("bob", 2, at(0)));
    }

    #[test]
    fn a_bad_word_is_never_the_last() {
        assert!(!knowing("ada", GOOD).holds("ada", 1, at(0)), "of an epoch before");
        assert!(!knowing("ada", SecurityState { disabled: true, ..GOOD }).holds("ada", 2, at(0)));
    }

    #[test]
    fn an_answer_that_was_asked_for_before_a_change_is_not_believed_after_it() {
        let standing = knowing("ada", GOOD);
        let slow = standing.ask("ada", at(1));
        standing.forget("ada");
        assert!(!standing.holds("ada", 2, at(2)));
        standing.learn(slow, "ada", GOOD);
        assert!(!standing.holds("ada", 2, at(3)));
        standing.learn(standing.ask("ada", at(4)), "ada", GOOD);
        assert!(standing.holds("ada", 2, at(5)));
    }

    #[test]
    fn however_many_users_come_the_memory_is_bounded_and_the_newest_is_in_it() {
        let standing = Standing::new(Duration::from_secs(1));
        for user in 0..(SHARDS * SHARD_LIMIT + 20_000) {
            let user = user.to_string();
            standing.learn(standing.ask(&user, at(0)), &user, GOOD);
            assert!(standing.holds(&user, 2, at(0)));
        }
        let longest = standing.shards.iter().map(|shard| shard.read().unwrap().known.len()).max();
        assert!(longest <= Some(SHARD_LIMIT), "{longest:?}");
    }
}
