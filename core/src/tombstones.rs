//! The sessions that were ended but whose cookies may still be about.
//!
//! A cookie cannot be taken back, so its session's id is remembered until the cookie would have ended by itself. It is
//! looked at when a session is read, and once more when its cookie is written, so that a slow request cannot bring a
//! session back. In memory, and bounded: when a shard is full, what would have ended first is forgotten.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock};

use crate::Timestamp;

/// Ended sessions, in shards, so that readers do not meet.
#[derive(Debug)]
pub(crate) struct Tombstones {
    shards: Vec<RwLock<HashMap<String, Timestamp>>>,
    hasher: RandomState,
    /// How many there are in all: while there are none, a read takes no lock.
    count: AtomicUsize,
}

impl Tombstones {
    pub(crate) fn new() -> Self {
        Self {
            shards: (0..SHARDS).map(|_| RwLock::default()).collect(),
            hasher: RandomState::new(),
            count: AtomicUsize::new(0),
        }
    }

    /// Ends a session whose cookies are good until `until`.
    pub(crate) fn bury(&self, sid: &str, now: Timestamp, until: Timestamp) {
        let Some(shard) = self.shard(sid) else { return };
        let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
        let before = shard.len();
        if shard.len() >= SHARD_LIMIT {
            shard.retain(|_, until| *until > now);
        }
        if shard.len() >= SHARD_LIMIT {
            let first = shard.iter().min_by_key(|(_, until)| **until).map(|(sid, _)| sid.clone());
            first.map(|sid| shard.remove(&sid));
        }
        shard.insert(sid.to_owned(), until);
        if shard.len() > before {
            self.count.fetch_add(shard.len() - before, Ordering::Release);
        } else {
            self.count.fetch_sub(before - shard.len(), Ordering::Release);
        }
    }

    /// Whether a session was ended.
    pub(crate) fn hold(&self, sid: &str) -> bool {
        if self.count.load(Ordering::Acquire) == 0 {
            return false;
        }
        self.shard(sid).is_some_and(|shard| shard.read().unwrap_or_else(PoisonError::into_inner).contains_key(sid))
    }

    #[allow(clippy::cast_possible_truncation, reason = "any bits of the hash will do")]
    fn shard(&self, sid: &str) -> Option<&RwLock<HashMap<String, Timestamp>>> {
        self.shards.get(self.hasher.hash_one(sid) as usize % SHARDS)
    }
}

const SHARDS: usize = 16;
const SHARD_LIMIT: usize = 8192;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ended_session_stays_ended() {
        let tombstones = Tombstones::new();
        let now = Timestamp::from_unix_seconds(0);
        assert!(!tombstones.hold("a"));
        tombstones.bury("a", now, Timestamp::from_unix_seconds(9));
        assert!(tombstones.hold("a") && !tombstones.hold("b"));
    }

    #[test]
    fn however_many_are_ended_the_memory_is_bounded() {
        let tombstones = Tombstones::new();
        let now = Timestamp::from_unix_seconds(0);
        for i in 0..(SHARDS * SHARD_LIMIT + 5_000) {
            tombstones.bury(&i.to_string(), now, Timestamp::from_unix_seconds(i64::try_from(i).unwrap()));
        }
        let held: usize = tombstones.shards.iter().map(|shard| shard.read().unwrap().len()).sum();
        assert!(held <= SHARDS * SHARD_LIMIT);
        assert_eq!(held, tombstones.count.load(Ordering::Acquire));
    }
}
