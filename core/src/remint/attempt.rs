//! One account, from the mark that its refresh token is sent to what followed it.

use std::sync::Arc;
use std::time::Duration;

use super::pace::Watched;
use super::{RemintError, Reminted};
use crate::account::GrantedAccount;
use crate::failure::chain;
use crate::provider::{Alarms, Fault, Fingerprint, ProviderError, ResolvedClient};
use crate::realm::{Realm, RegisteredOAuth};
use crate::refresh::{self, Outcome};
use crate::revoke;
use crate::store::{AccountKey, Lease, StoredTokens, Swap, TokenStore};

/// What all accounts of a run have in common.
pub(super) struct Job {
    pub(super) realm: Arc<Realm>,
    pub(super) provider: String,
    pub(super) newest: Fingerprint,
    pub(super) store: Arc<dyn TokenStore>,
}

/// How an attempt ended.
pub(super) enum Attempt {
    Became(Reminted),
    /// There is no such account any more.
    Gone,
    /// The provider wants the request later, and did nothing.
    Slower,
    /// There was no answer.
    Silent(Reminted, Arc<ProviderError>),
}

/// What there is to do for an account: its tokens, if a request is due; else what became of it.
pub(super) fn judge(job: &Job, stored: &StoredTokens) -> Result<GrantedAccount, Reminted> {
    let account = refresh::unseal(&job.realm, stored).map_err(|error| {
        let cause = chain(&error);
        tracing::warn!(provider = job.provider, cause, "the tokens of an account cannot be opened; left as they are");
        Reminted::Failed
    })?;
    if account.grant.minted_by == Some(job.newest) {
        return Err(Reminted::Already);
    }
    if account.needs_reauthentication || account.tokens.refresh_token.is_none() {
        return Err(Reminted::NeedsReauthentication);
    }
    if account.is_unanswered { Err(Reminted::InDoubt) } else { Ok(account) }
}

impl Job {
    /// Takes the account, and mints its grant anew.
    pub(super) async fn attempt(&self, key: &AccountKey, http: &Watched) -> Result<Attempt, RemintError> {
        let Some(mut lease) = self.store.claim(key, self.realm.clock.now(), LEASE).await? else {
            return Ok(Attempt::Became(Reminted::Held));
        };
        let attempt = self.under_lease(key, &mut lease, http).await;
        // Also when it failed: nobody shall wait for a lease that does nothing any more. But whoever is told that
        // somebody died with the account, and could not note it, leaves it to the next.
        let is_kept = attempt.is_err() && lease.lapsed;
        if !is_kept && let Err(error) = self.store.release(key, &lease).await {
            tracing::warn!(
                provider = key.provider,
                cause = chain(&error),
                "a lease could not be given back; it will lapse"
            );
        }
        attempt
    }

    /// What was read before the account was taken may have been replaced since.
    async fn under_lease(&self, key: &AccountKey, lease: &mut Lease, http: &Watched) -> Result<Attempt, RemintError> {
        let Some(stored) = self.store.load(key).await? else { return Ok(Attempt::Gone) };
        let account = match judge(self, &stored) {
            Ok(account) => account,
            Err(became) => return Ok(Attempt::Became(became)),
        };
        // This process may hold tokens that it could not write yet. Theirs is a refresh that is under way.
        if self.realm.refresh.successors.follow(account.clone()) != account {
            return Ok(Attempt::Became(Reminted::Held));
        }
        let Some(registered) = self.realm.oauth(&self.provider) else { return Ok(Attempt::Gone) };
        let marked = GrantedAccount { is_unanswered: true, ..account.clone() };
        // Whoever died with the account in hand may have sent its token.
        if lease.lapsed && registered.flow.config().rotates_refresh_tokens {
            return Ok(Attempt::Became(match self.swap(&marked, stored.version, lease).await? {
                Swap::Done(_) => Reminted::InDoubt,
                Swap::Lost(_) => Reminted::Held,
            }));
        }
        // Before anything is marked: an issuer that is down leaves nobody in doubt.
        if let Err(error) = registered.metadata(&self.realm, &account.grant.client_id).await {
            tracing::warn!(provider = key.provider, cause = chain(&error), "a grant could not be minted anew");
            return Ok(Attempt::Silent(Reminted::Failed, Arc::new(error)));
        }
        let Swap::Done(version) = self.swap(&marked, stored.version, lease).await? else {
            return Ok(Attempt::Became(Reminted::Held));
        };
        // A write ends the lease. If somebody comes in between, they see the mark, and it is theirs to go on.
        let Some(anew) = self.store.claim(key, self.realm.clock.now(), LEASE).await? else {
            return Ok(Attempt::Became(Reminted::Held));
        };
        *lease = anew;
        if lease.lapsed {
            // Somebody came in between, and died.
            return Ok(Attempt::Became(Reminted::InDoubt));
        }
        if self.store.load(key).await?.is_none_or(|there| there.version != version) {
            return Ok(Attempt::Became(Reminted::Held));
        }
        match self.exchange(&registered, account.clone(), http).await {
            Ok(after) => self.write(after, &account, version, lease).await,
            Err(error) => self.failed(error, account, version, lease).await,
        }
    }

