//! A node's clock: it runs as the machine's does, and is wrong by as much as a test says.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use admit::{Clock, SystemClock, Timestamp};
use async_trait::async_trait;

/// That clock. Clones are one.
#[derive(Clone, Debug, Default)]
pub(super) struct WrongClock(Arc<AtomicI64>);

impl WrongClock {
    /// How many seconds it is ahead of the machine's.
    pub(super) fn set(&self, ahead: i64) {
        self.0.store(ahead, Ordering::Relaxed);
    }
}

#[async_trait]
impl Clock for WrongClock {
    fn now(&self) -> Timestamp {
        let ahead = self.0.load(Ordering::Relaxed).saturating_mul(1_000);
        Timestamp::from_unix_millis(SystemClock.now().unix_millis().saturating_add(ahead))
    }

    async fn sleep(&self, duration: Duration) {
        SystemClock.sleep(duration).await;
    }
}
