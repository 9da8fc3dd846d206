//! How fast accounts follow each other.

use std::num::NonZeroU32;
use std::time::Duration;

use admit::{Clock, Timestamp};

/// When the next account may be asked about. Azure DevOps counts by person, so each is asked about in one go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    interval: Duration,
    next: Option<Timestamp>,
}

impl Pace {
    pub(super) fn new(per_second: NonZeroU32) -> Self {
        Self { interval: Duration::from_secs(1) / per_second.get(), next: None }
    }

    pub(super) fn pause(&self, now: Timestamp) -> Duration {
        self.next.map(|next| next.since(now)).unwrap_or_default()
    }

    /// Waits until the next may go, which is taken to go then.
    pub(super) async fn wait(&mut self, clock: &dyn Clock) {
        let pause = self.pause(clock.now());
        if !pause.is_zero() {
            clock.sleep(pause).await;
        }
        self.next = Some(clock.now() + self.interval);
    }

    /// Nobody is asked about before then.
    pub(super) fn hold(&mut self, until: Timestamp) {
        self.next = self.next.max(Some(until));
    }
}
