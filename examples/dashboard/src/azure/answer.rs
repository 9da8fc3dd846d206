//! What an answer of Azure DevOps means. Its statuses alone do not say.
//!
//! 1. Only status 200 with a JSON body is a success. 203 with HTML is the sign-in page, and so is a redirect; 203 with
//!    JSON is treated the same, since the status wins.
//! 2. Three codes in the text of a refusal decide: `VS403463`, Conditional Access; `TF400813`, not authorized;
//!    `TF400733`, too many requests.
//! 3. Of a body that is no success nothing else is kept: it can name people.

use std::time::Duration;

use admit::{HttpResponse, Timestamp};
use http::{StatusCode, header};
use serde::de::DeserializeOwned;

use super::AzureError;

/// An answer, and what is needed to read it.
#[derive(Debug)]
pub(super) struct Answer<'a> {
    pub(super) call: &'static str,
    pub(super) response: &'a HttpResponse,
    pub(super) now: Timestamp,
}

impl Answer<'_> {
    /// The body, if this is a success.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, AzureError> {
        if let Some(error) = self.failure() {
            return Err(error);
        }
        // A success may ask to slow down. Nothing is retried here, so there is nothing to delay but the person.
        if let Some(wait) = self.retry_after() {
            tracing::info!(call = self.call, seconds = wait.as_secs(), "Azure DevOps asks to slow down");
        }
        let body = self.response.body();
        let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
        serde_json::from_slice(body).map_err(|source| AzureError::Unexpected {
            call: self.call,
            status: Some(StatusCode::OK),
            what: "JSON of another shape",
            source: Some(Misshapen { line: source.line(), column: source.column() }.into()),
        })
    }

    fn failure(&self) -> Option<AzureError> {
        let call = self.call;
        let status = self.response.status();
        let refused = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
        Some(match status {
            StatusCode::OK if self.is_json() => return None,
            StatusCode::OK => AzureError::unexpected(call, Some(status), "something other than JSON"),
            StatusCode::TOO_MANY_REQUESTS => self.rate_limited(),
            _ if (status.is_client_error() || status.is_server_error()) && self.says("TF400733") => self.rate_limited(),
            _ if refused && self.says("VS403463") => AzureError::ConditionalAccess { call },
            _ if refused && self.lacks_scope() => AzureError::MissingScope { call, scope: self.scope() },
            StatusCode::FORBIDDEN if !self.says("TF400813") => AzureError::NotAllowed { call },
            _ if refused || status == StatusCode::NON_AUTHORITATIVE_INFORMATION || status.is_redirection() => {
                AzureError::Expired { call, status }
            }
            StatusCode::NOT_FOUND => AzureError::NotFound { call },
            _ if status.is_server_error() => {
                AzureError::Unavailable { call, status: Some(status), retry_after: self.retry_after(), source: None }
            }
            _ => AzureError::unexpected(call, Some(status), "a status that it does not document"),
        })
    }

    fn is_json(&self) -> bool {
        let content_type = self.response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = content_type.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("application/json")
    }

    fn says(&self, code: &str) -> bool {
        self.response.body().windows(code.len()).any(|window| window == code.as_bytes())
    }

    /// RFC 6750 §3.1, in the header or in the body.
    fn lacks_scope(&self) -> bool {
        self.challenges().any(|challenge| challenge.contains(INSUFFICIENT_SCOPE)) || self.says(INSUFFICIENT_SCOPE)
    }

    /// The scope that the challenge asks for, if it has the form of one.
    fn scope(&self) -> Option<String> {
        let scope = self.challenges().find_map(|challenge| challenge.split_once("scope=\"")?.1.split('"').next())?;
        let is_scope = |character: char| character.is_ascii_alphanumeric() || "._- ".contains(character);
        (!scope.is_empty() && scope.len() <= 200 && scope.chars().all(is_scope)).then(|| scope.to_owned())
    }

    fn challenges(&self) -> impl Iterator<Item = &str> {
        self.response.headers().get_all(header::WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok())
    }

    fn rate_limited(&self) -> AzureError {
        AzureError::RateLimited { call: self.call, retry_after: self.retry_after().unwrap_or(DEFAULT_WAIT) }
    }

    /// Seconds or a date, and never more than an hour.
    fn retry_after(&self) -> Option<Duration> {
        let text = self.response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.trim();
        let wait = match text.parse::<u64>() {
            Ok(seconds) => Duration::from_secs(seconds),
            Err(_) => Timestamp::from(httpdate::parse_http_date(text).ok()?).since(self.now),
        };
        Some(wait.min(LONGEST_WAIT))
    }
}

/// Where a body stops making sense. The parser's own words are not kept, since they quote the body.
#[derive(Debug, thiserror::Error)]
#[error("no sense from line {line} column {column} on")]
struct Misshapen {
    line: usize,
    column: usize,
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
const INSUFFICIENT_SCOPE: &str = "insufficient_scope";
/// For a 429 that does not say. The limits are counted over five minutes, so an immediate retry would fail again.
const DEFAULT_WAIT: Duration = Duration::from_secs(60);
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::replay::{NOW, header, html, json, refusal, with};
    use super::*;