    /// One request, with the newest secret alone.
    async fn exchange(
        &self,
        registered: &RegisteredOAuth<'_>,
        account: GrantedAccount,
        http: &Watched,
    ) -> Result<GrantedAccount, ProviderError> {
        let credentials = registered.client.credentials.iter().take(1).cloned().collect();
        let client = ResolvedClient { id: registered.client.id.clone(), credentials, alarms: Alarms::none() };
        let registered = RegisteredOAuth { client: &client, ..*registered };
        refresh::refresh_once(&self.realm, &registered, account, http, EXCHANGE).await
    }

    /// Writes what was granted, until it is written: the refresh token before it is spent.
    async fn write(
        &self,
        after: GrantedAccount,
        before: &GrantedAccount,
        mut version: u64,
        lease: &mut Lease,
    ) -> Result<Attempt, RemintError> {
        let (realm, key) = (&self.realm, after.key());
        let mut trouble = None;
        for _ in 0..WRITES {
            match self.swap(&after, version, lease).await {
                Ok(Swap::Done(_)) => return Ok(self.minted(after).await),
                Ok(Swap::Lost(None)) => {
                    // Somebody let the account's tokens go meanwhile. What followed them goes as well.
                    drop(revoke::begin(realm, after));
                    return Ok(Attempt::Gone);
                }
                Ok(Swap::Lost(Some(theirs))) => {
                    let there = refresh::unseal(realm, &theirs)?;
                    if there.has_tokens_of(&after) {
                        // It was written after all, by a swap that was said to have failed.
                        return Ok(self.minted(after).await);
                    }
                    if there.tokens.refresh_token != before.tokens.refresh_token {
                        // Somebody signed in anew meanwhile: theirs is what counts.
                        return Ok(Attempt::Became(Reminted::Held));
                    }
                    version = theirs.version;
                    match self.store.claim(&key, realm.clock.now(), LEASE).await {
                        Ok(Some(anew)) => *lease = anew,
                        Ok(None) => realm.clock.sleep(PAUSE).await,
                        Err(error) => trouble = Some(error.into()),
                    }
                }
                Err(error) => {
                    trouble = Some(error);
                    realm.clock.sleep(PAUSE).await;
                }
            }
        }
        refresh::remember(realm, before, &after);
        trouble.map_or(Ok(Attempt::Became(Reminted::InDoubt)), Err)
    }

    async fn minted(&self, after: GrantedAccount) -> Attempt {
        refresh::announce(&self.realm, &Outcome::Refreshed(after)).await;
        Attempt::Became(Reminted::Done)
    }

    /// What a failure means. The mark is taken away where the refresh token was certainly not spent.
    async fn failed(
        &self,
        error: ProviderError,
        mut account: GrantedAccount,
        version: u64,
        lease: &Lease,
    ) -> Result<Attempt, RemintError> {
        tracing::warn!(provider = account.provider, cause = chain(&error), "a grant could not be minted anew");
        let was_granted = matches!(error, ProviderError::IdToken(_) | ProviderError::Issuer(_));
        if was_granted || refresh::may_have_been_taken(&error) {
            return Ok(Attempt::Silent(Reminted::InDoubt, Arc::new(error)));
        }
        let is_refused = matches!(error.fault(), Fault::Reauthenticate | Fault::Denied | Fault::Administrator);
        account.needs_reauthentication = is_refused;
        if let ProviderError::Challenged { claims, .. } = &error {
            account.wanted_claims = Some(claims.clone());
        }
        let Swap::Done(_) = self.swap(&account, version, lease).await? else {
            return Ok(Attempt::Became(Reminted::Held));
        };
        if is_refused {
            refresh::announce(&self.realm, &Outcome::Refused(account)).await;
            return Ok(Attempt::Became(Reminted::Refused));
        }
        match error {
            error if concerns_the_client(&error) => Err(RemintError::SecretRefused(Arc::new(error))),
            ProviderError::Unavailable { status: None, .. } => Ok(Attempt::Silent(Reminted::Failed, Arc::new(error))),
            error if error.fault() == Fault::Temporary => Ok(Attempt::Slower),
            _ => Ok(Attempt::Became(Reminted::Failed)),
        }
    }

    async fn swap(&self, account: &GrantedAccount, version: u64, lease: &Lease) -> Result<Swap, RemintError> {
        Ok(self.store.swap(refresh::seal(&self.realm, account, version)?, version, lease).await?)
    }
}

/// Whether it would be the same for every account: the client's proof is wrong, or there is none.
fn concerns_the_client(error: &ProviderError) -> bool {
    match error {
        ProviderError::Refused { code, fault: Fault::Configuration, .. } => {
            code.to_ascii_lowercase().contains("client")
        }
        other => other.fault() == Fault::Configuration,
    }
}

/// As long as that of an ordinary refresh.
const LEASE: Duration = Duration::from_secs(10);
const EXCHANGE: Duration = Duration::from_secs(8);
const PAUSE: Duration = Duration::from_secs(1);
/// How often a write is tried, a second apart.
const WRITES: u32 = 30;
