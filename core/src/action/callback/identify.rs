//! The exchange, and whom it names.

use crate::action::admission::Person;
use crate::failure::Failure;
use crate::oauth::exchange::exchange;
use crate::pending::Pending;
use crate::provider::{Grant, Granted, ProviderError};
use crate::realm::{Realm, RegisteredOAuth};
use crate::{Account, GrantRecord, Secret};

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
    let grant =
        Grant::AuthorizationCode { code, redirect_uri: &pending.redirect_uri, code_verifier: verifier.as_ref() };
    let (mut tokens, credential) = exchange(realm, registered, &pending.client_id, &grant).await?;
    tokens.scope = tokens.scope.or_else(|| Some(pending.scopes.join(" ")).filter(|scopes| !scopes.is_empty()));
    let cx = realm.context(registered, &pending.client_id);
    let claims = flow.claims(&cx, &Granted { tokens: &tokens, callback: parameters }).await?;
    let profile = flow.config().to_profile(&claims).map_err(ProviderError::Profile)?;
    let record = GrantRecord {
        client_id: pending.client_id.clone(),
        redirect_uri: pending.redirect_uri.clone(),
        scopes: pending.scopes.clone(),
        credential,
        granted_at: realm.clock.now(),
    };
    let account = Account::new(registered.id, &profile.subject, tokens, record);
    Ok(Person { account, profile, claims, is_named: false })
}
