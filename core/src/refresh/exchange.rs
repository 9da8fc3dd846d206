//! One refresh at the provider, to its end: the exchange and what it means. Nothing is kept or told here.
//!
//! A provider that replaces its refresh tokens takes each of them once. So the worst that can happen is an answer that
//! is lost: the token was taken, and nobody has the next one. What is done about it:
//! 1. A request that certainly never left, since there was no connection, changes nothing.
//! 2. One that may have been taken is sent once more, at once if the connection broke off and there is time, else when
//!    the pause is over. The account has a mark from then on, which is kept with it.
//! 3. A marked account whose refresh token is refused has lost its answer: the person has to sign in there again, and is
//!    told why.
//! 4. As long as there is no answer at all, it is a fault that passes. An outage signs nobody out.

use std::sync::Arc;
use std::time::Duration;

use super::{Outcome, without_refresh_token};
use crate::account::GrantedAccount;
use crate::http::{DEADLINE, HttpError};
use crate::oauth::exchange::{exchange, exchange_by};
use crate::provider::{Endpoint, Fault, Fingerprint, Grant, Metadata, ProviderError};
use crate::realm::{Realm, RegisteredOAuth};
use crate::{HttpClient, Timestamp, TokenSet};

/// One refresh.
pub(super) async fn refresh(realm: &Realm, account: GrantedAccount) -> Outcome {
    refresh_within(realm, account, DEADLINE).await
}

/// One refresh that asks the provider for no longer than that.
pub(super) async fn refresh_within(realm: &Realm, account: GrantedAccount, patience: Duration) -> Outcome {
    let Some(registered) = realm.oauth(&account.provider).filter(|_| account.tokens.refresh_token.is_some()) else {
        return without_refresh_token(account, realm.clock.now());
    };
    let client_id = account.grant.client_id.clone();
    let attempt =
        Attempt { realm, registered: &registered, client_id: &client_id, until: realm.clock.now() + patience };
    attempt.run(account).await
}

/// One request for a job that sees to the rest itself: with this client and no other proof, and never a second time.
pub(crate) async fn refresh_once(
    realm: &Realm,
    registered: &RegisteredOAuth<'_>,
    account: GrantedAccount,
    http: &dyn HttpClient,
    patience: Duration,
) -> Result<GrantedAccount, ProviderError> {
    let client_id = account.grant.client_id.clone();
    let attempt = Attempt { realm, registered, client_id: &client_id, until: realm.clock.now() + patience };
    let metadata = attempt.in_time(Endpoint::Discovery, registered.metadata(realm, &client_id)).await?;
    let cx = realm.context(registered, &client_id).with(metadata.as_deref()).by(http);
    let (tokens, minted_by) = match &account.tokens.refresh_token {
        Some(refresh_token) => {
            let (redirect_uri, scopes) = (&account.grant.redirect_uri, &account.grant.scopes);
            let grant = Grant::RefreshToken { refresh_token, redirect_uri, scopes };
            attempt.in_time(Endpoint::Token, exchange_by(realm, registered, &cx, &grant)).await?
        }
        None => return Err(ProviderError::Request("there is no refresh token".to_owned())),
    };
    let tokens = attempt.with_id_token(&account, tokens).await?;
    Ok(attempt.renewed(account, tokens, minted_by))
}

/// What a refresh is made with.
struct Attempt<'a> {
    realm: &'a Realm,
    registered: &'a RegisteredOAuth<'a>,
    client_id: &'a str,
    /// Until when the provider is waited for.
    until: Timestamp,
}

