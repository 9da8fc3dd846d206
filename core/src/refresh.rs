//! Access tokens, kept fresh: once per account at a time, and never twice with the same refresh token.
//!
//! 1. Callers that come while a refresh is under way wait for it and share what it brings.
//! 2. The exchange runs in a task of its own: it ends, and what it brought is kept, even if every caller has gone.
//! 3. What followed a refresh token is remembered for a day. A request with an older cookie gets the successor in the
//!    place of burning the old token.
//! 4. A refused token is not tried again. A fault that passes is tried again after a pause, and until then the token
//!    at hand is served while it lives. Each ending has a [name](RefreshEnding), and is told once.
//! 5. What a refresh brought is kept first, in the table of successors and in the store if there is one. Then the
//!    application hears of it, and then it is used.
//! 6. With a token store, one process refreshes at a time.

mod ahead;
mod backoff;
mod by_scope;
mod ending;
mod exchange;
mod gate;
mod lease;
mod let_go;
mod life;
mod measure;
mod sealed;
mod sharded;
mod stored;
mod successors;
mod turn;
mod wanted;

use std::sync::Arc;
use std::time::Duration;

pub(crate) use by_scope::fresh_for;
pub(crate) use ending::announce;
pub use ending::{ReauthenticationReason, RefreshEnding};
pub(crate) use exchange::{may_have_been_taken, refresh_once};
pub(crate) use gate::RefreshGate;
pub(crate) use let_go::{let_go_held, let_go_kept, let_go_stored};
pub(crate) use sealed::{bound, keep, kept_id_token, seal, unseal};
pub(crate) use stored::{fresh as fresh_of, fresh_for as fresh_of_for, remember};
pub(crate) use turn::rotates;

use ending::Landed;
use exchange::refresh;
use life::Life;

use crate::account::GrantedAccount;
use crate::kept_tokens::KeptTokens;
use crate::live::{Home, Live};
use crate::private_claim::SessionAccount;
use crate::provider::ProviderError;
use crate::realm::Realm;
use crate::store::AccountKey;
use crate::{AccessTokenError, Secret, Timestamp, issue};

/// What became of a wish for a fresh token.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// The token at hand is good. Nothing changed.
    Current(GrantedAccount),
    /// There are newer tokens than the caller had.
    Refreshed(GrantedAccount),
    /// The grant is dead.
    Refused(GrantedAccount),
    /// There is no token for these scopes. It says nothing of others.
    RefusedForScopes { scopes: Vec<String>, claims: Option<String> },
    /// It did not work this time. `marked` is the account where that has to be remembered with it.
    Failed { retry_after: Duration, source: Option<Arc<ProviderError>>, marked: Option<Arc<GrantedAccount>> },
}

impl Outcome {
    /// A failure by the provider. How long the pause is, the gate says.
    fn failed(error: ProviderError, marked: Option<Arc<GrantedAccount>>) -> Self {
        Self::Failed { retry_after: SOON, source: Some(Arc::new(error)), marked }
    }

    /// Nothing to be had at the moment, through no fault of the provider; it is soon worth trying again.
    fn not_this_time() -> Self {
        Self::Failed { retry_after: SOON, source: None, marked: None }
    }

    /// Tokens that somebody else brought.
    fn adopted(account: GrantedAccount) -> Self {
        if account.needs_reauthentication { Self::Refused(account) } else { Self::Refreshed(account) }
    }
}

/// The token that a session keeps itself, if it is good for a while and nothing is known to have followed it: what most
/// requests find. Nothing is copied for it.
pub(crate) fn at_once(realm: &Realm, account: &SessionAccount) -> Option<Secret> {
    let SessionAccount { provider, subject, kept, .. } = account;
    let kept = kept.as_ref().filter(|kept| !kept.needs_reauthentication())?;
    let serves = serves_by(realm, Life::of_kept(kept), realm.clock.now());
    if !serves || realm.refresh.successors.follow_on(provider, subject, kept) {
        return None;
    }
    measure::still_valid(provider);
    Some(kept.access_token().clone())
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
        measure::settled(&outcome);
        return Ok(outcome);
    }
    if account.tokens.refresh_token.is_none() && Life::of(&account).is_fresh(realm.clock.now(), Duration::ZERO) {
        return Ok(at_hand(account, newer));
    }
    let key = gate::key(&account, gate::spent(&account));
    let flight = realm.refresh.fly(realm, key, account.key(), |realm| {
        let account = account.clone();
        let stored = matches!(live.home, Home::Store { .. }).then(|| live.clone());
        async move { refresh_in_session(&realm, key, account, stored).await }
    });
    let outcome = flight.await;
    // A failure may have left a mark.
    let latest = realm.refresh.successors.follow(account.clone());
    let newer = newer || latest != account;
    Ok(or_at_hand(outcome, latest, newer, realm.clock.now()))
}

