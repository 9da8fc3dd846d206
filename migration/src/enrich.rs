//! Capturing evidence: each stored account of Azure DevOps is asked about, as long as it still answers.
//!
//! 1. One account at a time, with its own token, which is refreshed as for anybody who asks. Azure DevOps counts requests
//!    by person, so pauses it wishes for with a success are kept for that person, and those of a 429 by the whole job.
//! 2. What one answer lacks another may give. What is known already is not lost by a poorer answer.
//! 3. A profile that is not the account's is a conflict, and nothing is written.
//! 4. Nothing is noted outside the stores. A run that broke off is begun anew, and passes whoever was asked about.
//! 5. Memory holds a page of accounts, however many there are.
//! 6. What opens under no key is counted, and the job goes on.

mod accounts;
mod counts;
mod error;
mod pace;

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use admit::provider::ProviderError;
use admit::store::AccountKey;
use admit::{AccessTokenError, Auth, AuthError, Known, Secret};

pub use counts::{EnrichCounts, Enriched};
pub use error::EnrichError;

use crate::AzureEvidence;
use crate::evidence::inquiry::{Inquiry, Step, base_of};
use crate::keep::keep;
use accounts::{Accounts, Listed};
use pace::Pace;

/// Begins to capture evidence of the accounts of a provider that is Azure DevOps: those whose tokens are stored, and those
/// that are linked to users, of whom there may be no token any more.
///
/// ```
/// use admit::Auth;
/// use admit_migration::{EnrichCounts, EnrichError, enrich};
///
/// async fn sweep(auth: &Auth) -> Result<EnrichCounts, EnrichError> {
///     let mut job = enrich(auth, "azure-devops")?; // .dry_run() looks, and changes nothing
///     while let Some(account) = job.next().await? {
///         println!("{account:?}, {} so far", job.counts().total());
///     }
///     Ok(job.counts())
/// }
/// ```
///
/// # Errors
/// When the provider is not configured, or there is no store for tokens or for evidence.
pub fn enrich(auth: &Auth, provider: &str) -> Result<Enrich, EnrichError> {
    if base_of(auth, provider).is_none() {
        return Err(EnrichError::UnknownProvider(provider.to_owned()));
    }
    if !auth.has_token_store() {
        return Err(EnrichError::NoTokenStore);
    }
    if auth.evidence().is_none() {
        return Err(EnrichError::NoEvidenceStore);
    }
    Ok(Enrich {
        auth: auth.clone(),
        provider: provider.to_owned(),
        refresh_after: REFRESH_AFTER,
        writes: true,
        pace: Pace::new(RATE),
        accounts: Accounts::new(auth, provider),
        counts: EnrichCounts::default(),
        busy: 0,
        silent: 0,
    })
}

/// A run over the accounts of one provider. Made by [`enrich`].
pub struct Enrich {
    auth: Auth,
    provider: String,
    refresh_after: Duration,
    writes: bool,
    pace: Pace,
    accounts: Accounts,
    counts: EnrichCounts,
    /// How many accounts in a row were to be asked about later.
    busy: u32,
    /// How many in a row brought no answer.
    silent: u32,
}

impl Enrich {
    /// Looks which accounts are due and counts them, and neither asks nor writes.
    #[must_use]
    pub fn dry_run(mut self) -> Self {
        self.writes = false;
        self
    }

    /// Asks about at most so many accounts in a second: five unless this is called.
    #[must_use]
    pub fn rate(mut self, per_second: NonZeroU32) -> Self {
        self.pace = Pace::new(per_second);
        self
    }

    /// For how long an account is not asked about again: thirty days unless this is called.
    #[must_use]
    pub fn refresh_after(mut self, age: Duration) -> Self {
        self.refresh_after = age;
        self
    }

    /// Asks about all accounts, however fresh what is known of them.
    #[must_use]
    pub fn all(self) -> Self {
        self.refresh_after(Duration::ZERO)
    }

    /// Goes on with the next account, and says what became of it; `None` after the last. Between two calls nothing is
    /// under way, so that is where to stop; but a call may be given up at any point, too.
    ///
    /// # Errors
    /// When the job cannot go on. What was written stays; begin anew once the cause is gone.
    pub async fn next(&mut self) -> Result<Option<Enriched>, EnrichError> {
        let Some(listed) = self.accounts.front().await? else { return Ok(None) };
        let became = self.look_at(&listed).await?;
        // Not before: whoever gave up, or met an error, comes to it again.
        self.accounts.pass();
        self.counts.count(became.unwrap_or(Enriched::Failed));
        if let Some(became) = became {
            self.heed(became)?;
        }
        Ok(Some(became.unwrap_or(Enriched::Failed)))
    }

