//! Access tokens, kept fresh: once per account at a time, and never twice with the same refresh token.
//!
//! 1. Callers that come while a refresh is under way wait for it and share what it brings.
//! 2. The exchange runs in a task of its own: it ends, and what it brought is kept, even if every caller has gone.
//! 3. What followed a refresh token is remembered for a day. A request with an older cookie gets the successor in the
//!    place of burning the old token.
//! 4. A refused token is not tried again. A fault that passes is tried again after a pause, and until then the token
//!    at hand is served while it lives.
//! 5. With a token store, one process refreshes at a time, and its answer is stored before anybody uses it.

mod gate;
mod stored;

use std::sync::Arc;
use std::time::Duration;

pub(crate) use gate::RefreshGate;
pub(crate) use stored::keep;

use crate::oauth::exchange::exchange;
use crate::private_claim::{KeptTokens, SessionAccount};
use crate::provider::{Fault, Grant, ProviderError};
use crate::realm::{Realm, Registered};
use crate::store::AccountKey;
use crate::{AccessTokenError, Account, Event, Secret, Timestamp, TokenSet};

/// What became of a wish for a fresh token.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// The token at hand is good. Nothing changed.
    Current(Account),
    /// There are newer tokens than the caller had.
    Refreshed(Account),
    /// The grant is dead.
    Refused(Account),
    /// It did not work this time.
    Failed { retry_after: Duration, source: Option<Arc<ProviderError>> },
}

/// The freshest tokens of an account in a session.
pub(crate) async fn fresh(realm: &Arc<Realm>, account: &SessionAccount) -> Result<Outcome, AccessTokenError> {
    let Some(kept) = &account.kept else {
        let key = AccountKey { provider: account.provider.clone(), subject: account.subject.clone() };
        return stored::fresh(realm, key).await;
    };
    let latest = realm.refresh.latest(&account.provider, &account.subject, kept.clone());
    let newer = latest != *kept;
    let account = latest.account(&account.provider, &account.subject);
    let now = realm.clock.now();
    if account.needs_reauthentication {
        return Ok(Outcome::Refused(account));
    }
    if is_fresh(&account, now, realm.lifetimes.refresh_margin) {
        return Ok(if newer { Outcome::Refreshed(account) } else { Outcome::Current(account) });
    }
    let Some(refresh_token) = account.tokens.refresh_token.clone() else {
        return Ok(without_refresh_token(account, now));
    };
    let outcome = realm.refresh.fly(realm, gate::key(&account, &refresh_token), {
        let account = account.clone();
        move |realm| async move { refresh(&realm, account).await }
    });
    Ok(or_current(outcome.await, account, now))
}

/// Turns an outcome into what a caller of [`Current::access_token`](crate::Current::access_token) gets.
pub(crate) fn token(provider: &str, outcome: Outcome) -> Result<Secret, AccessTokenError> {
    match outcome {
        Outcome::Current(account) | Outcome::Refreshed(account) => Ok(account.tokens.access_token),
        Outcome::Refused(_) => Err(AccessTokenError::NeedsReauthentication { provider: provider.to_owned() }),
        Outcome::Failed { source: Some(source), .. } if source.fault() == Fault::Configuration => {
            Err(AccessTokenError::Misconfigured { provider: provider.to_owned(), source })
        }
        Outcome::Failed { retry_after, source } => {
            Err(AccessTokenError::Unavailable { provider: provider.to_owned(), retry_after, source })
        }
    }
}

/// One refresh, to its end.
async fn refresh(realm: &Arc<Realm>, account: Account) -> Outcome {
    let (Some(registered), Some(refresh_token)) =
        (realm.provider(&account.provider), account.tokens.refresh_token.clone())
    else {
        return without_refresh_token(account, realm.clock.now());
    };
    let grant = Grant::RefreshToken {
        refresh_token: &refresh_token,
        redirect_uri: &account.grant.redirect_uri,
        scopes: &account.grant.scopes,
    };
    match exchange(realm, registered, &account.grant.client_id, &grant).await {
        Ok((tokens, credential)) => refreshed(realm, registered, account, tokens, credential).await,
        Err(error) => failed(realm, account, error).await,
    }
}

async fn refreshed(
    realm: &Realm,
    registered: &Registered,
    mut account: Account,
    mut tokens: TokenSet,
    credential: usize,
) -> Outcome {
    if tokens.refresh_token.is_none() {
        if registered.flow().config().rotates_refresh_tokens {
            tracing::warn!(
                provider = account.provider,
                "the answer to a refresh holds no refresh token; the one at hand is kept"
            );
        }
        tokens.refresh_token = account.tokens.refresh_token.take();
    }
    tokens.scope = tokens.scope.or_else(|| account.tokens.scope.take());
    account.tokens = tokens;
    account.grant.credential = credential;
    account.grant.granted_at = realm.clock.now();
    tracing::info!(provider = account.provider, "tokens refreshed");
    realm.record(Event::TokensRefreshed { provider: &account.provider, subject: &account.subject }).await;
    Outcome::Refreshed(account)
}

async fn failed(realm: &Realm, mut account: Account, error: ProviderError) -> Outcome {
    let cause = crate::failure::chain(&error);
    if matches!(error.fault(), Fault::Reauthenticate | Fault::Denied) {
        tracing::warn!(provider = account.provider, %cause, "the refresh token was refused; sign-in is needed again");
        account.needs_reauthentication = true;
        realm.record(Event::NeedsReauthentication { provider: &account.provider, subject: &account.subject }).await;
        return Outcome::Refused(account);
    }
    tracing::warn!(provider = account.provider, %cause, "tokens could not be refreshed this time");
    Outcome::Failed {
        retry_after: error.retry_after().unwrap_or(PAUSE).clamp(Duration::from_secs(1), LONGEST_PAUSE),
        source: Some(Arc::new(error)),
    }
}

/// Whether an access token can be handed out. One whose end nobody knows is taken to live an hour, if it can be
/// refreshed, and for ever, if it cannot.
fn is_fresh(account: &Account, now: Timestamp, margin: Duration) -> bool {
    match end(account) {
        Some(end) => end.since(now) > margin,
        None => true,
    }
}

fn end(account: &Account) -> Option<Timestamp> {
    let assumed = || account.tokens.refresh_token.as_ref().map(|_| account.grant.granted_at + ASSUMED_LIFE);
    account.tokens.expires_at.or_else(assumed)
}

fn without_refresh_token(mut account: Account, now: Timestamp) -> Outcome {
    if is_fresh(&account, now, Duration::ZERO) {
        return Outcome::Current(account);
    }
    account.needs_reauthentication = true;
    Outcome::Refused(account)
}

/// A refresh that did not work this time leaves the token at hand, while it lives.
fn or_current(outcome: Outcome, account: Account, now: Timestamp) -> Outcome {
    match outcome {
        Outcome::Failed { .. } if is_fresh(&account, now, Duration::ZERO) => Outcome::Current(account),
        outcome => outcome,
    }
}

/// What a session or a store keeps of an account.
pub(crate) fn kept(account: &Account) -> KeptTokens {
    KeptTokens::of(account)
}

const PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
const ASSUMED_LIFE: Duration = Duration::from_secs(3600);
