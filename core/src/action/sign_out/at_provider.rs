//! Signing out at the provider too (OpenID Connect RP-Initiated Logout 1.0).
//!
//! The session here has ended before anything of this begins, and nothing here can fail: whoever cannot be sent to the
//! provider goes where they wanted to go.

use std::time::Duration;

use http::StatusCode;

use super::super::{Visit, destination};
use crate::answer::{self, Answer};
use crate::failure::chain;
use crate::http::HttpError;
use crate::leaving::Leaving;
use crate::live::Live;
use crate::provider::{EndSessionRequest, Endpoint, ProviderError};
use crate::realm::{Realm, RegisteredOAuth};
use crate::store::AccountKey;
use crate::{random, refresh};

/// Where the provider of a session that was ended signs people out, if it does. Sets the cookie for the way back.
pub(super) async fn leave(visit: &mut Visit, live: &Live) -> Option<String> {
    let realm = &visit.realm;
    // The account that was signed in with last.
    let account = live.private.accounts.last()?;
    let registered = realm.oauth(&account.provider)?;
    let rules = &registered.flow.config().sign_out;
    if !rules.is_on {
        return None;
    }
    let state = random::token(&*realm.random);
    let key = AccountKey { provider: account.provider.clone(), subject: account.subject.clone() };
    let id_token = refresh::kept_id_token(realm, &key).await;
    let own = || format!("{}/signout/{}", realm.base.auth_url, registered.id);
    let request = EndSessionRequest {
        client_id: &registered.client.id,
        id_token_hint: id_token.as_ref().filter(|token| token.len() <= LONGEST_HINT),
        logout_hint: account.logout_hint.as_deref(),
        post_logout_redirect_uri: &rules.return_to.clone().unwrap_or_else(own),
        state: rules.return_to.is_none().then_some(&state),
    };
    let url = url(realm, &registered, &request).await?;
    if rules.return_to.is_none() {
        let leaving = Leaving {
            provider: registered.id.to_owned(),
            return_to: visit.return_to.clone(),
            begun_at: realm.clock.now(),
            state,
        };
        visit.cookies.extend(leaving.cookie(&realm.cookies, &realm.pending_sealer, &*realm.random));
    }
    Some(url)
}

async fn url(realm: &Realm, registered: &RegisteredOAuth<'_>, request: &EndSessionRequest<'_>) -> Option<String> {
    let told = |cause: String| {
        tracing::warn!(provider = registered.id, cause, "signed out here, but not at the provider");
        None
    };
    // An endpoint of the description's own needs no issuer that answers.
    let has_own = registered.flow.config().sign_out.endpoint.is_some();
    let metadata = tokio::select! {
        metadata = registered.metadata(realm, request.client_id) => metadata,
        () = realm.clock.sleep(PATIENCE) => {
            let source = Some(HttpError::Timeout(PATIENCE));
            Err(ProviderError::Unavailable { endpoint: Endpoint::Discovery, status: None, retry_after: None, source })
        }
    };
    let metadata = match metadata {
        Ok(metadata) => metadata,
        Err(_) if has_own => None,
        Err(error) => return told(chain(&error)),
    };
    let cx = realm.context(registered, request.client_id).with(metadata.as_deref());
    match registered.flow.end_session_url(&cx, request) {
        Ok(Some(url)) => Some(url),
        Ok(None) => told("the discovery document names no `end_session_endpoint`".to_owned()),
        Err(error) => told(chain(&error)),
    }
}

/// `GET …/signout/{id}`: the browser comes back from there. Whoever it is, they are sent on.
pub(super) async fn come_back(visit: &mut Visit, provider: &str) -> Answer {
    let realm = &visit.realm;
    let state = visit.input.query("state").unwrap_or_default();
    let leaving = visit.input.cookies.leaving.as_deref().and_then(|value| {
        Leaving::open(value, &realm.cookies, &realm.pending_sealer, provider, state, realm.clock.now())
    });
    let Some(leaving) = leaving else {
        tracing::debug!("somebody came back from signing out whom nobody expected");
        return answer::redirect(StatusCode::FOUND, &realm.base.origin);
    };
    visit.cookies.push(realm.cookies.delete(&realm.cookies.leaving));
    // Looked at once more, because what was sealed was true when the person left.
    let return_to = destination::resolve(realm, Some(&leaving.return_to)).await;
    answer::redirect(StatusCode::FOUND, return_to.as_deref().unwrap_or(&realm.base.origin))
}

/// How long somebody who signs out waits for a document that is not at hand: longer than for a better one than is.
const PATIENCE: Duration = Duration::from_secs(3);
/// Longer than what servers take in an address, with all else that stands in it.
const LONGEST_HINT: usize = 4096;
