//! One account, from the note that its refresh token is sent to what followed it.

use std::sync::Arc;
use std::time::Duration;

use super::pace::Watched;
use super::{RemintError, Reminted};
use crate::account::GrantedAccount;
use crate::http::HttpError;
use crate::kept_tokens::KeptTokens;
use crate::oauth::exchange::exchange_by;
use crate::provider::{Alarms, Endpoint, Fault, Fingerprint, Grant, Metadata, ProviderError, ResolvedClient};
use crate::realm::{Realm, RegisteredOAuth};
use crate::refresh::{self, renewed, with_id_token};
use crate::store::{AccountKey, Lease, StoredTokens, Swap, TokenStore};
use crate::{AuthError, Event};

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
    /// There was no answer: the grant is in doubt.
    Silent(Arc<ProviderError>),
}

/// What there is to do for an account: its tokens, if a request is due; else what became of it.
pub(super) fn judge(job: &Job, stored: &StoredTokens) -> Result<KeptTokens, Reminted> {
    let kept = refresh::open(&job.realm, stored).map_err(|error| {
        let cause = crate::failure::chain(&error);
        tracing::warn!(provider = job.provider, cause, "the tokens of an account cannot be opened; left as they are");
        Reminted::Failed
    })?;
    let account = kept.account(&stored.account.provider, &stored.account.subject);
    if account.grant.minted_by == Some(job.newest) {
        return Err(Reminted::Already);
    }
    if account.needs_reauthentication || account.tokens.refresh_token.is_none() {
        return Err(Reminted::NeedsReauthentication);
    }
    if kept.is_being_sent() { Err(Reminted::InDoubt) } else { Ok(kept) }
}

impl Job {
    /// Takes the account, and mints its grant anew.
    pub(super) async fn attempt(&self, key: &AccountKey, http: &Watched) -> Result<Attempt, RemintError> {
        let Some(mut lease) = self.store.claim(key, self.realm.clock.now(), LEASE).await? else {
            return Ok(Attempt::Became(Reminted::Held));
        };
        let attempt = self.under_lease(key, &mut lease, http).await;
        // Also when it failed: nobody shall wait for a lease that does nothing any more.
        if let Err(error) = self.store.release(key, &lease).await {
            let cause = crate::failure::chain(&error);
            tracing::warn!(provider = key.provider, cause, "a lease could not be given back; it will lapse");
        }
        attempt
    }

    /// What was read before the account was taken may have been replaced since.
    async fn under_lease(&self, key: &AccountKey, lease: &mut Lease, http: &Watched) -> Result<Attempt, RemintError> {
        let Some(stored) = self.store.load(key).await? else { return Ok(Attempt::Gone) };
        let kept = match judge(self, &stored) {
            Ok(kept) => kept,
            Err(became) => return Ok(Attempt::Became(became)),
        };
        // This process may hold tokens that it could not write yet. Theirs is a refresh that is under way.
        let account = kept.account(&key.provider, &key.subject);
        if self.realm.refresh.successors.follow(account.clone()) != account {
            return Ok(Attempt::Became(Reminted::Held));
        }
        // Before anything is noted: an issuer that is down leaves nobody in doubt.
        if let Err(error) = self.issuer(&account).await {
            tracing::warn!(
                provider = key.provider,
                cause = crate::failure::chain(&error),
                "the issuer does not answer"
            );
            return Ok(Attempt::Became(Reminted::Failed));
        }
        let Swap::Done(version) = self.swap(&stored, kept.clone().being_sent(), stored.version, lease).await? else {
            return Ok(Attempt::Became(Reminted::Held));
        };
        match self.exchange(&account, http).await {
            Ok(after) => self.write(after, &account, version, lease).await,
            Err(error) => self.failed(error, (&stored, kept), account, version, lease).await,
        }
    }

    async fn issuer(&self, account: &GrantedAccount) -> Result<Option<Arc<Metadata>>, ProviderError> {
        match self.realm.oauth(&self.provider) {
            Some(registered) => registered.metadata(&self.realm, &account.grant.client_id).await,
            None => Ok(None),
        }
    }

