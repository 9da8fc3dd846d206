//! What session cookies opened to, so that the next request with the same cookie need not open it; and what stored
//! sessions did, so that the next that finds the same bytes in the store need not.
//!
//! 1. A cookie is known by the whole of its value, and what is stored by its place and the whole of its bytes. The keyed hash of its end only says where to look.
//! 2. Only decryption and parsing are saved. Everything that can change is judged anew at each request: the times, the
//!    tombstones, the user's standing, the application's callbacks.
//! 3. Only what opened and was alive gets in, so nobody fills the memory without as many sessions.
//! 4. Bounded in bytes. Any may have to go for a new one, but not who was asked for since somebody last had to go near
//!    by. Were it the oldest, then of people who come in turn, and are few too many, all would be forgotten just before
//!    they come again.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::private_claim::PrivateClaim;
use crate::{Session, Timestamp, Token, json};

/// What a session cookie holds, as it was sealed: nothing of it is judged yet.
#[derive(Debug)]
pub(crate) struct Contents {
    /// The claims, without ours.
    pub(crate) token: Arc<Token>,
    /// Ours, unless somebody else sealed it.
    pub(crate) private: Option<Arc<PrivateClaim>>,
    /// What is shown of it, since somebody asked.
    session: OnceLock<Arc<Session>>,
}

impl Contents {
    /// Reads serialized claims. `None` if they are none.
    pub(crate) fn parse(claims: &[u8]) -> Option<Self> {
        let mut token: Token = json::read(claims).ok()?;
        let private = token.private.take();
        Some(Self { token: Arc::new(token), private, session: OnceLock::new() })
    }

    /// The session that these claims make, if it ends then: one for all who ask.
    pub(crate) fn session(&self, expires: Timestamp) -> Arc<Session> {
        let offered = self.private.as_ref().and_then(|private| private.offered.as_deref());
        let make = || Arc::new(Session::new(&self.token, expires).offering(offered));
        let kept = self.session.get_or_init(make);
        // A foreign token without an end gets another at each request.
        if kept.expires == expires { Arc::clone(kept) } else { make() }
    }
}

/// The memory, in shards, so that requests on several cores seldom meet. No lock is held over an `await`.
pub(crate) struct CookieMemory {
    shards: Vec<RwLock<Shard>>,
    key: (u64, u64),
    /// What a shard may weigh.
    limit: usize,
}

#[derive(Default)]
struct Shard {
    /// By hash: two cookies with one hash would take each other's place, and never each other's contents.
    entries: HashMap<u64, Entry, BuildHasherDefault<AsIs>>,
    /// The hashes of all entries, to choose one from.
    hashes: Vec<u64>,
    weight: usize,
}

struct Entry {
    value: Zeroizing<Box<[u8]>>,
    contents: Arc<Contents>,
    weight: usize,
    /// Whether it was asked for since it was last chosen.
    asked_for: AtomicBool,
}

impl CookieMemory {
    /// A memory of about so many bytes. Of none, it remembers nothing.
    pub(crate) fn new(bytes: usize) -> Self {
        let shards = (bytes / SMALLEST_SHARD).clamp(1, MOST_SHARDS);
        let random = RandomState::new();
        Self {
            shards: (0..shards).map(|_| RwLock::default()).collect(),
            key: (random.hash_one(0), random.hash_one(1)),
            limit: bytes / shards,
        }
    }

    /// What the cookie with that value holds, if it is remembered.
    pub(crate) fn recall(&self, value: &[u8]) -> Option<Arc<Contents>> {
        if self.limit == 0 {
            return None;
        }
        let hash = self.hash(value);
        let shard = self.shard(hash)?.read().unwrap_or_else(PoisonError::into_inner);
        let entry = shard.entries.get(&hash)?;
        // In the same time wherever they differ: who knew only the end of somebody's cookie could else find the rest.
        verify_slices_are_equal(&entry.value, value).ok()?;
        entry.asked_for.store(true, Ordering::Relaxed);
        Some(Arc::clone(&entry.contents))
    }

    /// What a stored session holds, if it is remembered with that place and those bytes.
    pub(crate) fn recall_stored(&self, place: &[u8], sealed: &[u8]) -> Option<Arc<Contents>> {
        if self.limit == 0 {
            return None;
        }
        let hash = self.hash(sealed);
        let shard = self.shard(hash)?.read().unwrap_or_else(PoisonError::into_inner);
        let entry = shard.entries.get(&hash)?;
        // Nobody outside chooses what the store has, so there is nothing to find out by how long this takes.
        if entry.value.strip_prefix(place)? != sealed {
            return None;
        }
        entry.asked_for.store(true, Ordering::Relaxed);
        Some(Arc::clone(&entry.contents))
    }

    /// Remembers what a stored session holds that opened and is alive.
    pub(crate) fn remember_stored(&self, place: &[u8], sealed: &[u8], contents: Arc<Contents>) {
        self.remember(&[place, sealed].concat(), contents);
    }

