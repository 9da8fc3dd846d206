//! A clock that stands still until a test moves it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use admit::{Clock, Timestamp};
use tokio::sync::watch;

/// A clock that stands still until it is moved. Clones are the same clock.
///
/// Whoever sleeps on it wakes once it has been moved far enough; nothing ever waits in real time.
///
/// ```
/// use admit::{Clock, Timestamp};
/// use admit_testkit::FixedClock;
/// use std::time::Duration;
///
/// let clock = FixedClock::at(Timestamp::from_unix_seconds(1_795_300_000));
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(clock.now().unix_seconds(), 1_795_300_060);
/// ```
#[derive(Clone)]
pub struct FixedClock {
    now: Arc<watch::Sender<Timestamp>>,
    sleepers: Arc<watch::Sender<usize>>,
}

impl FixedClock {
    /// A clock that shows `now`.
    pub fn at(now: Timestamp) -> Self {
        Self { now: Arc::new(watch::Sender::new(now)), sleepers: Arc::new(watch::Sender::new(0)) }
    }

    /// Moves the clock on, and wakes those whose time has come.
    pub fn advance(&self, duration: Duration) {
        self.now.send_modify(|now| *now = *now + duration);
    }

    /// Sets the clock, also backwards: machines do that too.
    pub fn set(&self, now: Timestamp) {
        self.now.send_replace(now);
    }

    /// How many sleep at present.
    pub fn sleepers(&self) -> usize {
        *self.sleepers.borrow()
    }

    /// Returns once at least `count` sleep, so that a test moves the clock only when the code under test waits for it.
    pub async fn until_sleepers(&self, count: usize) {
        // The sender lives as long as this clock, so the channel cannot be closed here.
        let _ = self.sleepers.subscribe().wait_for(|sleepers| *sleepers >= count).await;
    }
}

impl Default for FixedClock {
    /// A clock at 2026-11-21T22:26:40Z.
    fn default() -> Self {
        Self::at(Timestamp::from_unix_seconds(1_795_300_000))
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        *self.now.borrow()
    }

    // Written out, since an `async fn` would set its alarm at the first poll and not when it is called.
    fn sleep<'clock, 'sleep>(&'clock self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + 'sleep>>
    where
        'clock: 'sleep,
        Self: 'sleep,
    {
        let until = self.now() + duration;
        let mut now = self.now.subscribe();
        let sleeper = Sleeper::new(&self.sleepers);
        Box::pin(async move {
            let _sleeper = sleeper;
            let _ = now.wait_for(|now| *now >= until).await;
        })
    }
}

impl fmt::Debug for FixedClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FixedClock({})", self.now())
    }
}

/// Counts one sleeper for as long as it sleeps, also when its sleep is given up.
struct Sleeper(Arc<watch::Sender<usize>>);

impl Sleeper {
    fn new(sleepers: &Arc<watch::Sender<usize>>) -> Self {
        sleepers.send_modify(|count| *count += 1);
        Self(Arc::clone(sleepers))
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn poll(future: &mut Pin<Box<dyn Future<Output = ()> + Send + '_>>) -> Poll<()> {
        future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn a_sleep_ends_when_the_clock_has_been_moved_that_far_and_not_before() {
        let clock = FixedClock::default();
        let mut sleep = clock.sleep(Duration::from_secs(10));
        assert!(poll(&mut sleep).is_pending());
        clock.advance(Duration::from_millis(9_999));
        assert!(poll(&mut sleep).is_pending());
        clock.advance(Duration::from_millis(1));
        assert!(poll(&mut sleep).is_ready());
    }

    #[test]
    fn a_sleep_counts_from_its_call_even_if_it_is_polled_late() {
        let clock = FixedClock::default();
        let mut sleep = clock.sleep(Duration::from_secs(10));
        clock.advance(Duration::from_secs(10));
        assert!(poll(&mut sleep).is_ready());
    }

    #[test]
    fn a_sleep_that_is_given_up_leaves_no_sleeper_behind() {
        let clock = FixedClock::default();
        let mut first = clock.sleep(Duration::from_secs(1));
        let second = clock.sleep(Duration::from_secs(1));
        assert!(poll(&mut first).is_pending());
        assert_eq!(clock.sleepers(), 2);
        drop((first, second));
        assert_eq!(clock.sleepers(), 0);
    }

    #[tokio::test]
    async fn all_sleepers_of_a_clock_and_its_clones_wake_together() {
        let clock = FixedClock::default();
        let sleeping: Vec<_> = (0..3)
            .map(|_| {
                let clock = clock.clone();
                tokio::spawn(async move { clock.sleep(Duration::from_secs(5)).await })
            })
            .collect();
        clock.until_sleepers(3).await;
        clock.advance(Duration::from_secs(5));
        for task in sleeping {
            task.await.unwrap();
        }
        assert_eq!(clock.sleepers(), 0);
    }
}