impl Attempt<'_> {
    async fn run(&self, mut account: GrantedAccount) -> Outcome {
        // Before anything is spent: an issuer that is down costs no refresh token.
        let metadata =
            match self.in_time(Endpoint::Discovery, self.registered.metadata(self.realm, self.client_id)).await {
                Ok(metadata) => metadata,
                Err(error) => return self.failed(account, error),
            };
        let rotates = self.registered.flow.config().rotates_refresh_tokens;
        let first = self.exchange(&account, metadata.as_deref()).await;
        let answer = match first {
            Err(error) if rotates && may_have_been_taken(&error) => {
                let is_marked = std::mem::replace(&mut account.is_unanswered, true);
                if is_marked || !self.is_worth_another_at_once(&error) {
                    Err(error)
                } else {
                    let cause = crate::failure::chain(&error);
                    tracing::warn!(provider = account.provider, cause, "a refresh broke off; it is tried once more");
                    self.exchange(&account, metadata.as_deref()).await
                }
            }
            answer => answer,
        };
        match answer {
            Ok((tokens, minted_by)) => match self.with_id_token(&account, tokens).await {
                Ok(tokens) => Outcome::Refreshed(self.renewed(account, tokens, minted_by)),
                Err(error) => {
                    // It was spent for an answer that is of no use.
                    account.is_unanswered |= rotates;
                    self.failed(account, error)
                }
            },
            Err(error) => self.failed(account, error),
        }
    }

    async fn exchange(
        &self,
        account: &GrantedAccount,
        metadata: Option<&Metadata>,
    ) -> Result<(TokenSet, Option<Fingerprint>), ProviderError> {
        let Some(refresh_token) = &account.tokens.refresh_token else {
            return Err(ProviderError::Request("there is no refresh token".to_owned()));
        };
        let (redirect_uri, scopes) = (&account.grant.redirect_uri, &account.grant.scopes);
        let grant = Grant::RefreshToken { refresh_token, redirect_uri, scopes };
        self.in_time(Endpoint::Token, exchange(self.realm, self.registered, self.client_id, metadata, &grant)).await
    }

    /// Gives up when the time is over.
    async fn in_time<T>(
        &self,
        endpoint: Endpoint,
        asking: impl Future<Output = Result<T, ProviderError>>,
    ) -> Result<T, ProviderError> {
        let left = self.until.since(self.realm.clock.now());
        tokio::select! {
            answer = asking => answer,
            () = self.realm.clock.sleep(left) => Err(timeout(endpoint, left)),
        }
    }

    /// Whether there is time, and a second request would not fall upon a provider that is busy with itself.
    fn is_worth_another_at_once(&self, error: &ProviderError) -> bool {
        let broke_off = match error.first() {
            ProviderError::Unavailable { source, .. } => {
                source.as_ref().is_some_and(|source| !matches!(source, HttpError::Timeout(_)))
            }
            error => matches!(error, ProviderError::Unexpected { .. }),
        };
        broke_off && self.until.since(self.realm.clock.now()) >= ANOTHER
    }

    /// Verifies the ID token that a refresh may bring. It has none to bring, so one that cannot be verified for want of
    /// keys counts as none: the refresh token was spent, and what followed it must not be lost. One that is wrong is
    /// refused with all that came along.
    async fn with_id_token(&self, account: &GrantedAccount, mut tokens: TokenSet) -> Result<TokenSet, ProviderError> {
        let (Some(openid), Some(id_token)) = (self.registered.openid, &tokens.id_token) else { return Ok(tokens) };
        let cx = self.realm.context(self.registered, self.client_id);
        let verdict = tokio::select! {
            verdict = openid.verify_again(&cx, self.registered.flow, account, &tokens, id_token) => verdict,
            () = self.realm.clock.sleep(PATIENCE) => Err(timeout(Endpoint::Keys, PATIENCE)),
        };
        match verdict {
            Ok(()) => Ok(tokens),
            Err(error) if error.fault() == Fault::Temporary => {
                let cause = crate::failure::chain(&error);
                tracing::warn!(
                    provider = account.provider,
                    cause,
                    "an id token could not be verified, and was dropped"
                );
                tokens.id_token = None;
                Ok(tokens)
            }
            Err(error) => Err(error),
        }
    }

    fn renewed(
        &self,
        mut account: GrantedAccount,
        mut tokens: TokenSet,
        minted_by: Option<Fingerprint>,
    ) -> GrantedAccount {
        if tokens.refresh_token.is_none() {
            if self.registered.flow.config().rotates_refresh_tokens {
                tracing::warn!(
                    provider = account.provider,
                    "the answer to a refresh holds no refresh token; the one at hand is kept"
                );
            }
            tokens.refresh_token = account.tokens.refresh_token.take();
        }
        tokens.scope = tokens.scope.or_else(|| account.tokens.scope.take());
        // That of the sign-in, where it was kept: it still says who signs out.
        tokens.id_token = tokens.id_token.or_else(|| account.tokens.id_token.take());
        account.tokens = tokens;
        account.grant.minted_by = minted_by;
        account.grant.granted_at = self.realm.clock.now();
        account.is_unanswered = false;
        account
    }

    fn failed(&self, mut account: GrantedAccount, error: ProviderError) -> Outcome {
        let cause = crate::failure::chain(&error);
        if let Some(end) = self.registered.flow.config().retires_on.filter(|end| *end <= self.realm.clock.now()) {
            // It was asked all the same, since such a day may be put off. Now there is nobody to sign in with again.
            tracing::warn!(provider = account.provider, cause, "a service that has ended refreshed no tokens");
            return Outcome::failed(ProviderError::Retired(format!("the service ended on {end}")), None);
        }
        let fault = error.fault();
        if matches!(fault, Fault::Reauthenticate | Fault::Denied | Fault::Administrator) {
            tracing::warn!(provider = account.provider, cause, "the refresh token was refused");
            account.needs_reauthentication = true;
            // Who is asked for more proof, or for consent, has a refresh token that is known there.
            account.is_unanswered &= fault == Fault::Reauthenticate && !crate::failure::wants_the_person(&error);
            if let ProviderError::Challenged { claims, .. } = error {
                account.wanted_claims = Some(claims);
            }
            return Outcome::Refused(account);
        }
        let marked = account.is_unanswered.then(|| Arc::new(account));
        Outcome::failed(error, marked)
    }
}

/// Whether the provider may have taken the refresh token, though nothing that came back says so.
pub(crate) fn may_have_been_taken(error: &ProviderError) -> bool {
    match error.first() {
        ProviderError::Unavailable { endpoint: Endpoint::Token, status, retry_after, source } => match (status, source)
        {
            // Who says when to come back has not begun. A 429 is that even without.
            (Some(status), _) => *status >= 500 && retry_after.is_none(),
            (None, Some(source)) => source.may_have_arrived(),
            (None, None) => true,
        },
        ProviderError::Unexpected { endpoint: Endpoint::Token, status, .. } => (200..300).contains(status),
        _ => false,
    }
}

fn timeout(endpoint: Endpoint, after: Duration) -> ProviderError {
    let source = Some(HttpError::Timeout(after));
    ProviderError::Unavailable { endpoint, status: None, retry_after: None, source }
}

/// How long a refresh waits for an issuer's keys.
const PATIENCE: Duration = Duration::from_secs(1);
/// The least time in which a second request is worth sending.
const ANOTHER: Duration = Duration::from_secs(3);
