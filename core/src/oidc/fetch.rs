//! Fetching what an issuer publishes.

use std::time::Duration;

use http::header::{ACCEPT, CACHE_CONTROL};
use http::{HeaderMap, Request, StatusCode};

use crate::HttpResponse;
use crate::http::{DEADLINE, HttpError};
use crate::provider::{Endpoint, ProviderContext, ProviderError};

/// Gets a document: status 200, and no redirect is followed. What may pass is tried once more, since nothing is spent,
/// in the time that one request may take.
pub(crate) async fn get(
    cx: &ProviderContext<'_>,
    endpoint: Endpoint,
    url: &str,
) -> Result<HttpResponse, ProviderError> {
    let attempts = async {
        match attempt(cx, endpoint, url).await {
            // Not after a timeout: somebody waits. Nor when the server asks for a pause.
            Err(ProviderError::Unavailable { status: Some(500..), retry_after: None, .. }) => {
                attempt(cx, endpoint, url).await
            }
            other => other,
        }
    };
    let answer = tokio::select! {
        answer = attempts => answer,
        () = cx.clock.sleep(DEADLINE) => {
            let source = Some(HttpError::Timeout(DEADLINE));
            Err(ProviderError::Unavailable { endpoint, status: None, retry_after: None, source })
        }
    }?;
    if answer.status() == StatusCode::OK {
        return Ok(answer);
    }
    let what = if answer.status().is_redirection() { "a redirect, which is not followed" } else { "no document" };
    Err(unexpected(endpoint, answer.status(), what))
}

/// An answer that is none of the document asked for.
pub(crate) fn unexpected(endpoint: Endpoint, status: StatusCode, what: impl Into<String>) -> ProviderError {
    ProviderError::Unexpected { endpoint, status: status.as_u16(), what: what.into(), source: None }
}

/// How long an answer is fresh: as long as it says (RFC 9111 §5.2.2.1), within bounds.
pub(crate) fn lifetime(headers: &HeaderMap) -> Duration {
    let directives = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let seconds = directives
        .flat_map(|line| line.split(','))
        .filter_map(|directive| directive.trim().to_ascii_lowercase().strip_prefix("max-age=")?.parse().ok())
        .next();
    seconds.map_or(USUAL, Duration::from_secs).clamp(SHORTEST, LONGEST)
}

async fn attempt(cx: &ProviderContext<'_>, endpoint: Endpoint, url: &str) -> Result<HttpResponse, ProviderError> {
    let request = Request::get(url)
        .header(ACCEPT, "application/json")
        .body(bytes::Bytes::new())
        .map_err(|error| ProviderError::Request(error.to_string()))?;
    cx.send(endpoint, request).await
}

const USUAL: Duration = Duration::from_secs(3600);
const SHORTEST: Duration = Duration::from_secs(300);
const LONGEST: Duration = Duration::from_secs(86_400);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_fresh_as_long_as_it_says_within_bounds() {
        for (header, expected) in [
            (None, 3600),
            (Some("public, max-age=7200"), 7200),
            (Some("max-age=86400, private"), 86_400),
            (Some("Max-Age=7200"), 7200),
            (Some("max-age=1"), 300),
            (Some("no-store, max-age=0"), 300),
            (Some("max-age=99999999"), 86_400),
            (Some("max-age=99999999999999999999999"), 3600),
            (Some("max-age=-1"), 3600),
            (Some("s-maxage=900"), 3600),
            (Some("no-store"), 3600),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(header) = header {
                headers.insert(CACHE_CONTROL, header.parse().unwrap());
            }
            assert_eq!(lifetime(&headers).as_secs(), expected, "{header:?}");
        }
    }
}
