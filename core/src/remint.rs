//! Minting anew, after a client's secret was replaced: each grant that an older secret minted is refreshed under the
//! newest one, so that the older one can end and takes nothing with it.
//!
//! 1. One account at a time, under its lease. One that somebody else holds is left to them, and counted.
//! 2. Only the newest secret is shown. If the provider does not know it, the job stops at the first account, and that
//!    grant is as it was.
//! 3. Before a refresh token is sent, the account is marked as one that waits for an answer. A job that finds the mark,
//!    after a crash say, does not send the token again: it is in doubt, and left to the next ordinary refresh, which
//!    tries once and knows what to say.
//! 4. What was granted is written until it is written; an exchange is not given up because its caller has gone.
//! 5. The provider sets the pace, by `Retry-After` and its rate-limit headers; the rate that was asked for is a bound.

mod attempt;
mod counts;
mod error;
mod pace;

use std::collections::VecDeque;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;

pub use counts::{RemintCounts, Reminted};
pub use error::RemintError;

use crate::Auth;
use crate::provider::Fingerprint;
use crate::realm::Realm;
use crate::store::{StoredTokens, TokenStore};
use attempt::{Attempt, Job, judge};
use pace::Pace;

/// A run over the stored grants of one provider. Made by [`Auth::remint`].
pub struct Remint {
    job: Arc<Job>,
    pace: Pace,
    writes: bool,
    page: VecDeque<StoredTokens>,
    /// Where the next page begins; `None` once there is none.
    after: Option<Option<String>>,
    counts: RemintCounts,
    /// How many in a row brought no answer.
    silent: u32,
}

impl Auth {
    /// Begins to bring the stored grants of a provider under its newest secret: the first of the client's secrets, or
    /// the youngest where each has a date.
    ///
    /// Nothing is noted outside the store. A run that was interrupted is begun anew, and passes what is done already
    /// at the cost of reading it.
    ///
    /// ```
    /// use admit::{Auth, RemintCounts, RemintError};
    ///
    /// async fn sweep(auth: &Auth) -> Result<RemintCounts, RemintError> {
    ///     let mut job = auth.remint("acme")?; // .dry_run() looks, and changes nothing
    ///     while let Some(account) = job.next().await? {
    ///         tracing::debug!(?account, done = job.counts().total());
    ///     }
    ///     Ok(job.counts())
    /// }
    /// ```
    ///
    /// # Errors
    /// When the provider is not configured, its client has no secret, or tokens are not kept in a store.
    pub fn remint(&self, provider: &str) -> Result<Remint, RemintError> {
        let realm = self.realm();
        let unknown = || RemintError::UnknownProvider(provider.to_owned());
        let credentials = &realm.oauth(provider).ok_or_else(unknown)?.client.credentials;
        if credentials.len() == 1 {
            tracing::warn!(provider, "the client has one secret only: grants that it minted count as done");
        }
        let newest = credentials.first().and_then(|credential| credential.fingerprint());
        let newest = newest.ok_or_else(|| RemintError::NoSecret(provider.to_owned()))?;
        let store = realm.tokens.clone().ok_or(RemintError::NoTokenStore)?;
        Ok(Remint::new(realm, provider, newest, store))
    }
}

impl Remint {
    fn new(realm: &Arc<Realm>, provider: &str, newest: Fingerprint, store: Arc<dyn TokenStore>) -> Self {
        Self {
            job: Arc::new(Job { realm: Arc::clone(realm), provider: provider.to_owned(), newest, store }),
            pace: Pace::new(RATE),
            writes: true,
            page: VecDeque::new(),
            after: Some(None),
            counts: RemintCounts::default(),
            silent: 0,
        }
    }

    /// Looks at the grants and counts them, and neither asks the provider nor writes.
    #[must_use]
    pub fn dry_run(mut self) -> Self {
        self.writes = false;
        self
    }

