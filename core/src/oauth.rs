//! The OAuth 2 messages: how they are written, and how leniently they are read.
//!
//! The words are those of the `oauth2` crate. The messages are ours, because its code request cannot say what some
//! servers want and its parser refuses answers that real servers give (DESIGN.md, "Why not the oauth2 client?").

mod answer;
pub(crate) mod authorization;
mod client_auth;
pub(crate) mod exchange;
pub(crate) mod in_turn;
pub(crate) mod pushed;
pub(crate) mod revocation;
mod token_answer;
pub(crate) mod token_request;

use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http::header::{ACCEPT, CONTENT_TYPE};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

pub(crate) use token_answer::parse as parse_token_answer;

use crate::provider::ProviderError;
use crate::{HttpRequest, Timestamp};

/// A form post that asks for JSON.
fn form_post(endpoint: &str, body: String) -> Result<HttpRequest, ProviderError> {
    http::Request::post(endpoint)
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Bytes::from(body))
        .map_err(|error| ProviderError::Request(error.to_string()))
}

/// Encodes pairs for a query or a form body, with `%20` for a space.
pub(crate) fn form_encode<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        out.extend(utf8_percent_encode(name, EVERYTHING));
        out.push('=');
        out.extend(utf8_percent_encode(value, EVERYTHING));
    }
    out
}

/// A provider's words as a log may show them: no control characters, at most 300 characters.
fn shown(text: &str) -> String {
    text.chars().take(300).flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}

/// What `Retry-After` asks for (RFC 9110 §10.2.3), at most an hour.
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => Timestamp::from(httpdate::parse_http_date(text).ok()?).since(now),
    };
    Some(wait.min(LONGEST_WAIT))
}

const LONGEST_WAIT: Duration = Duration::from_secs(3600);

/// All but the unreserved characters of RFC 3986 §2.3.
const EVERYTHING: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_survives_every_awkward_character() {
        let secret = "a+b/c=d&e%f g é";
        let encoded = form_encode([("client_assertion", secret)].into_iter());
        assert_eq!(encoded, "client_assertion=a%2Bb%2Fc%3Dd%26e%25f%20g%20%C3%A9");
        let (_, back) = url::form_urlencoded::parse(encoded.as_bytes()).next().unwrap();
        assert_eq!(back, secret);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_and_never_more_than_an_hour() {
        let now = Timestamp::from_unix_seconds(1_795_295_606);
        let wait = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("retry-after", text.parse().unwrap());
            retry_after(&headers, now).map(|wait| wait.as_secs())
        };
        assert_eq!(wait("30"), Some(30));
        assert_eq!(wait("999999"), Some(3600));
        assert_eq!(wait(&(now + Duration::from_secs(90)).to_http_date()), Some(90));
        assert_eq!(wait("soon"), None);
    }
}
