//! What became of the accounts, counted.

use serde::{Deserialize, Serialize};

/// What became of one account's grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reminted {
    /// It is under the newest secret now.
    Done,
    /// It was under the newest secret before.
    Already,
    /// It would be minted anew, were this no dry run.
    Due,
    /// There is no refresh token that lives: the person has to sign in there again, whatever becomes of the secrets.
    NeedsReauthentication,
    /// The provider refused the refresh token, so that the person has to sign in there again.
    Refused,
    /// A job has sent the refresh token, and nobody knows what came of it. It is not sent again by a job; the next
    /// ordinary refresh tries it once.
    InDoubt,
    /// Somebody else was refreshing it. Run the job once more.
    Held,
    /// It could not be opened, or the provider gave no answer that says anything of it, or not to that secret. The log
    /// says why.
    Failed,
}

/// How many accounts became what. Each account that was looked at is in one of the numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RemintCounts {
    /// [`Reminted::Done`].
    pub reminted: u64,
    /// [`Reminted::Already`].
    pub already: u64,
    /// [`Reminted::Due`].
    pub due: u64,
    /// [`Reminted::NeedsReauthentication`].
    pub needs_reauthentication: u64,
    /// [`Reminted::Refused`].
    pub refused: u64,
    /// [`Reminted::InDoubt`].
    pub in_doubt: u64,
    /// [`Reminted::Held`].
    pub held: u64,
    /// [`Reminted::Failed`].
    pub failed: u64,
}

impl RemintCounts {
    /// All accounts that were looked at.
    pub fn total(&self) -> u64 {
        let Self { reminted, already, due, needs_reauthentication, refused, in_doubt, held, failed } = self;
        reminted + already + due + needs_reauthentication + refused + in_doubt + held + failed
    }

    /// The grants that may live, and are not under the newest secret.
    pub fn left(&self) -> u64 {
        self.due + self.in_doubt + self.held + self.failed
    }

    pub(super) fn count(&mut self, became: Reminted) {
        *match became {
            Reminted::Done => &mut self.reminted,
            Reminted::Already => &mut self.already,
            Reminted::Due => &mut self.due,
            Reminted::NeedsReauthentication => &mut self.needs_reauthentication,
            Reminted::Refused => &mut self.refused,
            Reminted::InDoubt => &mut self.in_doubt,
            Reminted::Held => &mut self.held,
            Reminted::Failed => &mut self.failed,
        } += 1;
    }
}
