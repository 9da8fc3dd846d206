//! What an OAuth endpoint answers in JSON: members, or an error (RFC 6749 §5.2).
//!
//! 1. An error counts whatever the status; its key may be `error` or `Error`.
//! 2. Two values for one security-relevant key are refused.

use std::time::Duration;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::shown;
use crate::HttpResponse;
use crate::provider::{Endpoint, Fault, ProviderError, same_word};

/// The members of an answer that is no error, whatever its status.
pub(super) fn members(endpoint: Endpoint, response: &HttpResponse) -> Result<Map<String, Value>, ProviderError> {
    let status = response.status().as_u16();
    let unexpected = |what: &str| unexpected(endpoint, response, what);
    if response.status().is_redirection() {
        return Err(unexpected("a redirect, which is not followed"));
    }
    let body = response.body().strip_prefix(b"\xef\xbb\xbf").unwrap_or(response.body());
    if body.is_empty() {
        return Err(unexpected("an empty body"));
    }
    let Strict(members) = serde_json::from_slice(body).map_err(|error| {
        if error.is_data() && error.to_string().starts_with(DUPLICATE) {
            return unexpected("a key that stands twice");
        }
        unexpected(match body.first() {
            Some(b'<') => "HTML",
            Some(b'{') => "broken JSON",
            _ => "no JSON object",
        })
    })?;
    match word(&members, "error") {
        Some(code) => Err(ProviderError::Refused {
            endpoint,
            status,
            fault: fault(&code),
            code,
            description: word(&members, "error_description"),
        }),
        None => Ok(members),
    }
}

/// An answer that means nothing. What was in it is not repeated.
pub(super) fn unexpected(endpoint: Endpoint, response: &HttpResponse, what: &str) -> ProviderError {
    ProviderError::Unexpected { endpoint, status: response.status().as_u16(), what: what.to_owned(), source: None }
}

/// A lifetime: positive, rounded down, and no longer than ten years.
pub(super) fn seconds(value: &Value) -> Option<Duration> {
    const TEN_YEARS: f64 = 315_360_000.0;
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse::<f64>().ok()?,
        _ => return None,
    };
    (1.0..=TEN_YEARS).contains(&number).then(|| Duration::from_secs_f64(number.floor()))
}

/// An error member under its RFC name, else under a name that differs in case and underscores only.
fn word(members: &Map<String, Value>, name: &str) -> Option<String> {
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(shown);
    members
        .get(name)
        .and_then(text)
        .or_else(|| members.iter().filter(|(key, _)| same_word(key, name)).find_map(|(_, value)| text(value)))
}

fn fault(code: &str) -> Fault {
    let is = |word| same_word(code, word);
    if is("invalid_grant") || is("interaction_required") || is("login_required") || is("consent_required") {
        Fault::Reauthenticate
    } else if is("access_denied") {
        Fault::Denied
    } else if is("temporarily_unavailable") || is("server_error") || is("slow_down") {
        Fault::Temporary
    } else if is("invalid_client")
        || is("unauthorized_client")
        || is("invalid_scope")
        || is("unsupported_grant_type")
        || is("invalid_target")
    {
        Fault::Configuration
    } else {
        Fault::Protocol
    }
}

/// A JSON object in which no key stands twice.
struct Strict(Map<String, Value>);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Strict;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Strict, A::Error> {
                let mut members = Map::new();
                while let Some((key, value)) = access.next_entry::<String, Value>()? {
                    if members.contains_key(&key) && SECURITY_KEYS.contains(&key.as_str()) {
                        return Err(serde::de::Error::custom(DUPLICATE));
                    }
                    members.insert(key, value);
                }
                Ok(Strict(members))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

const DUPLICATE: &str = "duplicate key";
const SECURITY_KEYS: &[&str] =
    &["access_token", "refresh_token", "id_token", "token_type", "expires_in", "scope", "request_uri", "error"];