    /// The class of an answer, as one word.
    fn class(response: &HttpResponse) -> String {
        match (Answer { call: "builds", response, now: NOW }).read::<Value>() {
            Ok(_) => "success".to_owned(),
            Err(AzureError::Expired { .. }) => "expired".to_owned(),
            Err(AzureError::ConditionalAccess { .. }) => "conditional access".to_owned(),
            Err(AzureError::MissingScope { scope, .. }) => {
                format!("missing scope {}", scope.unwrap_or_default())
            }
            Err(AzureError::NotAllowed { .. }) => "not allowed".to_owned(),
            Err(AzureError::RateLimited { retry_after, .. }) => {
                format!("rate limited {}", retry_after.as_secs())
            }
            Err(AzureError::Unavailable { retry_after, .. }) => {
                format!("unavailable {}", retry_after.map_or(0, |wait| wait.as_secs()))
            }
            Err(AzureError::NotFound { .. }) => "not found".to_owned(),
            Err(AzureError::Unexpected { .. }) => "unexpected".to_owned(),
            Err(other) => panic!("no class for {other:?}"),
        }
    }

    #[test]
    fn every_shape_of_failure_has_its_class() {
        let tf400813 =
            "TF400813: The user \"aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa\" is not authorized to access this resource.";
        let bare = |status, name, value: &str| header(with(status, "text/plain", ""), name, value);
        let challenge = r#"Bearer error="insufficient_scope", scope="vso.build""#;
        let in_ninety_seconds = (NOW + Duration::from_secs(90)).to_http_date();
        for (case, response, expected) in [
            ("json", json(200, "{}"), "success"),
            ("T23: parameters", with(200, "Application/JSON; charset=utf-8; api-version=1.0", "{}"), "success"),
            ("T21: byte order mark", json(200, "\u{feff}{}"), "success"),
            ("a success that asks to slow down", header(json(200, "{}"), "retry-after", "30"), "success"),
            ("T15: the sign-in page", html(203), "expired"),
            ("T16: 203 with json", json(203, "{}"), "expired"),
            ("T17: redirect", bare(302, "location", "https://app.vssps.visualstudio.com/_signin?realm=x"), "expired"),
            ("§2.4: 401 without a body", bare(401, "www-authenticate", "Bearer"), "expired"),
            ("§2.4: 401 with html", html(401), "expired"),
            ("§2.4: 401 TF400813", refusal(401, tf400813), "expired"),
            ("403 TF400813", refusal(403, tf400813), "expired"),
            ("T20: 403 VS403463", refusal(403, "VS403463: The Conditional Access policy …"), "conditional access"),
            ("401 VS403463", refusal(401, "VS403463: The Conditional Access policy …"), "conditional access"),
            ("403 with a challenge", bare(403, "www-authenticate", challenge), "missing scope vso.build"),
            ("401 with a challenge", bare(401, "www-authenticate", challenge), "missing scope vso.build"),
            ("403 with the word", json(403, r#"{"error":"insufficient_scope"}"#), "missing scope "),
            ("403 otherwise", refusal(403, "TF50309: … do not have sufficient permissions"), "not allowed"),
            ("T25: seconds", header(json(429, "{}"), "retry-after", "30"), "rate limited 30"),
            ("T25: date", header(json(429, "{}"), "retry-after", &in_ninety_seconds), "rate limited 90"),
            (
                "T25: a date gone by",
                header(json(429, "{}"), "retry-after", "Thu, 01 Jan 2026 00:00:00 GMT"),
                "rate limited 0",
            ),
            ("T25: garbage", header(json(429, "{}"), "retry-after", "soon"), "rate limited 60"),
            ("T25: negative", header(json(429, "{}"), "retry-after", "-5"), "rate limited 60"),
            ("T25: none", html(429), "rate limited 60"),
            ("T25: a year", header(json(429, "{}"), "retry-after", "31536000"), "rate limited 3600"),
            (
                "§2.5: TF400733 under another status",
                refusal(503, "TF400733: The request has been canceled"),
                "rate limited 60",
            ),
            ("503 with a time", header(html(503), "retry-after", "7"), "unavailable 7"),
            ("500", html(500), "unavailable 0"),
            ("404", refusal(404, "TF200016: The following project does not exist"), "not found"),
            ("400", refusal(400, "VS402337: …"), "unexpected"),
            ("200 with html", html(200), "unexpected"),
            ("200 without a type", http::Response::new(bytes::Bytes::from_static(b"{}")), "unexpected"),
            ("200 broken", json(200, "{"), "unexpected"),
            ("201", json(201, "{}"), "unexpected"),
            ("204", json(204, ""), "unexpected"),
        ] {
            assert_eq!(class(&response), expected, "{case}");
        }
    }

    #[test]
    fn a_scope_that_is_none_is_not_repeated() {
        let challenge = r#"Bearer error="insufficient_scope", scope="<script>alert(1)</script>""#;
        let response = header(with(403, "text/plain", ""), "www-authenticate", challenge);
        assert_eq!(class(&response), "missing scope ");
    }

    #[test]
    fn the_log_has_no_word_of_the_body() {
        for response in [refusal(401, "TF400813 ada@example.org"), json(200, r#"{"value":["ada@example.org"]}"#)] {
            let answer = Answer { call: "builds", response: &response, now: NOW };
            let error = answer.read::<super::super::model::Entries<super::super::Project>>().unwrap_err();
            let mut chain = format!("{error} {error:?}");
            let mut source = std::error::Error::source(&error);
            while let Some(cause) = source {
                chain.push_str(&cause.to_string());
                source = cause.source();
            }
            assert!(!chain.contains("ada@"), "{chain}");
        }
    }
}
