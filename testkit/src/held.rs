//! Letting requests wait until a test says so, in place of a server that is slow.

use tokio::sync::watch;

/// Requests to one stage wait while this lives.
#[derive(Debug)]
#[must_use = "the requests go on when this is dropped"]
pub struct Held(Gate);

impl Held {
    pub(crate) fn new(gate: Gate) -> Self {
        Self(gate)
    }

    /// Returns once at least `count` requests wait.
    pub async fn until_waiting(&self, count: usize) {
        // The sender lives as long as this, so the channel cannot be closed here.
        let _ = self.0.waiting.subscribe().wait_for(|waiting| *waiting >= count).await;
    }

    /// Lets them go on.
    pub fn release(self) {}
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.open.send_replace(true);
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Gate {
    open: watch::Sender<bool>,
    waiting: watch::Sender<usize>,
}

impl Default for Gate {
    fn default() -> Self {
        Self { open: watch::Sender::new(false), waiting: watch::Sender::new(0) }
    }
}

impl Gate {
    pub(crate) async fn pass(&self) {
        self.waiting.send_modify(|waiting| *waiting += 1);
        let _ = self.open.subscribe().wait_for(|open| *open).await;
    }
}
