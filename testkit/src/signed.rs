//! Signed tokens, and ways to sign them wrong.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::keys::SigningKey;

/// A signature that must not be taken.
pub(crate) enum Forgery {
    /// None.
    Unsigned,
    /// By HS256, with the published key as if it were a shared secret.
    HmacWithPublicKey,
    /// By a key that is not the one named.
    AnotherKey(SigningKey),
}

/// The compact form (RFC 7515 §3.1). The header says what it says: forging it is for the caller.
pub(crate) fn compact(
    header: &Map<String, Value>,
    claims: &Map<String, Value>,
    key: &SigningKey,
    forgery: Option<&Forgery>,
) -> String {
    let encode = |members: &Map<String, Value>| URL_SAFE_NO_PAD.encode(Value::from(members.clone()).to_string());
    let signed = format!("{}.{}", encode(header), encode(claims));
    let signature = match forgery {
        None => key.sign(signed.as_bytes()),
        Some(Forgery::Unsigned) => Vec::new(),
        Some(Forgery::HmacWithPublicKey) => {
            let secret = hmac::Key::new(hmac::HMAC_SHA256, key.jwk().to_string().as_bytes());
            hmac::sign(&secret, signed.as_bytes()).as_ref().to_vec()
        }
        Some(Forgery::AnotherKey(another)) => another.sign(signed.as_bytes()),
    };
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Sets members; `null` takes one away.
pub(crate) fn set(members: &mut Map<String, Value>, changes: &Value) {
    for (name, value) in changes.as_object().into_iter().flatten() {
        match value {
            Value::Null => members.remove(name),
            value => members.insert(name.clone(), value.clone()),
        };
    }
}