    /// What became of it; `None` if something that is stored opens under no key, which says nothing of Azure DevOps.
    async fn look_at(&mut self, Listed { account, has_tokens }: &Listed) -> Result<Option<Enriched>, EnrichError> {
        let known = match self.known(account).await {
            Ok(known) => known.map(|known| known.facts),
            Err(AuthError::Unsealable) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let now = self.auth.clock().now();
        let asked_at = known.as_ref().and_then(|known| known.asked_at);
        if asked_at.is_some_and(|at| now.since(at) < self.refresh_after) {
            return Ok(Some(Enriched::Fresh));
        }
        if !has_tokens {
            return Ok(Some(Enriched::NoGrant));
        }
        if self.writes { self.ask(account, known).await } else { Ok(Some(Enriched::Due)) }
    }

    /// What became of the accounts so far.
    pub fn counts(&self) -> EnrichCounts {
        self.counts
    }

    /// How long the next account will wait, for Azure DevOps' sake or the rate's.
    pub fn pause(&self) -> Duration {
        self.pace.pause(self.auth.clock().now())
    }

    /// Many in a row that end alike are not a matter of those people.
    fn heed(&mut self, became: Enriched) -> Result<(), EnrichError> {
        self.busy = if became == Enriched::Busy { self.busy + 1 } else { 0 };
        match became {
            Enriched::Failed => self.silent += 1,
            Enriched::Fresh | Enriched::NoGrant | Enriched::NeedsReauthentication => {}
            _ => self.silent = 0,
        }
        if self.busy >= MOST_BUSY {
            return Err(EnrichError::Throttled { accounts: std::mem::take(&mut self.busy) });
        }
        if self.silent >= MOST_SILENT {
            return Err(EnrichError::Unavailable { accounts: std::mem::take(&mut self.silent) });
        }
        Ok(())
    }

    async fn known(&self, account: &AccountKey) -> Result<Option<Known<AzureEvidence>>, AuthError> {
        match self.auth.evidence() {
            Some(evidence) => evidence.load(account).await,
            None => Ok(None),
        }
    }

    /// Asks about an account until it is done, or often enough.
    async fn ask(
        &mut self,
        account: &AccountKey,
        known: Option<AzureEvidence>,
    ) -> Result<Option<Enriched>, EnrichError> {
        let auth = self.auth.clone();
        let mut inquiry = Inquiry::new(&auth, account);
        for _ in 0..ATTEMPTS {
            self.pace.wait(&**auth.clock()).await;
            let token = match token(&auth, account).await? {
                Token::Had(token) => token,
                Token::None(became) => return Ok(Some(became)),
                Token::Unreadable => return Ok(None),
                Token::Later(pause) => {
                    self.pace.hold(auth.clock().now() + pause);
                    continue;
                }
            };
            match inquiry.go_on(&token).await {
                Step::Busy(pause) => self.pace.hold(auth.clock().now() + pause),
                Step::NotAccepted => return Ok(Some(Enriched::NotAccepted)),
                Step::Refused => return Ok(Some(Enriched::Refused)),
                Step::Conflict => {
                    tracing::warn!(provider = account.provider, "a token shows another profile than its account's");
                    return Ok(Some(Enriched::Conflict));
                }
                Step::Done => {
                    let Some(facts) = inquiry.evidence() else { return Ok(Some(Enriched::Failed)) };
                    return Ok(Some(write(&auth, account, facts, known, true).await?));
                }
            }
        }
        // What was answered so far is not thrown away; it does not count as asked about.
        if let Some(facts) = inquiry.evidence() {
            write(&auth, account, AzureEvidence { asked_at: None, ..facts }, known, true).await?;
        }
        Ok(Some(Enriched::Busy))
    }
}

/// Writes what is known now over what was known, of an account that was here, or perhaps was not yet.
pub(crate) async fn write(
    auth: &Auth,
    account: &AccountKey,
    facts: AzureEvidence,
    known: Option<AzureEvidence>,
    was_here: bool,
) -> Result<Enriched, AuthError> {
    let facts = match known {
        Some(known) => facts.over(known),
        None => facts,
    };
    let became = if facts.is_complete() { Enriched::Complete } else { Enriched::Partial };
    keep(auth, account, &facts, was_here).await?;
    Ok(became)
}

/// A token for an account, or why there is none.
enum Token {
    Had(Secret),
    None(Enriched),
    /// It opens under no key.
    Unreadable,
    Later(Duration),
}

async fn token(auth: &Auth, account: &AccountKey) -> Result<Token, EnrichError> {
    Ok(match auth.access_token_of(account).await {
        Ok(token) => Token::Had(token),
        Err(AccessTokenError::NotConnected { .. }) => Token::None(Enriched::NoGrant),
        Err(AccessTokenError::NeedsReauthentication { .. }) => Token::None(Enriched::NeedsReauthentication),
        Err(AccessTokenError::Unavailable { retry_after, source, .. }) => match source.as_deref() {
            Some(ProviderError::Unavailable { status: Some(429), .. }) | None => Token::Later(retry_after),
            Some(error) => {
                tracing::warn!(provider = account.provider, %error, "no access token to ask with");
                Token::None(Enriched::Failed)
            }
        },
        Err(AccessTokenError::Session(AuthError::Unsealable)) => Token::Unreadable,
        Err(AccessTokenError::Session(error)) => return Err(error.into()),
        Err(error) => return Err(EnrichError::NoTokens(Arc::new(error))),
    })
}

impl fmt::Debug for Enrich {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (provider, counts) = (&self.provider, &self.counts);
        f.debug_struct("Enrich").field("provider", provider).field("counts", counts).finish_non_exhaustive()
    }
}

const RATE: NonZeroU32 = NonZeroU32::MIN.saturating_add(4);
const REFRESH_AFTER: Duration = Duration::from_secs(30 * 86_400);
/// How often an account is asked about that is to be asked about later.
const ATTEMPTS: u32 = 4;
const MOST_BUSY: u32 = 3;
const MOST_SILENT: u32 = 5;
