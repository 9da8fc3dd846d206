//! The authorization request, sent ahead by the back channel (RFC 9126): the browser takes a reference along, in place of
//! what it refers to.
//!
//! A push that fails ends the sign-in, also where the issuer only offers it. What the endpoint refuses, the other one would
//! refuse too, since both check alike (§2.1); and a way round it would be the way of whoever wants to read or change what
//! the browser carries, and can disturb one request.

use serde_json::Value;

use super::answer::{members, seconds, unexpected};
use super::client_auth::authenticated_post;
use super::in_turn::in_turn;
use crate::HttpResponse;
use crate::provider::{Endpoint, Fault, OAuthProvider, Parameters, ProviderContext, ProviderError, PushedRequests};
use crate::realm::{Realm, RegisteredOAuth};

/// Sends a request ahead, if it is to be: what the browser takes along in its place.
pub(crate) async fn push(
    realm: &Realm,
    registered: &RegisteredOAuth<'_>,
    cx: &ProviderContext<'_>,
    request: &Parameters,
) -> Result<Option<Parameters>, ProviderError> {
    let config = registered.flow.config();
    let Some(endpoint) = endpoint(config, cx)? else { return Ok(None) };
    let form = |proof: &_| authenticated_post(endpoint, request.clone(), config, cx, proof);
    let pushed = in_turn(realm, registered, cx, Endpoint::PushedAuthorization, form, read).await;
    let (request_uri, _) = pushed.inspect_err(|error| {
        let is_a_choice = config.pushed_requests == PushedRequests::WhereOffered && !is_required(cx);
        if is_a_choice && error.fault() == Fault::Configuration {
            let remedy = "if the server takes none from this client, say pushed_requests(PushedRequests::Never)";
            tracing::warn!(provider = registered.id, "a pushed authorization request was refused; {remedy}");
        }
    })?;
    let mut reference = Parameters::default();
    reference.set("client_id", cx.client_id);
    reference.set("request_uri", request_uri);
    Ok(Some(reference))
}

/// Where requests are pushed to, if they are: the description's word, else the issuer's.
fn endpoint<'a>(config: &'a OAuthProvider, cx: &ProviderContext<'a>) -> Result<Option<&'a str>, ProviderError> {
    let published = || Some(cx.metadata()?.pushed_authorization_request_endpoint.as_ref()?.as_str());
    let endpoint = config.pushed_authorization_request_endpoint.as_deref().or_else(published);
    let none = |who: &str| {
        Err(ProviderError::Request(format!("{who}, and no pushed_authorization_request_endpoint is known")))
    };
    match (config.pushed_requests, endpoint) {
        (PushedRequests::Never, _) => Ok(None),
        (_, Some(endpoint)) => Ok(Some(endpoint)),
        (PushedRequests::Always, None) => none("the description wants authorization requests pushed"),
        (PushedRequests::WhereOffered, None) if is_required(cx) => {
            none("the issuer wants authorization requests pushed")
        }
        (PushedRequests::WhereOffered, None) => Ok(None),
    }
}

/// Whether the issuer takes no other requests.
fn is_required(cx: &ProviderContext<'_>) -> bool {
    cx.metadata().is_some_and(|metadata| metadata.requires_pushed_requests)
}

/// What the endpoint answers (RFC 9126 §2.2): a 201 with a reference that counts for a while.
fn read(response: &HttpResponse) -> Result<String, ProviderError> {
    let members = members(Endpoint::PushedAuthorization, response).map_err(of_the_application)?;
    let unexpected = |what| unexpected(Endpoint::PushedAuthorization, response, what);
    if response.status() != http::StatusCode::CREATED {
        return Err(unexpected("not the status of a request that was taken"));
    }
    let is_reference =
        |text: &&str| (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    let request_uri = members.get("request_uri").and_then(Value::as_str).filter(is_reference);
    let request_uri = request_uri.ok_or_else(|| unexpected("no request_uri"))?;
    members.get("expires_in").and_then(seconds).ok_or_else(|| unexpected("no expires_in"))?;
    Ok(request_uri.to_owned())
}

/// Nobody was asked yet, so a refusal is of what the application wants or how it is registered.
fn of_the_application(mut error: ProviderError) -> ProviderError {
    if let ProviderError::Refused { fault, .. } = &mut error
        && *fault != Fault::Temporary
    {
        *fault = Fault::Configuration;
    }
    error
}

/// Of a reference: it has to fit an address.
const LONGEST: usize = 1024;
