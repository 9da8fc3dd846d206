//! Randomness that repeats, so that snapshots stay as they are.

use std::sync::atomic::{AtomicU64, Ordering};

use admit::Random;

/// A stream of bytes that follows from its seed: two sources with one seed give the same, and no two calls to one
/// source do. For tests only; anybody can guess what comes next.
///
/// ```
/// use admit::Random;
/// use admit_testkit::FixedRandom;
///
/// let (one, other) = (FixedRandom::new(7), FixedRandom::new(7));
/// let (mut a, mut b) = ([0; 16], [0; 16]);
/// one.fill(&mut a);
/// other.fill(&mut b);
/// assert_eq!(a, b);
/// one.fill(&mut a);
/// assert_ne!(a, b);
/// ```
#[derive(Debug, Default)]
pub struct FixedRandom {
    seed: u64,
    /// How many blocks of eight bytes were given out.
    blocks: AtomicU64,
}

impl FixedRandom {
    /// The stream of that seed, from its start.
    pub fn new(seed: u64) -> Self {
        Self { seed, blocks: AtomicU64::new(0) }
    }
}

impl Random for FixedRandom {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let block = self.blocks.fetch_add(1, Ordering::Relaxed);
            let value = mix(self.seed.wrapping_add(block.wrapping_add(1).wrapping_mul(GOLDEN_GAMMA)));
            for (byte, random) in chunk.iter_mut().zip(value.to_le_bytes()) {
                *byte = random;
            }
        }
    }
}

/// The output function of splitmix64 (Steele, Lea and Flood, 2014).
pub(crate) fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// 2⁶⁴ divided by the golden ratio, made odd.
const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_stream_of_seed_zero_is_that_of_splitmix64() {
        let random = FixedRandom::new(0);
        let mut bytes = [0; 8];
        random.fill(&mut bytes);
        assert_eq!(u64::from_le_bytes(bytes), 0xe220_a839_7b1d_cdaf);
        random.fill(&mut bytes);
        assert_eq!(u64::from_le_bytes(bytes), 0x6e78_9e6a_a1b9_65f4);
    }

    #[test]
    fn ten_thousand_calls_give_ten_thousand_values() {
        let random = FixedRandom::new(42);
        let values: HashSet<[u8; 16]> = (0..10_000)
            .map(|_| {
                let mut bytes = [0; 16];
                random.fill(&mut bytes);
                bytes
            })
            .collect();
        assert_eq!(values.len(), 10_000);
    }

    #[test]
    fn seeds_give_different_streams_and_odd_lengths_are_filled_to_the_end() {
        let bytes = |seed| {
            let mut bytes = [0; 11];
            FixedRandom::new(seed).fill(&mut bytes);
            bytes
        };
        assert_ne!(bytes(1), bytes(2));
        assert_ne!(bytes(1)[8..], [0; 3]);
    }
}
