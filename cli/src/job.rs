//! Jobs, which go on account by account until there is none left, or until they are interrupted.

use std::time::Duration;

use admit::{Clock as _, SystemClock};
use serde::Serialize;

use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupts;
use crate::progress::Progress;

/// A job. Between two calls of `next` nothing is under way.
pub(crate) trait Job {
    /// What became of one account.
    type Step;
    /// Why it cannot go on.
    type Error: Into<Failure>;

    /// Goes on with the next account; `None` after the last.
    async fn next(&mut self) -> Result<Option<Self::Step>, Self::Error>;

    /// The line that tells how far it has come.
    fn line(&self) -> String;

    /// How long the next account will wait.
    fn pause(&self) -> Duration {
        Duration::ZERO
    }
}

/// How a job came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ended {
    Complete,
    Interrupted,
    Stopped,
}

/// The same, with why it stopped.
#[must_use]
pub(crate) struct End {
    pub(crate) ended: Ended,
    failure: Option<Failure>,
}

impl End {
    /// There was nothing to do.
    pub(crate) fn complete() -> Self {
        Self { ended: Ended::Complete, failure: None }
    }

    /// How the command ends that ran the job, after it has told its result.
    pub(crate) fn exit(self, left: u64) -> Result<Exit, Failure> {
        match self.failure {
            Some(failure) => Err(failure),
            None if self.ended == Ended::Interrupted => Ok(Exit::Interrupted),
            None if left > 0 => Ok(Exit::Left),
            None => Ok(Exit::Done),
        }
    }
}

/// Goes through all accounts, or until it is interrupted: then the account at hand is brought to its end, unless it is
/// interrupted once more.
pub(crate) async fn through<J: Job>(job: &mut J, interrupts: &mut Interrupts, mut each: impl FnMut(J::Step)) -> End {
    let mut progress = Progress::new();
    let end = |ended| End { ended, failure: None };
    loop {
        progress.show(|| waiting(job));
        tokio::select! {
            biased;
            () = interrupts.next() => return end(Ended::Interrupted),
            () = SystemClock.sleep(job.pause()) => {}
        }
        let (became, is_interrupted) = {
            let mut next = std::pin::pin!(job.next());
            tokio::select! {
                became = &mut next => (became, false),
                () = interrupts.next() => tokio::select! {
                    became = &mut next => (became, true),
                    () = interrupts.next() => (Ok(None), true),
                },
            }
        };
        match became {
            Err(error) => return End { ended: Ended::Stopped, failure: Some(error.into()) },
            Ok(Some(step)) => each(step),
            Ok(None) if is_interrupted => return end(Ended::Interrupted),
            Ok(None) => return end(Ended::Complete),
        }
        if is_interrupted {
            return end(Ended::Interrupted);
        }
    }
}

fn waiting(job: &impl Job) -> String {
    match job.pause().as_secs() {
        0 => job.line(),
        seconds => format!("{}, waits {seconds} s", job.line()),
    }
}
