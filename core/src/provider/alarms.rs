//! Client secrets that come to their end: told fourteen, seven and two days before, and when it has come.
//!
//! 1. At the start the log says which ones are near their end.
//! 2. Afterwards log and application hear of each step once, when the client next proves itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use super::ClientCredential;
use crate::realm::Realm;
use crate::{Event, Timestamp};

/// The ends of a client's secrets, as far as they are known.
#[derive(Debug)]
pub(crate) struct Alarms(Vec<Alarm>);

#[derive(Debug)]
struct Alarm {
    /// The place in the list, which the newest begins.
    place: usize,
    ends_at: Timestamp,
    logged: u8,
    told: AtomicU8,
}

impl Alarms {
    /// Those of a client's credentials, in their order. What is near already is logged.
    pub(crate) fn new(provider: &str, credentials: &[Arc<dyn ClientCredential>], now: Timestamp) -> Self {
        let ends = credentials.iter().enumerate().filter_map(|(place, credential)| {
            Some((place, credential.validity().ends_at.filter(|_| credential.as_secret().is_some())?))
        });
        let alarms = ends.map(|(place, ends_at)| {
            let alarm = Alarm { place, ends_at, logged: step(ends_at, now), told: AtomicU8::new(0) };
            if alarm.logged > 0 {
                alarm.log(provider, now);
            }
            alarm
        });
        Self(alarms.collect())
    }

    /// None, for a part of a client's credentials.
    pub(crate) fn none() -> Self {
        Self(Vec::new())
    }

    /// Tells what has come nearer since it was told last.
    pub(crate) async fn tell(&self, realm: &Realm, provider: &str) {
        let now = realm.clock.now();
        for alarm in &self.0 {
            let step = step(alarm.ends_at, now);
            if alarm.told.fetch_max(step, Ordering::Relaxed) >= step {
                continue;
            }
            if step > alarm.logged {
                alarm.log(provider, now);
            }
            let (credential, ends_at) = (alarm.place, alarm.ends_at);
            realm.record(Event::ClientSecretEnds { provider, credential, ends_at }).await;
        }
    }
}

impl Alarm {
    fn log(&self, provider: &str, now: Timestamp) {
        let Self { place, ends_at, .. } = self;
        tracing::warn!(provider, credential = place, %ends_at, "{}", self.text(now));
    }

    fn text(&self, now: Timestamp) -> String {
        let time = match self.ends_at.since(now).as_secs().div_ceil(DAY) {
            1 => "a day".to_owned(),
            days => format!("{days} days"),
        };
        match (self.place, now >= self.ends_at) {
            (0, false) => format!("the client secret ends within {time}; make the next one, and give both"),
            (0, true) => "the client secret has ended; make another, and give it".to_owned(),
            (_, false) => format!(
                "an older client secret ends within {time}, and what it minted may end with it; mint it anew \
                 under the newest"
            ),
            (_, true) => "an older client secret has ended; take it out".to_owned(),
        }
    }
}

/// How near the end is: 0 for far, 4 for over.
fn step(ends_at: Timestamp, now: Timestamp) -> u8 {
    let left = ends_at.since(now);
    let near = STEPS.iter().filter(|days| left <= Duration::from_secs(**days * DAY)).count();
    u8::try_from(near).unwrap_or(u8::MAX)
}

const DAY: u64 = 86_400;
const STEPS: [u64; 4] = [14, 7, 2, 0];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_are_fourteen_seven_and_two_days_and_the_end() {
        // azure.md §1.9
        let end = Timestamp::from_unix_seconds(100 * 86_400);
        let at = |days: u64| step(end, end.before(Duration::from_secs(days * DAY)));
        assert_eq!([15, 14, 8, 7, 3, 2, 1, 0].map(at), [0, 1, 1, 2, 2, 3, 3, 4]);
        assert_eq!(step(end, end + Duration::from_secs(1)), 4);
    }
}
