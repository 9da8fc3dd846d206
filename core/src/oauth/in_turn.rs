//! One request in which the client proves itself, with each of its credentials in turn.

use crate::http::DEADLINE;
use crate::provider::{
    ClientAuthentication, CredentialContext, CredentialError, Endpoint, ProviderContext, ProviderError,
};
use crate::realm::{Realm, RegisteredOAuth};
use crate::{Event, HttpRequest, HttpResponse};

/// Sends a request. When the provider answers `invalid_client`, or takes no credential of that kind, the next one is
/// tried, each once; any other answer is final. Nothing is retried here: a code or a refresh token that was sent may
/// have been spent.
///
/// Gives what was read and the place of the credential that worked.
pub(crate) async fn in_turn<T>(
    realm: &Realm,
    registered: &RegisteredOAuth<'_>,
    cx: &ProviderContext<'_>,
    endpoint: Endpoint,
    request: impl Fn(&ClientAuthentication) -> Result<HttpRequest, ProviderError>,
    read: impl Fn(&HttpResponse) -> Result<T, ProviderError>,
) -> Result<(T, usize), ProviderError> {
    registered.client.alarms.tell(realm, registered.id).await;
    let credentials = &registered.client.credentials;
    if credentials.is_empty() {
        let answer = cx.send(endpoint, request(&ClientAuthentication::None)?).await?;
        return Ok((read(&answer)?, 0));
    }
    let mut refusal = None;
    for (place, credential) in credentials.iter().enumerate() {
        let credential_cx = CredentialContext {
            client_id: cx.client_id,
            token_endpoint: cx.token_endpoint(registered.flow.config()).unwrap_or_default(),
            clock: &*realm.clock,
            random: &*realm.random,
            http: &*realm.http,
        };
        let proof = tokio::select! {
            proof = credential.authenticate(&credential_cx) => proof?,
            () = realm.clock.sleep(DEADLINE) => return Err(CredentialError::new("it took too long", None).into()),
        };
        let answer = match request(&proof) {
            Ok(request) => cx.send(endpoint, request).await?,
            // Nothing was sent: there is no place for a credential of this kind. What a server said tells more.
            Err(error @ ProviderError::ClientAuthMethod { .. }) => {
                refusal = refusal.or(Some(error));
                continue;
            }
            Err(error) => return Err(error),
        };
        match read(&answer) {
            Ok(value) => {
                if place > 0 {
                    tracing::warn!(
                        provider = registered.id,
                        credential = place,
                        "an alternate client credential was used: the ones before it are no longer accepted"
                    );
                    realm.record(Event::AlternateCredentialUsed { provider: registered.id, credential: place }).await;
                }
                return Ok((value, place));
            }
            Err(error) if error.is_invalid_client() => refusal = Some(error),
            Err(error) => return Err(error),
        }
    }
    Err(refusal.unwrap_or_else(|| ProviderError::Request("the client has no credential".to_owned())))
}