    /// Remembers what a cookie holds that opened and is alive.
    pub(crate) fn remember(&self, value: &[u8], contents: Arc<Contents>) {
        let weight = weight(value, &contents.token);
        if weight > self.limit {
            return;
        }
        let hash = self.hash(value);
        let Some(shard) = self.shard(hash) else { return };
        let value = Zeroizing::new(Box::from(value));
        let entry = Entry { value, contents, weight, asked_for: AtomicBool::new(false) };
        let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
        shard.forget(hash);
        shard.make_room(self.limit - weight, hash);
        shard.weight += weight;
        shard.entries.insert(hash, entry);
        shard.hashes.push(hash);
    }

    /// Of the value's end: that of its authentication tag, which nobody chooses. So one multiplication will do, with a
    /// key that keeps where things are from those who have many cookies.
    #[allow(clippy::cast_possible_truncation, reason = "a hash is made of halves")]
    fn hash(&self, value: &[u8]) -> u64 {
        let end = value.last_chunk().copied().map_or(0, u128::from_ne_bytes);
        let (low, high) = (end as u64 ^ self.key.0, (end >> 64) as u64 ^ self.key.1);
        let product = u128::from(low) * u128::from(high);
        product as u64 ^ (product >> 64) as u64
    }

    /// By bits in the middle: those at either end say where in the shard.
    #[allow(clippy::cast_possible_truncation, reason = "any bits of the hash will do")]
    fn shard(&self, hash: u64) -> Option<&RwLock<Shard>> {
        self.shards.get((hash >> 32) as u16 as usize % self.shards.len())
    }
}

/// A hash is its own hash.
#[derive(Default)]
pub(crate) struct AsIs(u64);

impl Hasher for AsIs {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Shard {
    /// Chooses by the hash of the cookie that comes: nobody can tell it beforehand. Of a few that were asked for each
    /// is passed over once, so that this ends soon.
    #[allow(clippy::cast_possible_truncation, reason = "any bits of the hash will do")]
    fn make_room(&mut self, limit: usize, hash: u64) {
        let (mut place, mut passes) = (hash as usize, PASSES);
        while self.weight > limit && !self.hashes.is_empty() {
            place %= self.hashes.len();
            let asked_for = self.hashes.get(place).and_then(|chosen| self.entries.get(chosen));
            if passes > 0 && asked_for.is_some_and(|entry| entry.asked_for.swap(false, Ordering::Relaxed)) {
                (place, passes) = (place + 1, passes - 1);
                continue;
            }
            let gone = self.entries.remove(&self.hashes.swap_remove(place));
            self.weight -= gone.map_or(0, |entry| entry.weight);
        }
    }

    /// For another with the same hash: there is seldom one.
    fn forget(&mut self, hash: u64) {
        if let Some(gone) = self.entries.remove(&hash) {
            self.weight -= gone.weight;
            self.hashes.retain(|known| *known != hash);
        }
    }
}

impl fmt::Debug for CookieMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CookieMemory")
    }
}

