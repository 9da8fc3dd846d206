//! Access tokens, kept fresh: once per account at a time, and never twice with the same refresh token.
//!
//! 1. Callers that come while a refresh is under way wait for it and share what it brings.
//! 2. The exchange runs in a task of its own: it ends, and what it brought is kept, even if every caller has gone.
//! 3. What followed a refresh token is remembered for a day. A request with an older cookie gets the successor in the
//!    place of burning the old token.
//! 4. A refused token is not tried again. A fault that passes is tried again after a pause, and until then the token
//!    at hand is served while it lives.
//! 5. What a refresh brought is kept first, in the table of successors and in the store if there is one. Then the
//!    application hears of it, and then it is used.
//! 6. With a token store, one process refreshes at a time.

mod by_scope;
mod gate;
mod stored;
mod successors;

use std::sync::Arc;
use std::time::Duration;

pub(crate) use by_scope::fresh_for;
pub(crate) use gate::RefreshGate;
pub(crate) use stored::{bound, keep, kept_id_token, open, remember, seal, unseal};

use crate::account::GrantedAccount;
use crate::http::HttpError;
use crate::kept_tokens::KeptTokens;
use crate::live::{Home, Live};
use crate::oauth::exchange::exchange;
use crate::private_claim::SessionAccount;
use crate::provider::{Endpoint, Fault, Fingerprint, Grant, ProviderError};
use crate::realm::{Realm, RegisteredOAuth};
use crate::store::AccountKey;
use crate::{AccessTokenError, Event, Secret, Timestamp, TokenSet, issue};

/// What became of a wish for a fresh token.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// The token at hand is good. Nothing changed.
    Current(GrantedAccount),
    /// There are newer tokens than the caller had.
    Refreshed(GrantedAccount),
    /// The grant is dead.
    Refused(GrantedAccount),
    /// It did not work this time.
    Failed { retry_after: Duration, source: Option<Arc<ProviderError>> },
}

/// The freshest tokens of an account in a session.
pub(crate) async fn fresh(
    realm: &Arc<Realm>,
    live: &Live,
    account: &SessionAccount,
) -> Result<Outcome, AccessTokenError> {
    let Some(kept) = &account.kept else {
        let key = AccountKey { provider: account.provider.clone(), subject: account.subject.clone() };
        return stored::fresh(realm, key).await;
    };
    let latest = realm.refresh.successors.latest(&account.provider, &account.subject, kept.clone());
    let newer = latest != *kept;
    let account = latest.account(&account.provider, &account.subject);
    if let Some(outcome) = settled(realm, &account, newer) {
        return Ok(outcome);
    }
    let Some(refresh_token) = account.tokens.refresh_token.clone() else {
        return Ok(without_refresh_token(account, realm.clock.now()));
    };
    let key = gate::key(&account, &refresh_token);
    let flight = realm.refresh.fly(realm, key, |realm| {
        let account = account.clone();
        let stored = matches!(live.home, Home::Store { .. }).then(|| live.clone());
        async move { refresh_in_session(&realm, key, account, stored).await }
    });
    Ok(or_at_hand(flight.await, account, newer, realm.clock.now()))
}

/// What can be said of an account without asking its provider, if anything.
fn settled(realm: &Realm, account: &GrantedAccount, newer: bool) -> Option<Outcome> {
    if account.needs_reauthentication {
        return Some(Outcome::Refused(account.clone()));
    }
    let now = realm.clock.now();
    let is_settled = is_fresh(account, now, realm.lifetimes.refresh_margin) && !is_due(account, now);
    is_settled.then(|| at_hand(account.clone(), newer))
}

/// One refresh of tokens that a session keeps itself. `stored` is that session, if it lives in a store.
async fn refresh_in_session(
    realm: &Arc<Realm>,
    key: gate::Key,
    account: GrantedAccount,
    stored: Option<Live>,
) -> Outcome {
    // Another refresh may have landed after the caller looked and before this one began.
    let latest = realm.refresh.successors.follow(account.clone());
    if latest != account {
        return if latest.needs_reauthentication { Outcome::Refused(latest) } else { Outcome::Refreshed(latest) };
    }
    let outcome = refresh(realm, account).await;
    if let Outcome::Refreshed(after) | Outcome::Refused(after) = &outcome {
        realm.refresh.successors.remember(key, after, realm.clock.now());
        if let Some(live) = stored {
            keep_in_session(realm, live, after).await;
        }
    }
    announce(realm, &outcome).await;
    outcome
}

