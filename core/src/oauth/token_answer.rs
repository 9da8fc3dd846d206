//! What a token endpoint's answer means, read as leniently as real servers need and no further.
//!
//! 1. A success is a 2xx with a JSON object that holds a non-empty `access_token`.
//! 2. `expires_in`, and `refresh_in` beside it, may be a number or a numeric string; what cannot be read is unknown,
//!    never an instant.
//! 3. Any `token_type` is taken down as it stands.

use serde_json::{Map, Value};

use super::answer::{members, seconds, unexpected};
use crate::account::Extra;
use crate::provider::{Endpoint, ProviderError};
use crate::{HttpResponse, Secret, Timestamp, TokenSet};

/// Reads the answer. Faults are classed by RFC 6749 §5.2's words; a provider that means something else by them
/// reclasses what comes back.
pub(crate) fn parse(response: &HttpResponse, now: Timestamp) -> Result<TokenSet, ProviderError> {
    let members = members(Endpoint::Token, response)?;
    let unexpected = |what| unexpected(Endpoint::Token, response, what);
    if !matches!(response.status().as_u16(), 200 | 201) {
        return Err(unexpected("neither tokens nor an error"));
    }
    success(members, now).ok_or_else(|| unexpected("no access token"))
}

fn success(mut members: Map<String, Value>, now: Timestamp) -> Option<TokenSet> {
    let access_token = take_secret(&mut members, "access_token")?;
    let expires_at = members.remove("expires_in").and_then(|value| seconds(&value)).map(|life| now + life);
    // No word of RFC 6749's. Microsoft's servers say by it when to renew a token that lives on.
    let refresh_at = members.remove("refresh_in").and_then(|value| seconds(&value)).map(|wait| now + wait);
    let scope = match members.remove("scope") {
        Some(Value::String(text)) if !text.trim().is_empty() => Some(text),
        Some(Value::Array(list)) => {
            Some(list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")).filter(|text| !text.is_empty())
        }
        _ => None,
    };
    let token_type = match members.remove("token_type") {
        Some(Value::String(text)) if !text.is_empty() => text,
        _ => "Bearer".to_owned(),
    };
    let refresh_token = take_secret(&mut members, "refresh_token");
    let id_token = take_secret(&mut members, "id_token");
    Some(TokenSet {
        access_token,
        token_type,
        expires_at,
        refresh_at,
        refresh_token,
        id_token,
        scope,
        extra: Extra(members),
    })
}

fn take_secret(members: &mut Map<String, Value>, key: &str) -> Option<Secret> {
    match members.remove(key) {
        Some(Value::String(text)) if !text.is_empty() => Some(Secret::new(text)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_295_606);

    fn read(status: u16, body: &str) -> Result<TokenSet, ProviderError> {
        let response = http::Response::builder().status(status).body(Bytes::copy_from_slice(body.as_bytes())).unwrap();
        parse(&response, NOW)
    }

    fn lifetime(expires_in: &str) -> Option<u64> {
        let tokens = read(200, &format!(r#"{{"access_token":"t","expires_in":{expires_in}}}"#)).unwrap();
        tokens.expires_at.map(|at| at.since(NOW).as_secs())
    }

    #[test]
    fn expires_in_is_read_as_number_or_text_and_nonsense_is_unknown() {
        // TOK-004, TOK-005; azure.md T02, T03, T04
        for text in ["3599", "3599.0", "\"3599\"", "\"3599.5\"", "\" 3599 \""] {
            assert_eq!(lifetime(text), Some(3599), "{text}");
        }
        for text in ["null", "\"\"", "\"abc\"", "-1", "0", "1e18", "[]", "{}", "true"] {
            assert_eq!(lifetime(text), None, "{text}");
        }
        assert!(read(200, r#"{"access_token":"t"}"#).unwrap().expires_at.is_none());
    }

    #[test]
    fn any_token_type_is_taken_down_as_it_stands() {
        // TOK-001; azure.md T06
        for kind in ["jwt-bearer", "jwt", "bEARER"] {
            let body = format!(r#"{{"access_token":"t","token_type":"{kind}"}}"#);
            assert_eq!(read(200, &body).unwrap().token_type, kind);
        }
        assert_eq!(read(200, r#"{"access_token":"t"}"#).unwrap().token_type, "Bearer");
    }

    #[test]
    fn an_error_counts_whatever_the_status_and_however_its_key_is_written() {
        // TOK-007, ADO-004; azure.md T10, T11, T12
        for (status, body, code) in [
            (400, r#"{"error":"invalid_grant"}"#, "invalid_grant"),
            (200, r#"{"Error":"invalid_grant"}"#, "invalid_grant"),
            (200, r#"{"error":"bad_verification_code","access_token":"t"}"#, "bad_verification_code"),
            (400, r#"{"Error":"second","error":"first"}"#, "first"),
            (400, r#"{"error":"","Error":"second"}"#, "second"),
        ] {
            match read(status, body) {
                Err(ProviderError::Refused { code: found, .. }) => assert_eq!(found, code, "{body}"),
                other => panic!("{body}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_is_no_answer_is_said_to_be_none_without_its_body() {
        // TOK-009, TOK-019, TOK-020; azure.md T13, T14, T22
        for (status, body) in [
            (400, ""),
            (400, "<html>secret-looking</html>"),
            (400, "null"),
            (400, "[]"),
            (400, "\"text\""),
            (200, "<!doctype html>"),
            (200, "{}"),
            (200, r#"{"access_token":""}"#),
            (200, r#"{"access_token":7}"#),
            (200, r#"{"access_token":"a","access_token":"b"}"#),
            (302, r#"{"access_token":"t"}"#),
            (203, r#"{"access_token":"t"}"#),
            (400, r#"{"access_token":"t"}"#),
        ] {
            match read(status, body) {
                Err(error @ ProviderError::Unexpected { .. }) => {
                    assert!(!error.to_string().contains("secret-looking"), "{error}");
                }
                other => panic!("{status} {body}: {other:?}"),
            }
        }
        let response = http::Response::new(Bytes::from_static(b"{\"access_token\":\"\xff\xfe\"}"));
        assert!(matches!(parse(&response, NOW), Err(ProviderError::Unexpected { .. })));
    }

    #[test]
    fn a_byte_order_mark_and_unknown_members_are_tolerated() {
        // azure.md T21, T22
        let tokens = read(200, "\u{feff}{\"access_token\":\"t\",\"$id\":\"1\",\"ext\":5}").unwrap();
        assert_eq!(tokens.extra.0.len(), 2);
        assert_eq!(format!("{:?}", tokens.extra), r#"{"$id", "ext"}"#);
    }

    #[test]
    fn scopes_come_as_text_or_as_a_list() {
        let scope = |json: &str| read(200, &format!(r#"{{"access_token":"t","scope":{json}}}"#)).unwrap().scope;
        assert_eq!(scope(r#""a b""#).as_deref(), Some("a b"));
        assert_eq!(scope(r#"["a","b"]"#).as_deref(), Some("a b"));
        assert_eq!(scope(r#""""#), None);
    }

    #[test]
    fn what_the_provider_writes_cannot_forge_a_log_line() {
        // azure.md T81
        let body = format!(r#"{{"error":"invalid_grant","error_description":"a\r\nfake{}"}}"#, "x".repeat(10_000));
        let text = read(400, &body).unwrap_err().to_string();
        assert!(!text.contains('\n') && text.len() < 500, "{text}");
    }
}
