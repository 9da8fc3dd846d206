//! Telling the application what happened, who may be slow to listen.
//!
//! 1. Events of one request come in their order: each is waited for before the next.
//! 2. A listener who takes too long delays one request by that and is not waited for by those that follow, until some
//!    time has passed. One that only puts events into a queue hears them all the same.
//! 3. What nobody heard is counted, and the log says what it was.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use crate::within::within;
use crate::{Clock, Event, Events};

/// The application's [`Events`], and how it listens.
#[derive(Debug)]
pub(crate) struct Audience {
    events: Arc<dyn Events>,
    missed: AtomicU64,
    /// Until when nobody waits, in milliseconds since 1970.
    hurry_until: AtomicI64,
}

impl Audience {
    pub(crate) fn new(events: Arc<dyn Events>) -> Self {
        Self { events, missed: AtomicU64::new(0), hurry_until: AtomicI64::new(i64::MIN) }
    }

    pub(crate) async fn hear(&self, clock: &dyn Clock, event: Event<'_>) {
        let hurry = clock.now().unix_millis() < self.hurry_until.load(Ordering::Relaxed);
        let patience = if hurry { Duration::ZERO } else { PATIENCE };
        let Err(broken) = within(clock, patience, || self.events.record(&event)).await else { return };
        if !hurry {
            self.hurry_until.store((clock.now() + RECOVERY).unix_millis(), Ordering::Relaxed);
        }
        let missed = self.missed.fetch_add(1, Ordering::Relaxed) + 1;
        tracing::error!(event = event.code(), missed, cause = %broken, "an event was not heard");
    }

    /// How many were not heard.
    pub(crate) fn missed(&self) -> u64 {
        self.missed.load(Ordering::Relaxed)
    }
}

const PATIENCE: Duration = Duration::from_secs(3);
const RECOVERY: Duration = Duration::from_secs(10);