/// What can be said of an account without asking its provider, if anything.
fn settled(realm: &Realm, account: &GrantedAccount, newer: bool) -> Option<Outcome> {
    if account.needs_reauthentication {
        return Some(Outcome::Refused(account.clone()));
    }
    serves(realm, account).then(|| at_hand(account.clone(), newer))
}

/// Whether an account's token is handed out without a thought of refreshing it.
fn serves(realm: &Realm, account: &GrantedAccount) -> bool {
    serves_by(realm, Life::of(account), realm.clock.now())
}

fn serves_by(realm: &Realm, life: Life, now: Timestamp) -> bool {
    life.is_fresh(now, realm.lifetimes.refresh_margin) && !life.is_due(now)
}

/// Whether it is handed out, and need not be waited for.
fn is_good(realm: &Realm, account: &GrantedAccount) -> bool {
    Life::of(account).is_fresh(realm.clock.now(), realm.lifetimes.refresh_margin)
}

/// One refresh of tokens that a session keeps itself. `stored` is that session, if it lives in a store.
async fn refresh_in_session(
    realm: &Arc<Realm>,
    key: gate::Key,
    account: GrantedAccount,
    stored: Option<Live>,
) -> Landed {
    // Another refresh may have landed after the caller looked and before this one began.
    let latest = realm.refresh.successors.follow(account.clone());
    if latest.is_settled_after(&account) {
        return Landed::adopted(Outcome::adopted(latest));
    }
    let mut outcome = refresh(realm, latest).await;
    let after = match &mut outcome {
        Outcome::Refreshed(after) | Outcome::Refused(after) => Some(Arc::new(after.clone())),
        Outcome::Failed { marked, .. } => marked.take(),
        Outcome::Current(_) | Outcome::RefusedForScopes { .. } => None,
    };
    if let Some(after) = after {
        realm.refresh.successors.remember(key, &after, realm.clock.now());
        if let Some(live) = stored {
            keep_in_session(realm, live, &after).await;
        }
    }
    announce(realm, &outcome).await;
    outcome.into()
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
pub(crate) fn token(realm: &Realm, provider: &str, outcome: Outcome) -> Result<Secret, AccessTokenError> {
    let (provider, ending) = (provider.to_owned(), RefreshEnding::of(&outcome));
    match outcome {
        Outcome::Current(account) | Outcome::Refreshed(account) | Outcome::Refused(account) if account.is_parked => {
            let successor = realm.successor_of(&provider).map(|successor| successor.id().to_owned());
            Err(AccessTokenError::Parked { provider, successor })
        }
        Outcome::Current(account) | Outcome::Refreshed(account) => Ok(account.tokens.access_token),
        Outcome::Refused(account) => Err(AccessTokenError::NeedsReauthentication {
            provider,
            reason: account.reason().unwrap_or(ReauthenticationReason::Refused),
            claims: account.wanted_claims,
        }),
        Outcome::RefusedForScopes { scopes, claims } => {
            Err(AccessTokenError::ScopesRefused { provider, scopes, claims })
        }
        Outcome::Failed { retry_after, source, .. } => Err(match (ending, source) {
            (RefreshEnding::ProviderRetired, Some(source)) => AccessTokenError::ProviderRetired { provider, source },
            (RefreshEnding::Misconfigured, Some(source)) => AccessTokenError::Misconfigured { provider, source },
            (_, source) => AccessTokenError::Unavailable { provider, retry_after: whole_seconds(retry_after), source },
        }),
    }
}

fn without_refresh_token(mut account: GrantedAccount, now: Timestamp) -> Outcome {
    if Life::of(&account).is_fresh(now, Duration::ZERO) {
        return Outcome::Current(account);
    }
    account.needs_reauthentication = true;
    Outcome::Refused(account)
}

/// Not a moment too early, where somebody tells it in seconds.
fn whole_seconds(wait: Duration) -> Duration {
    Duration::from_secs(u64::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u64::MAX))
}

/// A refresh that did not work this time leaves the token at hand, while it lives.
fn or_at_hand(outcome: Outcome, account: GrantedAccount, newer: bool, now: Timestamp) -> Outcome {
    match outcome {
        Outcome::Failed { .. } if Life::of(&account).is_fresh(now, Duration::ZERO) => at_hand(account, newer),
        outcome => outcome,
    }
}

/// Tokens that were there; `newer` if the session did not know them yet.
fn at_hand(account: GrantedAccount, newer: bool) -> Outcome {
    if newer { Outcome::Refreshed(account) } else { Outcome::Current(account) }
}

const SOON: Duration = Duration::from_secs(1);
