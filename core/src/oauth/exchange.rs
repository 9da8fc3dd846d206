//! One exchange at a token endpoint, with each of the client's credentials in turn.

use crate::http::DEADLINE;
use crate::provider::{CredentialContext, CredentialError, Endpoint, Grant, Metadata, ProviderError};
use crate::realm::{Realm, RegisteredOAuth};
use crate::{Event, TokenSet};

/// Presents a grant. When the provider answers `invalid_client`, the next credential is tried, each once; any other
/// answer is final. Nothing is retried: a code or a refresh token that was sent may have been spent.
///
/// Gives the tokens and the place of the credential that worked.
pub(crate) async fn exchange(
    realm: &Realm,
    registered: &RegisteredOAuth<'_>,
    client_id: &str,
    metadata: Option<&Metadata>,
    grant: &Grant<'_>,
) -> Result<(TokenSet, usize), ProviderError> {
    let flow = registered.flow;
    let cx = realm.context(registered, client_id).with(metadata);
    let credentials = &registered.client.credentials;
    if credentials.is_empty() {
        let request = flow.token_request(&cx, grant, &crate::provider::ClientAuthentication::None)?;
        let answer = cx.send(Endpoint::Token, request).await?;
        return Ok((flow.token_response(&cx, grant, &answer)?, 0));
    }
    let mut refusal = None;
    for (place, credential) in credentials.iter().enumerate() {
        let credential_cx = CredentialContext {
            client_id,
            token_endpoint: cx.token_endpoint(flow.config()).unwrap_or_default(),
            clock: &*realm.clock,
            http: &*realm.http,
        };
        let authentication = tokio::select! {
            authentication = credential.authenticate(&credential_cx) => authentication?,
            () = realm.clock.sleep(DEADLINE) => return Err(CredentialError::new("it took too long", None).into()),
        };
        let request = flow.token_request(&cx, grant, &authentication)?;
        let answer = cx.send(Endpoint::Token, request).await?;
        match flow.token_response(&cx, grant, &answer) {
            Ok(tokens) => {
                if place > 0 {
                    tracing::warn!(
                        provider = registered.id,
                        credential = place,
                        "an alternate client credential was used: the ones before it are no longer accepted"
                    );
                    realm.record(Event::AlternateCredentialUsed { provider: registered.id, credential: place }).await;
                }
                return Ok((tokens, place));
            }
            Err(error) if error.is_invalid_client() => refusal = Some(error),
            Err(error) => return Err(error),
        }
    }
    Err(refusal.unwrap_or_else(|| ProviderError::Request("the client has no credential".to_owned())))
}
