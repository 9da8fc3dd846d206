//! What session cookies opened to, so that the next request with the same cookie need not open it.
//!
//! 1. A cookie is known by the whole of its value. The keyed hash of its end only says where to look.
//! 2. Only decryption and parsing are saved. Everything that can change is judged anew at each request: the times, the
//!    tombstones, the user's standing, the application's callbacks.
//! 3. Only what opened and was alive gets in, so nobody fills the memory without as many sessions.
//! 4. Bounded in bytes. What came first goes first, unless it was asked for since: then it gets another turn.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::Token;
use crate::private_claim::PrivateClaim;

/// What a session cookie holds, as it was sealed: nothing of it is judged yet. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Contents {
    /// The claims, without ours.
    pub(crate) token: Arc<Token>,
    /// Ours, unless somebody else sealed it.
    pub(crate) private: Option<Arc<PrivateClaim>>,
}

impl Contents {
    /// Reads serialized claims. `None` if they are none.
    pub(crate) fn parse(claims: &[u8]) -> Option<Self> {
        let mut token: Token = serde_json::from_slice(claims).ok()?;
        let private = token.private.take();
        Some(Self { token: Arc::new(token), private })
    }
}

/// The memory, in shards, so that requests on several cores seldom meet. No lock is held over an `await`.
pub(crate) struct CookieMemory {
    shards: Vec<RwLock<Shard>>,
    hasher: RandomState,
    /// What a shard may weigh.
    limit: usize,
}

#[derive(Default)]
struct Shard {
    /// By hash: two cookies with one hash would take each other's place, and never each other's contents.
    entries: BTreeMap<u64, Entry>,
    /// The hashes of all entries, in the order in which they go.
    turns: VecDeque<u64>,
    weight: usize,
}

struct Entry {
    value: Zeroizing<Box<str>>,
    contents: Contents,
    weight: usize,
    /// Whether it was asked for since its turn began.
    asked_for: AtomicBool,
}

impl CookieMemory {
    /// A memory of about so many bytes. Of none, it remembers nothing.
    pub(crate) fn new(bytes: usize) -> Self {
        let shards = (bytes / SMALLEST_SHARD).clamp(1, MOST_SHARDS);
        Self {
            shards: (0..shards).map(|_| RwLock::default()).collect(),
            hasher: RandomState::new(),
            limit: bytes / shards,
        }
    }

    /// What the cookie with that value holds, if it is remembered.
    pub(crate) fn recall(&self, value: &str) -> Option<Contents> {
        if self.limit == 0 {
            return None;
        }
        let hash = self.hash(value);
        let shard = self.shard(hash)?.read().unwrap_or_else(PoisonError::into_inner);
        let entry = shard.entries.get(&hash)?;
        // In the same time wherever they differ: who knew only the end of somebody's cookie could else find the rest.
        verify_slices_are_equal(entry.value.as_bytes(), value.as_bytes()).ok()?;
        entry.asked_for.store(true, Ordering::Relaxed);
        Some(entry.contents.clone())
    }

    /// Remembers what a cookie holds that opened and is alive.
    pub(crate) fn remember(&self, value: &str, contents: Contents) {
        let weight = weight(value, &contents.token);
        if weight > self.limit {
            return;
        }
        let hash = self.hash(value);
        let Some(shard) = self.shard(hash) else { return };
        let value = Zeroizing::new(Box::from(value));
        let entry = Entry { value, contents, weight, asked_for: AtomicBool::new(false) };
        let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
        shard.weight += weight;
        match shard.entries.insert(hash, entry) {
            Some(old) => shard.weight -= old.weight,
            None => shard.turns.push_back(hash),
        }
        shard.make_room(self.limit);
    }

    /// Of the value's end, which is its authentication tag: nobody chooses it, and it is short.
    fn hash(&self, value: &str) -> u64 {
        let value = value.as_bytes();
        self.hasher.hash_one(value.last_chunk::<TAG>().map_or(value, |tag| &tag[..]))
    }

    #[allow(clippy::cast_possible_truncation, reason = "any bits of the hash will do")]
    fn shard(&self, hash: u64) -> Option<&RwLock<Shard>> {
        self.shards.get(hash as usize % self.shards.len())
    }
}

impl Shard {
    /// A few of those that were asked for get another turn each time, so that this ends soon.
    fn make_room(&mut self, limit: usize) {
        let mut further_turns = FURTHER_TURNS;
        while self.weight > limit {
            let Some(hash) = self.turns.pop_front() else { return };
            let asked_for = self.entries.get(&hash).is_some_and(|entry| entry.asked_for.swap(false, Ordering::Relaxed));
            if asked_for && further_turns > 0 {
                further_turns -= 1;
                self.turns.push_back(hash);
            } else if let Some(gone) = self.entries.remove(&hash) {
                self.weight -= gone.weight;
            }
        }
    }
}

impl fmt::Debug for CookieMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CookieMemory")
    }
}

/// About what an entry takes up. All its texts together are shorter than the value that they were sealed in, which is
/// kept as well; numbers and nested claims can be longer in memory than as JSON.
fn weight(value: &str, token: &Token) -> usize {
    ENTRY + 2 * value.len() + CLAIM * token.extra.values().map(values).sum::<usize>()
}

/// How many values a JSON value is.
fn values(value: &Value) -> usize {
    match value {
        Value::Array(values) => 1 + values.iter().map(self::values).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(values).sum::<usize>(),
        _ => 1,
    }
}

/// What an entry takes up besides its texts.
const ENTRY: usize = 256;
/// What a claim of the application's takes up besides its text.
const CLAIM: usize = 96;
/// A tag of 32 bytes in base64url. Shorter ones lie within.
const TAG: usize = 43;
const MOST_SHARDS: usize = 16;
/// A large session has room in it.
const SMALLEST_SHARD: usize = 256 * 1024;
const FURTHER_TURNS: usize = 8;
