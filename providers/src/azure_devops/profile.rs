//! Who the person is: the profile of Azure DevOps, picture and all.
//!
//! 1. The request asks for a status instead of a sign-in page where the token is not accepted.
//! 2. A profile too long to be read is asked for once more, without the picture.
//! 3. Name and address are at the top, or among the attributes only.
//! 4. A picture that cannot be used is none. It never stops a sign-in.

use admit::http::HttpError;
use admit::provider::{Endpoint, ProviderContext, ProviderError, bearer};
use admit::{Claims, ClaimsError, Email, HttpRequest, Image, Profile, ProfileError, Secret};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION};

/// Where the profile is, picture included.
pub(super) fn endpoint(base: &str) -> String {
    format!("{base}/_apis/profile/profiles/me?details=true&{PICTURE}api-version=6.0")
}

/// Reads the profile.
pub(super) async fn read(cx: &ProviderContext<'_>, url: &str, access_token: &Secret) -> Result<Claims, ProviderError> {
    let answer = match cx.send(Endpoint::Userinfo, request(url, access_token)?).await {
        // Only the picture can make a profile that long.
        Err(ProviderError::Unavailable { source: Some(HttpError::TooLarge(_)), .. }) => {
            cx.send(Endpoint::Userinfo, request(&url.replace(PICTURE, ""), access_token)?).await?
        }
        answer => answer?,
    };
    cx.read_json(&answer)
}

/// Makes a [`Profile`] of it.
pub(super) fn map(source: &Claims) -> Result<Profile, ProfileError> {
    // A GUID is the same whatever its case, and an account has to be as well.
    let subject = source.id("id")?.to_ascii_lowercase();
    if ANONYMOUS.contains(&subject.as_str()) {
        return Err(ClaimsError::NotAPerson { key: "id".to_owned(), why: "Azure DevOps' anonymous user" }.into());
    }
    let name = source.text("displayName").or_else(|| source.text("/coreAttributes/DisplayName/value"));
    let email = source.text("emailAddress").or_else(|| source.text("/coreAttributes/EmailAddress/value"));
    let picture = source.text("/coreAttributes/Avatar/value/value");
    Ok(Profile::new(subject)
        .name(name)
        .email(email.map(Email::unverified))
        .image(picture.and_then(|base64| STANDARD.decode(base64).ok()).and_then(Image::sniff)))
}

fn request(url: &str, access_token: &Secret) -> Result<HttpRequest, ProviderError> {
    http::Request::get(url)
        .header(ACCEPT, "application/json")
        .header(AUTHORIZATION, bearer(access_token)?)
        .header("x-tfs-fedauthredirect", "Suppress")
        .body(Bytes::new())
        .map_err(|error| ProviderError::Request(error.to_string()))
}

const PICTURE: &str = "coreAttributes=Avatar&";
const ANONYMOUS: &[&str] = &["aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa", "00000000-0000-0000-0000-000000000000"];
