//! The protected header: which algorithm, which key, and nothing that we would have to understand and do not.

use serde_json::Value;

use super::{JwsError, SigningAlgorithm, unique};

/// What a header that passed says.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) algorithm: SigningAlgorithm,
    /// The name of the key, if it gives one.
    pub(super) kid: Option<String>,
}

impl Header {
    /// Reads a header. The keys and addresses of keys that it may bring along (`jwk`, `jku`, `x5c`, `x5u`) are passed
    /// over: a token does not choose what it is judged by (RFC 8725 §3.10).
    pub(super) fn parse(json: &[u8], allowed: &[SigningAlgorithm]) -> Result<Self, JwsError> {
        let members = unique::object(json).map_err(|source| JwsError::Json { part: "header", source })?;
        // We understand no extension, so any `crit` asks too much (RFC 7515 §4.1.11), and `b64` needs one.
        for name in ["crit", "b64", "zip"] {
            if members.contains_key(name) {
                return Err(JwsError::Unsupported(name));
            }
        }
        // An access token or a logout token is no ID token, whoever signed it (RFC 8725 §3.11).
        match members.get("typ") {
            None => {}
            Some(Value::String(typ)) if TYPES.iter().any(|known| typ.eq_ignore_ascii_case(known)) => {}
            Some(_) => return Err(JwsError::Unsupported("typ")),
        }
        let kid = match members.get("kid") {
            None => None,
            Some(Value::String(kid)) => Some(kid.clone()),
            Some(_) => return Err(JwsError::Unsupported("kid")),
        };
        let found = members.get("alg").and_then(Value::as_str).unwrap_or_default();
        match SigningAlgorithm::parse(found).filter(|algorithm| allowed.contains(algorithm)) {
            Some(algorithm) => Ok(Self { algorithm, kid }),
            None => Err(JwsError::Algorithm {
                found: found.chars().take(32).collect(),
                allowed: allowed.iter().map(|algorithm| algorithm.name()).collect::<Vec<_>>().join(", "),
            }),
        }
    }
}

const TYPES: &[&str] = &["JWT", "application/jwt"];
