//! One exchange at a token endpoint.

use super::in_turn::in_turn;
use crate::TokenSet;
use crate::provider::{Endpoint, Grant, Metadata, ProviderError};
use crate::realm::{Realm, RegisteredOAuth};

/// Presents a grant. Gives the tokens and the place of the credential that worked.
pub(crate) async fn exchange(
    realm: &Realm,
    registered: &RegisteredOAuth<'_>,
    client_id: &str,
    metadata: Option<&Metadata>,
    grant: &Grant<'_>,
) -> Result<(TokenSet, usize), ProviderError> {
    let flow = registered.flow;
    let cx = &realm.context(registered, client_id).with(metadata);
    let request = |proof: &_| flow.token_request(cx, grant, proof);
    in_turn(realm, registered, cx, Endpoint::Token, request, |answer| flow.token_response(cx, grant, answer)).await
}
