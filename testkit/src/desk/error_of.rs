//! What an answer in JSON says is wrong, in any of the forms that providers have for it.

use serde_json::Value;

/// Code and text of an error: OAuth's, Azure DevOps' with capitals, that of its REST API, and Graph's.
pub(super) fn error_of(body: &Value) -> Option<String> {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let (code, description) = match body.get("error") {
        Some(Value::Object(_)) => {
            let error = body.get("error")?;
            (text(error, "code")?, text(error, "message"))
        }
        _ => match (text(body, "error"), text(body, "Error")) {
            (Some(code), _) => (code, text(body, "error_description")),
            (None, Some(code)) => (code, text(body, "ErrorDescription")),
            (None, None) => (text(body, "typeKey")?, text(body, "message")),
        },
    };
    // Entra's has ids on the lines behind.
    let first_line = description.as_deref().and_then(|text| text.lines().next()).filter(|line| !line.is_empty());
    Some(match first_line {
        Some(line) => format!("{code}: {line}"),
        None => code,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_form_of_error_is_read() {
        for (body, expected) in [
            (json!({ "error": "invalid_grant" }), Some("invalid_grant")),
            (json!({ "error": "a", "error_description": "AADSTS1: no.\r\nTrace ID: 1" }), Some("a: AADSTS1: no.")),
            (json!({ "Error": "invalid_client", "ErrorDescription": "no" }), Some("invalid_client: no")),
            (json!({ "typeKey": "Busy", "message": "later" }), Some("Busy: later")),
            (json!({ "error": { "code": "Token", "message": "claims" } }), Some("Token: claims")),
            (json!({ "error": { "message": "claims" } }), None),
            (json!({ "access_token": "x", "message": "hello" }), None),
            (json!([]), None),
        ] {
            assert_eq!(error_of(&body).as_deref(), expected, "{body}");
        }
    }
}
