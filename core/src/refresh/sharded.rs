//! What many accounts have a part in: in shards with a lock each, so that two accounts hardly ever wait for each other.

use std::fmt;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// So many of `T`, each of which has some of the keys. A lock is held for a few lines at a time, and never over an
/// `await`.
pub(super) struct Sharded<T> {
    hasher: RandomState,
    shards: Box<[RwLock<T>; SHARDS]>,
}

impl<T> Sharded<T> {
    /// The shard that has a key, for whoever only looks. They do not wait for each other.
    pub(super) fn read(&self, key: &impl Hash) -> RwLockReadGuard<'_, T> {
        self.shard(key).read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The shard that has a key.
    pub(super) fn write(&self, key: &impl Hash) -> RwLockWriteGuard<'_, T> {
        self.shard(key).write().unwrap_or_else(PoisonError::into_inner)
    }

    /// One after the other.
    pub(super) fn each(&self) -> impl Iterator<Item = RwLockWriteGuard<'_, T>> {
        self.shards.iter().map(|shard| shard.write().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether two keys are in one shard.
    #[cfg(test)]
    pub(super) fn has_together(&self, one: &impl Hash, other: &impl Hash) -> bool {
        std::ptr::eq(self.shard(one), self.shard(other))
    }

    fn shard(&self, key: &impl Hash) -> &RwLock<T> {
        let [first, ..] = &*self.shards;
        let place = self.hasher.hash_one(key) % SHARDS as u64;
        usize::try_from(place).ok().and_then(|place| self.shards.get(place)).unwrap_or(first)
    }
}

impl<T: Default> Default for Sharded<T> {
    fn default() -> Self {
        Self { hasher: RandomState::new(), shards: Box::new(std::array::from_fn(|_| RwLock::default())) }
    }
}

impl<T> fmt::Debug for Sharded<T> {
    /// What is in them stays out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sharded").finish_non_exhaustive()
    }
}

/// What a shard may hold, if all together may hold `most`.
pub(super) const fn share_of(most: usize) -> usize {
    most / SHARDS
}

const SHARDS: usize = 64;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_key_has_one_shard_and_many_keys_have_all_of_them() {
        let sharded = Sharded::<BTreeSet<u32>>::default();
        for key in 0..2_000 {
            sharded.write(&key).insert(key);
            assert!(sharded.read(&key).contains(&key) && sharded.has_together(&key, &key));
        }
        let sizes: Vec<usize> = sharded.each().map(|shard| shard.len()).collect();
        assert_eq!((sizes.len(), sizes.iter().sum::<usize>()), (SHARDS, 2_000));
        assert!(sizes.iter().all(|size| *size > 0), "{sizes:?}");
    }

    #[test]
    fn whoever_holds_one_shard_is_in_nobodys_way_in_another() {
        let sharded = Sharded::<u32>::default();
        let elsewhere = (1..1_000).find(|key| !sharded.has_together(&0, key)).expect("there are many shards");
        let mut held = sharded.write(&0);
        *sharded.write(&elsewhere) += 1;
        *held += 2;
        assert_eq!(*sharded.read(&elsewhere), 1);
    }
}
