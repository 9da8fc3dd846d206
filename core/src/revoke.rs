//! Telling a provider that tokens are not needed any more (RFC 7009).
//!
//! 1. They are gone from here before: nobody is handed one while the provider is asked.
//! 2. A few seconds in all. A fault that passes is tried once more: voiding a token twice does no harm, other than
//!    spending one twice.
//! 3. Nothing here fails the caller. What came of it is logged, and an event tells.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinError, JoinHandle};

use crate::account::GrantedAccount;
use crate::failure::chain;
use crate::http::HttpError;
use crate::live::{self, Live};
use crate::oauth::{in_turn, revocation};
use crate::provider::{
    Endpoint, Fault, Metadata, ProviderError, RevocationRequest, RevokedTokens, revocation_endpoint,
};
use crate::realm::{Realm, RegisteredOAuth};
use crate::store::AccountKey;
use crate::{Event, Secret, refresh};

/// What became of tokens at their provider.
#[derive(Clone, Debug)]
pub(crate) enum Revocation {
    Revoked,
    /// The provider has nothing of the kind, as far as anybody says.
    NotOffered,
    Failed(Arc<ProviderError>),
}

/// Begins to void the tokens of an account. It ends, and tells what came of it, whether anybody waits or not.
pub(crate) fn begin(realm: &Arc<Realm>, account: GrantedAccount) -> JoinHandle<Revocation> {
    let realm = Arc::clone(realm);
    tokio::spawn(async move {
        let revocation = ask(&realm, &account).await;
        tell(&realm, &account, &revocation).await;
        revocation
    })
}

/// The same for tokens that a session kept which has ended, or is about to. Where the provider has no way and nobody
/// `asked`, that is not worth telling.
pub(crate) fn begin_kept(realm: &Arc<Realm>, kept: GrantedAccount, asked: bool) -> JoinHandle<Revocation> {
    let realm = Arc::clone(realm);
    tokio::spawn(async move {
        let Some(account) = refresh::let_go_kept(&realm, kept).await else { return Revocation::NotOffered };
        let revocation = ask(&realm, &account).await;
        if asked || !matches!(revocation, Revocation::NotOffered) {
            tell(&realm, &account, &revocation).await;
        }
        revocation
    })
}

/// What came of one that was begun.
pub(crate) async fn end(begun: JoinHandle<Revocation>) -> Revocation {
    let broken = |error: JoinError| Revocation::Failed(Arc::new(ProviderError::Request(error.to_string())));
    begun.await.unwrap_or_else(broken)
}

/// Voids what a session that was ended leaves behind, as far as the providers' descriptions say. Nobody waits for the
/// providers.
pub(crate) async fn at_sign_out(realm: &Arc<Realm>, live: &Live) {
    for account in &live.private.accounts {
        let Some(registered) = realm.oauth(&account.provider) else { continue };
        let rules = &registered.flow.config().revocation;
        let kept = account.kept.as_ref().filter(|_| rules.at_sign_out.unwrap_or(!rules.ends_all));
        if let Some(kept) = kept {
            drop(begin_kept(realm, kept.account(&account.provider, &account.subject), false));
        }
        if rules.at_sign_out == Some(true) {
            let key = AccountKey { provider: account.provider.clone(), subject: account.subject.clone() };
            match refresh::let_go_stored(realm, &key).await {
                Ok(account) => drop(account.map(|account| begin(realm, account))),
                Err(error) => {
                    let (provider, cause) = (&key.provider, chain(&error));
                    tracing::error!(provider, cause, "signed out, and the tokens could not be deleted");
                }
            }
        }
    }
}

/// What a user's sessions in the store keep of tokens. Those that cannot be had are left to lapse.
pub(crate) async fn kept_in_sessions(realm: &Realm, user: &str) -> Vec<GrantedAccount> {
    let Some(sessions) = realm.sessions.as_ref().filter(|_| !user.is_empty()) else { return Vec::new() };
    let records = sessions.list(user).await.unwrap_or_else(|error| {
        tracing::warn!(cause = chain(&error), "tokens in sessions could not be found, and live on at their providers");
        Vec::new()
    });
    let accounts = records.into_iter().filter_map(|record| live::open_record(realm, record, "").ok());
    let accounts = accounts.flat_map(|live| live.private.accounts.clone());
    accounts.filter_map(|account| Some(account.kept?.account(&account.provider, &account.subject))).collect()
}