    /// Sends at most so many requests in a second: five unless this is called. The provider may want fewer.
    #[must_use]
    pub fn rate(mut self, per_second: NonZeroU32) -> Self {
        self.pace = Pace::new(per_second);
        self
    }

    /// Goes on with the next account, and says what became of it; `None` after the last. Between two calls nothing is
    /// under way, so that is where to stop.
    ///
    /// # Errors
    /// When the job cannot go on. What was done stays done; begin anew once the cause is gone.
    pub async fn next(&mut self) -> Result<Option<Reminted>, RemintError> {
        while let Some(stored) = self.next_row().await? {
            let became = match judge(&self.job, &stored) {
                Err(became) => became,
                Ok(_) if !self.writes => Reminted::Due,
                Ok(_) => match self.mint(stored).await? {
                    Some(became) => became,
                    // Deleted since it was read.
                    None => continue,
                },
            };
            self.counts.count(became);
            return Ok(Some(became));
        }
        Ok(None)
    }

    /// What became of the accounts so far.
    pub fn counts(&self) -> RemintCounts {
        self.counts
    }

    /// How long the next request will wait, for the provider's sake or the rate's.
    pub fn pause(&self) -> std::time::Duration {
        self.pace.pause(self.job.realm.clock.now())
    }

    async fn next_row(&mut self) -> Result<Option<StoredTokens>, RemintError> {
        if self.page.is_empty()
            && let Some(after) = self.after.take()
        {
            let page = self.job.store.page(&self.job.provider, after.as_deref(), PAGE).await?;
            self.after = page.last().filter(|_| page.len() >= PAGE).map(|row| Some(row.account.subject.clone()));
            self.page = page.into();
        }
        Ok(self.page.pop_front())
    }

    async fn mint(&mut self, stored: StoredTokens) -> Result<Option<Reminted>, RemintError> {
        for _ in 0..ATTEMPTS {
            self.pace.wait(&*self.job.realm.clock).await;
            let (job, watched) = (Arc::clone(&self.job), self.pace.watch(&self.job.realm));
            let key = stored.account.clone();
            // In a task of its own: what was sent has to be followed by what was granted, whoever waits for it.
            let attempt = tokio::spawn(async move { job.attempt(&key, &watched).await }).await;
            let attempt = attempt.map_err(|gone| RemintError::BrokeOff(Arc::new(gone))).flatten();
            let attempt = attempt.inspect_err(|error| self.counts.count(error.became()))?;
            self.pace.heed(self.job.realm.clock.now());
            match attempt {
                Attempt::Gone => return Ok(None),
                Attempt::Slower => {}
                Attempt::Silent(became, error) => {
                    self.silent += 1;
                    if self.silent < SILENCES {
                        return Ok(Some(became));
                    }
                    self.counts.count(became);
                    return Err(RemintError::Unavailable(error));
                }
                Attempt::Became(became) => {
                    self.silent = 0;
                    self.all_refused(became)?;
                    return Ok(Some(became));
                }
            }
        }
        Ok(Some(Reminted::Failed))
    }

    /// Many that are refused, and none that is taken, is not a matter of those people.
    fn all_refused(&mut self, became: Reminted) -> Result<(), RemintError> {
        let refused = self.counts.refused + 1;
        if became == Reminted::Refused && self.counts.reminted == 0 && refused >= REFUSALS {
            self.counts.count(became);
            return Err(RemintError::NothingTaken { refused });
        }
        Ok(())
    }
}

impl fmt::Debug for Remint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (provider, counts) = (&self.job.provider, &self.counts);
        f.debug_struct("Remint").field("provider", provider).field("counts", counts).finish_non_exhaustive()
    }
}

const PAGE: usize = 100;
const RATE: NonZeroU32 = NonZeroU32::MIN.saturating_add(4);
/// How often a request is made that the provider wants to be made later.
const ATTEMPTS: u32 = 5;
const SILENCES: u32 = 3;
const REFUSALS: u64 = 10;