/// Whoever asked may have gone, so the session is written from here. If that fails, the next who asks tries again.
async fn keep_in_session(realm: &Realm, mut live: Live, account: &GrantedAccount) {
    let (provider, subject) = (account.provider.clone(), account.subject.clone());
    let logout_hint = live.private.account(&provider).and_then(|account| account.logout_hint.clone());
    let kept = Some(KeptTokens::of(account));
    Arc::make_mut(&mut live.private).set_account(SessionAccount { provider, subject, kept, logout_hint });
    if let Err(error) = issue::save(realm, &mut live, false).await {
        let cause = crate::failure::chain(&error);
        tracing::error!(provider = account.provider, cause, "refreshed tokens could not be stored this time");
    }
}

/// Turns an outcome into what a caller of [`Current::access_token`](crate::Current::access_token) gets.
pub(crate) fn token(provider: &str, outcome: Outcome) -> Result<Secret, AccessTokenError> {
    match outcome {
        Outcome::Current(account) | Outcome::Refreshed(account) => Ok(account.tokens.access_token),
        Outcome::Refused(account) => Err(AccessTokenError::NeedsReauthentication {
            provider: provider.to_owned(),
            claims: account.wanted_claims,
        }),
        Outcome::Failed { source: Some(source), .. } if source.fault() == Fault::Configuration => {
            Err(AccessTokenError::Misconfigured { provider: provider.to_owned(), source })
        }
        Outcome::Failed { retry_after, source } => {
            Err(AccessTokenError::Unavailable { provider: provider.to_owned(), retry_after, source })
        }
    }
}

/// One refresh, to its end: the exchange and what it means. Nothing is kept or announced yet.
async fn refresh(realm: &Realm, account: GrantedAccount) -> Outcome {
    let (Some(registered), Some(refresh_token)) =
        (realm.oauth(&account.provider), account.tokens.refresh_token.clone())
    else {
        return without_refresh_token(account, realm.clock.now());
    };
    let grant = Grant::RefreshToken {
        refresh_token: &refresh_token,
        redirect_uri: &account.grant.redirect_uri,
        scopes: &account.grant.scopes,
    };
    let client_id = &account.grant.client_id;
    // Before anything is spent: an issuer that is down costs no refresh token.
    let metadata = match registered.metadata(realm, client_id).await {
        Ok(metadata) => metadata,
        Err(error) => return failed(account, error),
    };
    match exchange(realm, &registered, client_id, metadata.as_deref(), &grant).await {
        Ok((tokens, minted_by)) => match with_id_token(realm, &registered, &account, tokens).await {
            Ok(tokens) => Outcome::Refreshed(renewed(realm, &registered, account, tokens, minted_by)),
            Err(error) => failed(account, error),
        },
        Err(error) => failed(account, error),
    }
}

/// Verifies the ID token that a refresh may bring. It has none to bring, so one that cannot be verified for want of keys
/// counts as none: the refresh token was spent, and what followed it must not be lost. One that is wrong is refused with
/// all that came along.
pub(crate) async fn with_id_token(
    realm: &Realm,
    registered: &RegisteredOAuth<'_>,
    account: &GrantedAccount,
    mut tokens: TokenSet,
) -> Result<TokenSet, ProviderError> {
    let (Some(openid), Some(id_token)) = (registered.openid, &tokens.id_token) else { return Ok(tokens) };
    let cx = realm.context(registered, &account.grant.client_id);
    let verdict = tokio::select! {
        verdict = openid.verify_again(&cx, registered.flow, account, &tokens, id_token) => verdict,
        () = realm.clock.sleep(PATIENCE) => {
            let source = Some(HttpError::Timeout(PATIENCE));
            Err(ProviderError::Unavailable { endpoint: Endpoint::Keys, status: None, retry_after: None, source })
        }
    };
    match verdict {
        Ok(()) => Ok(tokens),
        Err(error) if error.fault() == Fault::Temporary => {
            let cause = crate::failure::chain(&error);
            tracing::warn!(provider = account.provider, cause, "an id token could not be verified, and was dropped");
            tokens.id_token = None;
            Ok(tokens)
        }
        Err(error) => Err(error),
    }
}

