//! Who the person is: the claims of the ID token, with those of the userinfo endpoint behind them (OpenID Connect Core
//! §5.3).
//!
//! 1. The endpoint speaks of the person of the token, or it is not listened to.
//! 2. What the token says is not overruled, and how the person proved who they are is told by the token alone.
//! 3. An answer that is signed counts only as far as the signature does, and for this client: `iss` is the token's, and
//!    `aud` names the client (§5.3.2). What the answer is, its content type says.

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use url::Url;

use super::{fetch, id_token};
use crate::provider::{Endpoint, Granted, OAuthProvider, ProfileError, ProviderContext, ProviderError, bearer};
use crate::{Claims, HttpResponse};

/// The person whom an ID token names, with what the userinfo endpoint adds if the description asks for it.
pub(crate) async fn person(
    config: &OAuthProvider,
    cx: &ProviderContext<'_>,
    granted: &Granted<'_>,
    proven: &Claims,
) -> Result<Claims, ProviderError> {
    if !config.openid.as_ref().is_some_and(|rules| rules.userinfo) {
        return Ok(proven.clone());
    }
    let published = || cx.metadata()?.userinfo_endpoint.as_ref().map(Url::as_str);
    let Some(url) = config.userinfo_endpoint.as_deref().or_else(published) else {
        let what = "the discovery document names no `userinfo_endpoint`";
        return Err(fetch::unexpected(Endpoint::Discovery, http::StatusCode::OK, what));
    };
    let request = http::Request::get(url)
        .header(ACCEPT, "application/json, application/jwt")
        .header(AUTHORIZATION, bearer(granted.access_token())?)
        .body(bytes::Bytes::new())
        .map_err(|error| ProviderError::Request(error.to_string()))?;
    let answer = cx.send(Endpoint::Userinfo, request).await?;
    let told = if is_signed(&answer) { verify(cx, &answer, proven).await? } else { cx.read_json(&answer)? };
    // §5.3.2: without this, anybody's token would bring anybody's name.
    if told.text("sub").is_none() || told.text("sub") != proven.text("sub") {
        return Err(ProviderError::Profile(ProfileError::AnotherSubject));
    }
    let mut person = proven.clone();
    for (name, value) in told.as_map() {
        // Whether an address was verified belongs to that address.
        let of_another_address =
            name == "email_verified" && proven.value("email").is_some() && proven.value("email") != told.value("email");
        if proven.value(name).is_none() && !of_another_address && !OF_THE_TOKEN.contains(&name.as_str()) {
            person.insert(name, value.clone());
        }
    }
    Ok(person)
}

/// Whether the server says that its answer is a JWT.
fn is_signed(answer: &HttpResponse) -> bool {
    let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    answer.status() == http::StatusCode::OK && kind.eq_ignore_ascii_case("application/jwt")
}

/// The claims of a signed answer.
async fn verify(cx: &ProviderContext<'_>, answer: &HttpResponse, proven: &Claims) -> Result<Claims, ProviderError> {
    let refused = |why: String| fetch::unexpected(Endpoint::Userinfo, answer.status(), why);
    let (Some(openid), Some(metadata)) = (cx.openid, cx.metadata()) else {
        return Err(refused("a JWT, and nobody to verify it".to_owned()));
    };
    let token = std::str::from_utf8(answer.body()).map_err(|_| refused("a JWT that is no text".to_owned()))?;
    let verified = openid.verify_signature(cx, metadata, token.trim_ascii()).await?;
    let claims = verified.map_err(|error| refused(format!("a JWT that is not taken: {error}")))?.claims;
    // The token's issuer is verified, whatever rule there is for it.
    if claims.text("iss").is_none() || claims.text("iss") != proven.text("iss") {
        return Err(refused("a JWT of another issuer than the id token".to_owned()));
    }
    id_token::check_recipient(&claims, cx.client_id, cx.now())
        .map_err(|why| refused(format!("a JWT that is not taken: {why}")))?;
    Ok(claims)
}

/// How and when the person proved who they are. The userinfo endpoint speaks of the person, and of no sign-in.
const OF_THE_TOKEN: &[&str] = &["auth_time", "acr", "amr", "azp", "nonce", "sid", "at_hash", "session_expiry"];