/// Voids them, in time.
async fn ask(realm: &Realm, account: &GrantedAccount) -> Revocation {
    let Some(registered) = realm.oauth(&account.provider) else { return Revocation::NotOffered };
    let asked = tokio::select! {
        asked = with_second_attempt(realm, &registered, account) => asked,
        () = realm.clock.sleep(PATIENCE) => {
            let source = Some(HttpError::Timeout(PATIENCE));
            let endpoint = Endpoint::Revocation;
            Err(ProviderError::Unavailable { endpoint, status: None, retry_after: None, source })
        }
    };
    match asked {
        Ok(true) if registered.flow.config().revocation.is_reliable => Revocation::Revoked,
        Ok(true) => {
            tracing::info!(provider = account.provider, "an undocumented revocation was answered as if it had worked");
            Revocation::NotOffered
        }
        Ok(false) => Revocation::NotOffered,
        Err(error) => Revocation::Failed(Arc::new(error)),
    }
}

async fn with_second_attempt(
    realm: &Realm,
    registered: &RegisteredOAuth<'_>,
    account: &GrantedAccount,
) -> Result<bool, ProviderError> {
    match once(realm, registered, account).await {
        Err(error) if error.fault() == Fault::Temporary => {
            let pause = error.retry_after().unwrap_or(PAUSE);
            if pause > LONGEST_PAUSE {
                return Err(error);
            }
            realm.clock.sleep(pause).await;
            once(realm, registered, account).await
        }
        asked => asked,
    }
}

/// Whether the provider voids tokens, and did.
async fn once(
    realm: &Realm,
    registered: &RegisteredOAuth<'_>,
    account: &GrantedAccount,
) -> Result<bool, ProviderError> {
    let (flow, client_id) = (registered.flow, &account.grant.client_id);
    let metadata = match registered.metadata(realm, client_id).await {
        Ok(metadata) => metadata,
        // An endpoint of the description's own needs no issuer that answers.
        Err(_) if flow.config().revocation_url().is_some() => None,
        Err(error) => return Err(error),
    };
    let metadata: Option<&Metadata> = metadata.as_deref();
    let cx = &realm.context(registered, client_id).with(metadata);
    let Some(endpoint) = revocation_endpoint(flow.config(), cx) else { return Ok(false) };
    let mut is_done = false;
    for (token, is_refresh_token) in shown(flow.config().revocation.tokens, account) {
        let revocation = RevocationRequest { endpoint, token, is_refresh_token };
        let request = |proof: &_| flow.revocation_request(cx, &revocation, proof);
        let read = |answer: &_| flow.revocation_response(cx, answer);
        match in_turn::in_turn(realm, registered, cx, Endpoint::Revocation, request, read).await {
            Ok(_) => is_done = true,
            Err(error) if revocation::is_unsupported(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(is_done)
}

/// The tokens that the provider wants to see, in their order.
fn shown(tokens: RevokedTokens, account: &GrantedAccount) -> Vec<(&Secret, bool)> {
    let access = (&account.tokens.access_token, false);
    let refresh = account.tokens.refresh_token.as_ref().map(|token| (token, true));
    match (tokens, refresh) {
        (RevokedTokens::Refresh, Some(refresh)) => vec![refresh],
        (RevokedTokens::Both, Some(refresh)) => vec![refresh, access],
        (RevokedTokens::Access, _) | (_, None) => vec![access],
    }
}

async fn tell(realm: &Realm, account: &GrantedAccount, revocation: &Revocation) {
    let GrantedAccount { provider, subject, .. } = account;
    let reason = match revocation {
        Revocation::Revoked => {
            tracing::info!(provider, "tokens were deleted, and voided at the provider");
            return realm.record(Event::TokensRevoked { provider, subject }).await;
        }
        Revocation::NotOffered => {
            tracing::info!(provider, "tokens were deleted here; the provider has no way to void them");
            "not_offered"
        }
        Revocation::Failed(error) => {
            tracing::warn!(
                provider,
                cause = chain(error),
                "tokens were deleted here, and may count on at the provider"
            );
            match error.fault() {
                Fault::Temporary => "unavailable",
                Fault::Configuration => "misconfigured",
                _ => "refused",
            }
        }
    };
    realm.record(Event::TokensNotRevoked { provider, subject, reason }).await;
}

/// How long the provider is asked, both attempts and all.
const PATIENCE: Duration = Duration::from_secs(5);
/// Before the second attempt, unless the provider says how long.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