/// About what an entry takes up. All its texts together are shorter than the value that they were sealed in, which is
/// kept as well, and what is shown of them is a small part; numbers and nested claims can be longer in memory than as
/// JSON.
fn weight(value: &[u8], token: &Token) -> usize {
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

/// What an entry takes up besides its texts: three structures, and what the allocator adds to a dozen pieces.
const ENTRY: usize = 768;
/// What a claim of the application's takes up besides its text.
const CLAIM: usize = 96;
const MOST_SHARDS: usize = 16;
/// A large session has room in it.
const SMALLEST_SHARD: usize = 256 * 1024;
/// How many that were asked for are passed over when room is made.
const PASSES: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(subject: &str) -> Arc<Contents> {
        Arc::new(Contents::parse(format!(r#"{{"sub":"{subject}"}}"#).as_bytes()).unwrap())
    }

    fn subject(contents: &Contents) -> &str {
        contents.token.subject.as_deref().unwrap()
    }

    /// As long as a session's, with a beginning and an end to choose.
    fn value(beginning: usize, end: usize) -> Vec<u8> {
        format!("{beginning:0>584}{end:0>43}").into_bytes()
    }

    fn weighed(memory: &CookieMemory) -> (usize, usize) {
        let shards: Vec<_> = memory.shards.iter().map(|shard| shard.read().unwrap()).collect();
        for shard in &shards {
            assert_eq!(shard.weight, shard.entries.values().map(|entry| entry.weight).sum::<usize>());
            assert_eq!(shard.hashes.len(), shard.entries.len());
            assert!(shard.hashes.iter().all(|hash| shard.entries.contains_key(hash)));
        }
        (shards.iter().map(|shard| shard.weight).sum(), shards.iter().map(|shard| shard.entries.len()).sum())
    }

    #[test]
    fn cookies_with_one_hash_do_not_get_each_others_session() {
        let memory = CookieMemory::new(1 << 20);
        let (ada, eve) = (value(1, 7), value(2, 7));
        memory.remember(&ada, contents("ada"));
        assert!(memory.recall(&eve).is_none());
        assert!(memory.recall(&ada[1..]).is_none());
        memory.remember(&eve, contents("eve"));
        assert_eq!(memory.recall(&eve).as_deref().map(subject), Some("eve"));
        assert!(memory.recall(&ada).is_none());
        assert_eq!(weighed(&memory).1, 1);
    }

    #[test]
    fn whatever_comes_and_goes_a_cookie_gets_its_own_session_or_none() {
        let memory = CookieMemory::new(300_000);
        let (mut number, mut recalled) = (1_usize, 0);
        for _ in 0..10_000 {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let who = (number >> 33) % 600;
            // Two beginnings to each end, and some that are asked for far more often.
            let who = if who < 300 { who % 20 } else { who };
            let value = value(who, who / 2);
            match memory.recall(&value) {
                Some(contents) => {
                    assert_eq!(subject(&contents), who.to_string());
                    recalled += 1;
                }
                None => memory.remember(&value, contents(&who.to_string())),
            }
        }
        assert!(recalled > 2_500, "{recalled}");
        assert!(weighed(&memory).0 <= 300_000);
    }

    /// What the memory is given unless told otherwise.
    const USUAL: usize = crate::builder::COOKIE_MEMORY;

    #[test]
    fn fifteen_thousand_sessions_fit_and_however_many_come_the_memory_is_bounded() {
        let memory = CookieMemory::new(USUAL);
        for end in 0..15_000 {
            memory.remember(&value(0, end), contents("7"));
        }
        assert!(weighed(&memory).1 > 14_900);
        for end in 15_000..20_000 {
            memory.remember(&value(0, end), contents("7"));
        }
        let (weight, entries) = weighed(&memory);
        assert!(weight <= USUAL && entries > 14_900, "{entries} weigh {weight}");
    }

    #[test]
    fn of_people_who_come_in_turn_and_are_a_few_too_many_most_are_remembered() {
        let memory = CookieMemory::new(600 * weight(&value(0, 0), &contents("7").token));
        let mut recalled = 0;
        for turn in 0..20 * 660 {
            let value = value(0, turn % 660);
            match memory.recall(&value) {
                Some(_) => recalled += 1,
                None => memory.remember(&value, contents("7")),
            }
        }
        assert!(recalled > 19 * 660 / 2, "{recalled}");
    }

    #[test]
    fn who_comes_again_outlasts_a_crowd_that_does_not() {
        let memory = CookieMemory::new(100_000);
        let regular = value(0, 0);
        memory.remember(&regular, contents("ada"));
        for end in 1..1_000 {
            assert!(memory.recall(&regular).is_some(), "after {end}");
            memory.remember(&value(0, end), contents("7"));
        }
        for end in 1_000..2_000 {
            memory.remember(&value(0, end), contents("7"));
        }
        assert!(memory.recall(&regular).is_none());
    }

    #[test]
    fn a_memory_of_no_bytes_remembers_nothing_and_a_small_one_nothing_large() {
        let (none, small) = (CookieMemory::new(0), CookieMemory::new(2_500));
        let large = value(0, 1).repeat(4);
        for (memory, value, is_remembered) in
            [(&none, value(0, 1), false), (&small, value(0, 1), true), (&small, large, false)]
        {
            memory.remember(&value, contents("7"));
            assert_eq!(memory.recall(&value).is_some(), is_remembered);
        }
        assert_eq!(weighed(&none), (0, 0));
    }

    #[test]
    fn claims_that_grow_when_they_are_read_weigh_what_they_take_up() {
        let numbers = format!(r#"{{"n":[{}1],"m":{{"a":{{"b":[]}}}}}}"#, "1,".repeat(999));
        let Contents { token, .. } = Contents::parse(numbers.as_bytes()).unwrap();
        assert_eq!(weight(b"", &token), ENTRY + (1 + 1_000 + 3) * CLAIM);
        assert!(size_of::<Value>() <= CLAIM);
    }

    #[test]
    fn many_threads_share_a_memory() {
        let memory = CookieMemory::new(200_000);
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let memory = &memory;
                scope.spawn(move || {
                    for round in 0..2_000 {
                        let who = (round * (thread + 3)) % 400;
                        match memory.recall(&value(0, who)) {
                            Some(contents) => assert_eq!(subject(&contents), who.to_string()),
                            None => memory.remember(&value(0, who), contents(&who.to_string())),
                        }
                    }
                });
            }
        });
        assert!(weighed(&memory).0 <= 200_000);
    }

    #[test]
    fn what_is_remembered_is_not_shown() {
        let memory = CookieMemory::new(10_000);
        memory.remember(&value(0, 1), contents("ada"));
        assert_eq!(format!("{memory:?}"), "CookieMemory");
    }
}
