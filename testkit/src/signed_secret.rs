//! Judging a client's secret that is a signed JWT, as Apple has it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::assertion::{object, verifies};

/// Whether a secret is signed by the team for this client and this server, and counts now, for half a year at most.
pub(crate) fn check(
    secret: &str,
    key: &Value,
    (team, client_id, issuer): (&str, &str, &str),
    now: i64,
) -> Result<(), String> {
    let (signed, signature) = secret.rsplit_once('.').ok_or("the secret is no JWT")?;
    let (header, claims) = signed.split_once('.').ok_or("the secret is no JWT")?;
    let (header, claims) = (object(header)?, object(claims)?);
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| "the signature is no base64url")?;
    if header.get("alg") != Some(&Value::from("ES256")) || header.get("kid") != key.get("kid") {
        return Err("the secret is not signed by ES256, or names another key".to_owned());
    }
    if !verifies(key, "ES256", signed.as_bytes(), &signature) {
        return Err("the signature of the secret does not hold".to_owned());
    }
    for (name, expected) in [("iss", team), ("sub", client_id), ("aud", issuer)] {
        if claims.get(name).and_then(Value::as_str) != Some(expected) {
            return Err(format!("`{name}` of the secret is not {expected}"));
        }
    }
    let seconds = |name: &str| claims.get(name).and_then(Value::as_i64).ok_or_else(|| format!("no `{name}`"));
    let (begin, end) = (seconds("iat")?, seconds("exp")?);
    let counts = begin <= now && now < end && end - begin <= HALF_A_YEAR;
    counts.then_some(()).ok_or_else(|| "the secret does not count now, or for too long".to_owned())
}

const HALF_A_YEAR: i64 = 15_777_000;