/// The account with what a refresh brought.
pub(crate) fn renewed(
    realm: &Realm,
    registered: &RegisteredOAuth<'_>,
    mut account: GrantedAccount,
    mut tokens: TokenSet,
    minted_by: Option<Fingerprint>,
) -> GrantedAccount {
    if tokens.refresh_token.is_none() {
        if registered.flow.config().rotates_refresh_tokens {
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
    account.grant.granted_at = realm.clock.now();
    account
}

fn failed(mut account: GrantedAccount, error: ProviderError) -> Outcome {
    let cause = crate::failure::chain(&error);
    if matches!(error.fault(), Fault::Reauthenticate | Fault::Denied | Fault::Administrator) {
        tracing::warn!(provider = account.provider, cause, "the refresh token was refused");
        account.needs_reauthentication = true;
        if let ProviderError::Challenged { claims, .. } = error {
            account.wanted_claims = Some(claims);
        }
        return Outcome::Refused(account);
    }
    tracing::warn!(provider = account.provider, cause, "tokens could not be refreshed this time");
    Outcome::Failed {
        retry_after: error.retry_after().unwrap_or(PAUSE).clamp(Duration::from_secs(1), LONGEST_PAUSE),
        source: Some(Arc::new(error)),
    }
}

/// Tells log and application of what was kept.
async fn announce(realm: &Realm, outcome: &Outcome) {
    match outcome {
        Outcome::Refreshed(GrantedAccount { provider, subject, .. }) => {
            tracing::info!(provider, "tokens refreshed");
            realm.record(Event::TokensRefreshed { provider, subject }).await;
        }
        Outcome::Refused(GrantedAccount { provider, subject, .. }) => {
            tracing::warn!(provider, "the person has to sign in there again");
            realm.record(Event::NeedsReauthentication { provider, subject }).await;
        }
        Outcome::Current(_) | Outcome::Failed { .. } => {}
    }
}

/// Whether an access token can be handed out. One whose end nobody knows is taken to live an hour, if it can be
/// refreshed, and for ever, if it cannot.
///
/// The margin is at most half of the token's life: else one that lives shorter would be refreshed at every request.
fn is_fresh(account: &GrantedAccount, now: Timestamp, margin: Duration) -> bool {
    match end(account) {
        Some(end) => end.since(now) > margin.min(end.since(account.grant.granted_at) / 2),
        None => true,
    }
}

/// Whether the provider wants an access token to be renewed that lives on. Not before half of its life, or a strange
/// answer would have one refreshed at every request.
fn is_due(account: &GrantedAccount, now: Timestamp) -> bool {
    let (Some(at), Some(_)) = (account.tokens.refresh_at, &account.tokens.refresh_token) else { return false };
    let half = end(account).map(|end| end.before(end.since(account.grant.granted_at) / 2));
    now >= half.map_or(at, |half| half.max(at))
}

fn end(account: &GrantedAccount) -> Option<Timestamp> {
    let assumed = || account.tokens.refresh_token.as_ref().map(|_| account.grant.granted_at + ASSUMED_LIFE);
    account.tokens.expires_at.or_else(assumed)
}

fn without_refresh_token(mut account: GrantedAccount, now: Timestamp) -> Outcome {
    if is_fresh(&account, now, Duration::ZERO) {
        return Outcome::Current(account);
    }
    account.needs_reauthentication = true;
    Outcome::Refused(account)
}

/// A refresh that did not work this time leaves the token at hand, while it lives.
fn or_at_hand(outcome: Outcome, account: GrantedAccount, newer: bool, now: Timestamp) -> Outcome {
    match outcome {
        Outcome::Failed { .. } if is_fresh(&account, now, Duration::ZERO) => at_hand(account, newer),
        outcome => outcome,
    }
}

/// Tokens that were there; `newer` if the session did not know them yet.
fn at_hand(account: GrantedAccount, newer: bool) -> Outcome {
    if newer { Outcome::Refreshed(account) } else { Outcome::Current(account) }
}

/// How long a refresh waits for an issuer's keys.
const PATIENCE: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
const ASSUMED_LIFE: Duration = Duration::from_secs(3600);
