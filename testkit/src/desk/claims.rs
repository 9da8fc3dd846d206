//! What is in a token, and what each claim means, for whoever sees them for the first time.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::time;

/// A signed token, taken apart. Nobody has checked its signature.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) header: Map<String, Value>,
    pub(super) claims: Map<String, Value>,
}

impl Parts {
    /// `None` for a token that is no JSON Web Token.
    pub(super) fn of(token: &str) -> Option<Self> {
        let object = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok();
        let mut parts = token.split('.');
        let (header, claims, _signature) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        Some(Self { header: object(header)?, claims: object(claims)? })
    }
}

/// A value as a person reads it: text without quotes, and seconds as a date behind them.
pub(super) fn shown(name: &str, value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if INSTANTS.contains(&name) => match number.as_i64() {
            Some(seconds) => format!("{number}, which is {}", time::whole(seconds)),
            None => number.to_string(),
        },
        other => other.to_string(),
    }
}

/// What a claim or a member of the header means. Nothing for those that an application defines.
pub(super) fn meaning(name: &str) -> Option<&'static str> {
    MEANINGS.iter().find(|(known, _)| *known == name).map(|(_, words)| *words)
}

const INSTANTS: [&str; 5] = ["exp", "iat", "nbf", "auth_time", "updated_at"];

const MEANINGS: &[(&str, &str)] = &[
    ("acct", "whether the person is a member (0) or a guest (1)"),
    ("acr", "how surely the person was recognised"),
    ("acrs", "what the person has proved beyond signing in"),
    ("alg", "how it is signed"),
    ("amr", "by which means the person proved who they are"),
    ("appid", "for which app it was given out"),
    ("at_hash", "the hash of the access token beside it"),
    ("aud", "for whom it is: nobody else may take it"),
    ("aui", "an id of the sign-in"),
    ("auth_time", "when the person signed in"),
    ("azp", "for which app it was given out"),
    ("email", "an address, which does not say who it is"),
    ("email_verified", "whether the address was checked"),
    ("exp", "when it ends"),
    ("groups", "the groups of the person"),
    ("iat", "when it was made"),
    ("iss", "who made it"),
    ("kid", "which key signed it"),
    ("locale", "the person’s language"),
    ("name", "a name to show"),
    ("nameid", "the person’s id at Azure DevOps"),
    ("nbf", "from when on it counts"),
    ("nonce", "what ties it to one sign-in"),
    ("oid", "who it is, within the tenant"),
    ("picture", "where a picture is"),
    ("preferred_username", "what the person types, which may change"),
    ("roles", "the person’s roles in the app"),
    ("scp", "what it allows"),
    ("sid", "the session at the provider"),
    ("sub", "who it is"),
    ("tid", "the tenant"),
    ("typ", "what it is"),
    ("upn", "the person’s user name, which may change"),
    ("uti", "an id of the token itself"),
    ("ver", "the version of its form"),
    ("x5t", "which certificate signed it"),
    ("xms_edov", "whether the address’s domain is the tenant’s own"),
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_token_is_taken_apart_and_anything_else_is_not() {
        let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let token = format!("{}.{}.sig", encode(json!({ "alg": "none" })), encode(json!({ "sub": "<b>" })));
        let parts = Parts::of(&token).unwrap();
        assert_eq!((&parts.header["alg"], &parts.claims["sub"]), (&json!("none"), &json!("<b>")));
        let array = encode(json!([1]));
        for wrong in ["access-1", "", "a.b", "a.b.c", &format!("{token}.more"), &format!("{array}.{array}.x")] {
            assert_eq!(Parts::of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn seconds_are_told_as_a_date_and_other_numbers_are_not() {
        assert_eq!(shown("exp", &json!(1_795_300_000)), "1795300000, which is 2026-11-21 22:26:40 UTC");
        assert_eq!(shown("acct", &json!(1)), "1");
        assert_eq!(shown("exp", &json!("soon")), "soon");
        assert_eq!(shown("exp", &json!(i64::MAX)).split(',').next(), Some("9223372036854775807"));
    }

    #[test]
    fn a_claim_has_one_meaning() {
        assert!(MEANINGS.windows(2).all(|pair| pair[0].0 < pair[1].0), "in the order of the alphabet, each once");
    }
}
