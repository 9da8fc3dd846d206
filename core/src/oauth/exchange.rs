//! One exchange at a token endpoint.

use super::in_turn::in_turn;
use crate::TokenSet;
use crate::provider::{Endpoint, Fingerprint, Grant, Metadata, ProviderContext, ProviderError};
use crate::realm::{Realm, RegisteredOAuth};

/// Presents a grant. Gives the tokens, and which credential they were granted to.
pub(crate) async fn exchange(
    realm: &Realm,
    registered: &RegisteredOAuth<'_>,
    client_id: &str,
    metadata: Option<&Metadata>,
    grant: &Grant<'_>,
) -> Result<(TokenSet, Option<Fingerprint>), ProviderError> {
    let cx = realm.context(registered, client_id).with(metadata);
    exchange_by(realm, registered, &cx, grant).await
}

/// The same in surroundings of the caller's.
pub(crate) async fn exchange_by(
    realm: &Realm,
    registered: &RegisteredOAuth<'_>,
    cx: &ProviderContext<'_>,
    grant: &Grant<'_>,
) -> Result<(TokenSet, Option<Fingerprint>), ProviderError> {
    let flow = registered.flow;
    let request = |proof: &_| flow.token_request(cx, grant, proof);
    let read = |answer: &_| flow.token_response(cx, grant, answer);
    let (tokens, place) = in_turn(realm, registered, cx, Endpoint::Token, request, read).await?;
    let credential = registered.client.credentials.get(place);
    Ok((tokens, credential.and_then(|credential| credential.fingerprint())))
}
