//! How long to wait after a refresh that did not work.
//!
//! 1. The pause doubles with each attempt in a row, up to five minutes. A success begins anew.
//! 2. Chance takes up to half of it off, so that all who met the same outage do not come back at the same moment.
//! 3. A provider that says how long to wait is not asked earlier, unless it says more than an hour. Chance adds to that
//!    up to a tenth.
//!
//! An hour is what Microsoft's own libraries go up to. Our own guess has a lower bound than the provider's word: a guess
//! that is too long keeps people without a token when the provider is back, and a word that is not heeded makes it worse.

use std::time::Duration;

use crate::{Random, random};

/// The pause after attempt number `attempt` in a row, counted from one.
pub(super) fn pause(attempt: u32, asked: Option<Duration>, random: &dyn Random) -> Duration {
    let chance = u32::from_le_bytes(random::bytes::<4>(random));
    match asked {
        Some(asked) => {
            let asked = asked.clamp(SHORTEST, LONGEST_ASKED);
            asked + part(asked / 10, chance)
        }
        None => {
            let doublings = attempt.saturating_sub(1).min(MOST_DOUBLINGS);
            let whole = (FIRST * 2_u32.pow(doublings)).min(LONGEST);
            whole - part(whole / 2, chance)
        }
    }
}

/// A share of a duration, as chance has it; never the whole.
fn part(of: Duration, chance: u32) -> Duration {
    of.mul_f64(f64::from(chance) / (f64::from(u32::MAX) + 1.0))
}

/// The least that is waited, whatever a provider asks.
const SHORTEST: Duration = Duration::from_secs(1);
const FIRST: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(300);
const LONGEST_ASKED: Duration = Duration::from_secs(3600);
/// Beyond which the longest pause is reached.
const MOST_DOUBLINGS: u32 = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Always(u8);

    impl Random for Always {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    fn between(attempt: u32, asked: Option<u64>) -> (u128, u128) {
        let asked = asked.map(Duration::from_secs);
        let at = |chance| pause(attempt, asked, &Always(chance)).as_millis();
        (at(0xff), at(0))
    }

    #[test]
    fn pauses_double_up_to_five_minutes_and_chance_takes_at_most_half() {
        // REF-010
        let pauses: Vec<_> = (1..=9).map(|attempt| between(attempt, None)).collect();
        let whole = [5, 10, 20, 40, 80, 160, 300, 300, 300];
        for ((shortest, longest), whole) in pauses.into_iter().zip(whole) {
            assert_eq!((shortest, longest), (whole * 500, whole * 1000));
        }
        assert_eq!(between(u32::MAX, None), (150_000, 300_000));
    }

    #[test]
    fn a_provider_that_names_its_pause_is_not_asked_earlier_up_to_an_hour() {
        // TOK-016, azure.md T25
        assert_eq!(between(1, Some(30)), (33_000 - 1, 30_000));
        assert_eq!(between(9, Some(30)), (33_000 - 1, 30_000), "its word counts, not ours");
        assert_eq!(between(1, Some(0)).1, 1_000);
        assert_eq!(between(1, Some(999_999)).1, 3_600_000);
    }
}
