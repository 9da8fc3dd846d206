//! A person's picture, from Microsoft Graph. Asked for by the application when it wants one, and never by a sign-in.
//!
//! 1. It needs an access token for Graph with `User.Read`. One for Azure DevOps is refused.
//! 2. Who has no picture has none: that is no error. A picture of one point stands for none, too.
//! 3. What is not told to be a picture by its first bytes is none, whatever the answer calls it.
//!
//! <https://learn.microsoft.com/graph/api/profilephoto-get>

use admit::provider::{Endpoint, ProviderContext, ProviderError, bearer};
use admit::{Image, Secret};
use bytes::Bytes;
use http::StatusCode;

/// The sizes that Microsoft Graph has, in points along an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the names say it")]
pub enum PhotoSize {
    P48,
    P64,
    P96,
    P120,
    P240,
    P360,
    P432,
    P504,
    P648,
}

impl PhotoSize {
    const fn points(self) -> u16 {
        match self {
            Self::P48 => 48,
            Self::P64 => 64,
            Self::P96 => 96,
            Self::P120 => 120,
            Self::P240 => 240,
            Self::P360 => 360,
            Self::P432 => 432,
            Self::P504 => 504,
            Self::P648 => 648,
        }
    }
}

/// The picture of the person whose access token it is, from the Microsoft Graph at that address. Do not put it into a session: it does not fit a cookie.
///
/// ```
/// use admit::http::HttpClient;
/// use admit::provider::{ProviderContext, ProviderError};
/// use admit::{Image, Secret, SystemClock};
/// use admit_providers::microsoft_entra_id::{Cloud, PhotoSize, photo};
///
/// async fn picture(http: &dyn HttpClient, graph_token: &Secret) -> Result<Option<Image>, ProviderError> {
///     let cx = ProviderContext::new("microsoft-entra-id", "client-id", &SystemClock, http);
///     photo(&cx, Cloud::Global.graph(), graph_token, PhotoSize::P96).await
/// }
/// ```
///
/// # Errors
/// When Graph does not answer within the bounds that hold for every provider, or does not accept the token.
pub async fn photo(
    cx: &ProviderContext<'_>,
    graph: &str,
    access_token: &Secret,
    size: PhotoSize,
) -> Result<Option<Image>, ProviderError> {
    let points = size.points();
    let request = http::Request::get(format!("{graph}/v1.0/me/photos/{points}x{points}/$value"))
        .header(http::header::ACCEPT, "image/*")
        .header(http::header::AUTHORIZATION, bearer(access_token)?)
        .body(Bytes::new())
        .map_err(|error| ProviderError::Request(error.to_string()))?;
    let answer = cx.send(Endpoint::Userinfo, request).await?;
    let (endpoint, status) = (Endpoint::Userinfo, answer.status().as_u16());
    match answer.status() {
        StatusCode::OK if is_one_point(answer.body()) => Ok(None),
        StatusCode::OK => Ok(Image::sniff(answer.into_body())),
        StatusCode::NOT_FOUND => Ok(None),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(ProviderError::TokenRejected { endpoint, status }),
        _ => Err(ProviderError::Unexpected { endpoint, status, what: "no picture".to_owned(), source: None }),
    }
}

/// A GIF of one point by one.
fn is_one_point(bytes: &[u8]) -> bool {
    matches!(bytes, [b'G', b'I', b'F', _, _, _, 1, 0, 1, 0, ..])
}