    /// The exchange, with the newest secret alone.
    async fn exchange(&self, account: &GrantedAccount, http: &Watched) -> Result<GrantedAccount, ProviderError> {
        let realm = &self.realm;
        let gone = || ProviderError::Request("the provider or the refresh token is gone".to_owned());
        let registered = realm.oauth(&self.provider).ok_or_else(gone)?;
        let refresh_token = account.tokens.refresh_token.as_ref().ok_or_else(gone)?;
        let newest = registered.client.credentials.iter().take(1).cloned().collect();
        let client = ResolvedClient { id: registered.client.id.clone(), credentials: newest, alarms: Alarms::none() };
        let registered = RegisteredOAuth { client: &client, ..registered };
        let client_id = &account.grant.client_id;
        let metadata = self.issuer(account).await?;
        let grant = Grant::RefreshToken {
            refresh_token,
            redirect_uri: &account.grant.redirect_uri,
            scopes: &account.grant.scopes,
        };
        let cx = realm.context(&registered, client_id).with(metadata.as_deref()).by(http);
        let (tokens, minted_by) = tokio::select! {
            granted = exchange_by(realm, &registered, &cx, &grant) => granted?,
            () = realm.clock.sleep(EXCHANGE) => {
                let source = Some(HttpError::Timeout(EXCHANGE));
                return Err(ProviderError::Unavailable { endpoint: Endpoint::Token, status: None, retry_after: None, source });
            }
        };
        let tokens = with_id_token(realm, &registered, account, tokens).await?;
        Ok(renewed(realm, &registered, account.clone(), tokens, minted_by))
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
            let swap = self.store.swap(refresh::seal(realm, &after, version)?, version, lease).await;
            match swap {
                Ok(Swap::Done(_)) => return Ok(self.minted(&after).await),
                Ok(Swap::Lost(None)) => return Ok(Attempt::Gone),
                Ok(Swap::Lost(Some(theirs))) => {
                    let there = refresh::unseal(realm, &theirs)?;
                    if there.tokens.refresh_token == after.tokens.refresh_token {
                        // It was written after all, by a swap that was said to have failed.
                        return Ok(self.minted(&after).await);
                    }
                    if there.tokens.refresh_token != before.tokens.refresh_token {
                        // Somebody signed in anew meanwhile: theirs is what counts.
                        return Ok(Attempt::Became(Reminted::Held));
                    }
                    version = theirs.version;
                    match self.store.claim(&key, realm.clock.now(), LEASE).await {
                        Ok(Some(anew)) => *lease = anew,
                        Ok(None) => realm.clock.sleep(PAUSE).await,
                        Err(error) => trouble = Some(error),
                    }
                }
                Err(error) => {
                    trouble = Some(error);
                    realm.clock.sleep(PAUSE).await;
                }
            }
        }
        refresh::remember(realm, before, &after);
        match trouble {
            Some(error) => Err(error.into()),
            None => Ok(Attempt::Became(Reminted::InDoubt)),
        }
    }

    async fn minted(&self, GrantedAccount { provider, subject, .. }: &GrantedAccount) -> Attempt {
        tracing::info!(provider, "a grant was minted anew");
        self.realm.record(Event::TokensRefreshed { provider, subject }).await;
        Attempt::Became(Reminted::Done)
    }

    /// What a failure means. The note is taken away where the refresh token was certainly not spent.
    async fn failed(
        &self,
        error: ProviderError,
        (stored, kept): (&StoredTokens, KeptTokens),
        mut account: GrantedAccount,
        version: u64,
        lease: &Lease,
    ) -> Result<Attempt, RemintError> {
        let is_silence = matches!(error, ProviderError::Unexpected { .. })
            || matches!(error, ProviderError::Unavailable { status, .. } if status != Some(429));
        let provider = &account.provider;
        tracing::warn!(provider, cause = crate::failure::chain(&error), "a grant could not be minted anew");
        if is_silence {
            return Ok(Attempt::Silent(Arc::new(error)));
        }
        if matches!(error.fault(), Fault::Reauthenticate | Fault::Denied | Fault::Administrator) {
            account.needs_reauthentication = true;
            return match self.store.swap(refresh::seal(&self.realm, &account, version)?, version, lease).await? {
                Swap::Done(_) => {
                    let GrantedAccount { provider, subject, .. } = &account;
                    self.realm.record(Event::NeedsReauthentication { provider, subject }).await;
                    Ok(Attempt::Became(Reminted::Refused))
                }
                Swap::Lost(_) => Ok(Attempt::Became(Reminted::Held)),
            };
        }
        self.swap(stored, kept, version, lease).await?;
        if concerns_the_client(&error) {
            return Err(RemintError::SecretRefused(Arc::new(error)));
        }
        let is_too_fast = error.fault() == Fault::Temporary;
        Ok(if is_too_fast { Attempt::Slower } else { Attempt::Became(Reminted::Failed) })
    }

    /// Writes tokens back as they were, with or without the note.
    async fn swap(
        &self,
        stored: &StoredTokens,
        kept: KeptTokens,
        version: u64,
        lease: &Lease,
    ) -> Result<Swap, RemintError> {
        let realm = &self.realm;
        let plain = serde_json::to_vec(&kept).map_err(|error| AuthError::Unwritable(Arc::new(error)))?;
        let sealed = realm.store_sealer.seal(&plain, &refresh::bound(&stored.account), &*realm.random);
        Ok(self.store.swap(StoredTokens { sealed, version, ..stored.clone() }, version, lease).await?)
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
