//! The exchange, and whom it names.

use std::time::Duration;

use crate::action::admission::Person;
use crate::failure::Failure;
use crate::oauth::exchange::exchange;
use crate::oidc::{self, Expected, OpenId};
use crate::pending::Pending;
use crate::provider::{Grant, Granted, IdTokenError, ProviderContext, ProviderError};
use crate::realm::{Realm, RegisteredOAuth};
use crate::{Account, Claims, GrantRecord, Secret, TokenSet};

/// Exchanges the code and asks who this is.
pub(super) async fn identify(
    realm: &Realm,
    registered: &RegisteredOAuth<'_>,
    pending: &Pending,
    code: &Secret,
    parameters: &[(String, String)],
) -> Result<Person, Failure> {
    let flow = registered.flow;
    let verifier = pending.code_verifier.as_deref().map(Secret::new);
    let grant = Grant::AuthorizationCode {
        code,
        redirect_uri: &pending.redirect_uri,
        code_verifier: verifier.as_ref(),
        scopes: &pending.scopes,
    };
    let metadata = match (registered.metadata(realm, &pending.client_id).await?, &pending.token_endpoint) {
        (Some(metadata), Some(before)) => Some(oidc::as_when_it_began(metadata, before)?),
        (metadata, _) => metadata,
    };
    let (mut tokens, minted_by) = exchange(realm, registered, &pending.client_id, metadata.as_deref(), &grant).await?;
    tokens.scope = tokens.scope.or_else(|| Some(pending.scopes.join(" ")).filter(|scopes| !scopes.is_empty()));
    let cx = realm.context(registered, &pending.client_id).with(metadata.as_deref());
    let proven = match registered.openid {
        Some(openid) => Some(prove(openid, registered, &cx, pending, &tokens).await?),
        None => None,
    };
    // It was judged with the token.
    let ends_at = proven.as_ref().and_then(|proven| oidc::session_expiry(proven).ok().flatten());
    let claims =
        flow.claims(&cx, &Granted { tokens: &tokens, callback: parameters, id_token: proven.as_ref() }).await?;
    let profile = flow.config().to_profile(&claims).map_err(ProviderError::Profile)?;
    let record = GrantRecord {
        client_id: pending.client_id.clone(),
        redirect_uri: pending.redirect_uri.clone(),
        scopes: pending.scopes.clone(),
        minted_by,
        granted_at: realm.clock.now(),
    };
    let (same_person, before, wish) = (pending.same_person.clone(), pending.before.clone(), pending.wish.clone());
    let account = Account::new(registered.id, &profile.subject, tokens, record);
    Ok(Person { account, profile, claims, is_named: false, same_person, before, wish, ends_at })
}

/// Verifies the ID token of a trip, which must be there.
async fn prove(
    openid: &OpenId,
    registered: &RegisteredOAuth<'_>,
    cx: &ProviderContext<'_>,
    pending: &Pending,
    tokens: &TokenSet,
) -> Result<Claims, ProviderError> {
    let id_token = tokens.id_token.as_ref().ok_or(ProviderError::IdToken(IdTokenError::Absent))?;
    // A trip that began before its provider spoke OpenID Connect has none.
    let nonce = pending.nonce.as_deref().ok_or(ProviderError::IdToken(IdTokenError::Nonce))?;
    let expected = Expected {
        client_id: &pending.client_id,
        audiences: openid.audiences(),
        nonce: Some(nonce),
        max_age: pending.max_age.map(Duration::from_secs),
        contexts: pending.contexts.as_deref(),
        access_token: &tokens.access_token,
        now: cx.now(),
    };
    openid.verify(cx, registered.flow, id_token, &expected).await
}
