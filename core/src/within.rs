//! Code of the application's, called so that it harms no more than the request at hand: it has so long, and a panic ends
//! at it.

use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use crate::Clock;

/// Why such code came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// The process's panic hook has told the rest.
    Panicked,
    TooLate(Duration),
}

/// What `code` comes to. Where panics abort the process, they still do.
pub(crate) async fn within<T, F: Future<Output = T>>(
    clock: &dyn Clock,
    limit: Duration,
    code: impl FnOnce() -> F,
) -> Result<T, Broken> {
    // In a block of its own, since the call itself may panic as well as the future that it makes.
    let mut doing = pin!(async { code().await });
    let mut alarm = None;
    poll_fn(|cx| {
        // Nothing of ours is borrowed by what panicked, and it is not polled again.
        match catch_unwind(AssertUnwindSafe(|| doing.as_mut().poll(cx))) {
            Ok(Poll::Ready(done)) => Poll::Ready(Ok(done)),
            // Most code is done when it is first polled, and costs no timer.
            Ok(Poll::Pending) => {
                let alarm = alarm.get_or_insert_with(|| clock.sleep(limit));
                alarm.as_mut().poll(cx).map(|()| Err(Broken::TooLate(limit)))
            }
            Err(_) => Poll::Ready(Err(Broken::Panicked)),
        }
    })
    .await
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Panicked => f.write_str("it panicked"),
            Self::TooLate(limit) => write!(f, "it was not done within {} seconds", limit.as_secs_f32()),
        }
    }
}

impl std::error::Error for Broken {}
