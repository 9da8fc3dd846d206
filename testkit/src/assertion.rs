//! Judging a client's assertion (RFC 7523 §3): more strictly than most servers do.

use admit::Timestamp;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// What an assertion has to say.
pub(crate) struct Expected<'a> {
    pub(crate) client_id: &'a str,
    /// Any of these.
    pub(crate) audiences: &'a [String],
    pub(crate) now: Timestamp,
}

/// Whether an assertion is the client's, is for this server and counts now: its `jti`, or what is wrong. The key is a
/// JWK. A certificate, in DER, must be the one that is named, as Microsoft Entra ID has it.
pub(crate) fn check(
    assertion: &str,
    key: &Value,
    certificate: Option<&[u8]>,
    expected: &Expected<'_>,
) -> Result<String, String> {
    let (signed, signature) = assertion.rsplit_once('.').ok_or("the assertion is no JWT")?;
    let (header, claims) = signed.split_once('.').ok_or("the assertion is no JWT")?;
    let (header, claims) = (object(header)?, object(claims)?);
    let algorithm = header.get("alg").and_then(Value::as_str).unwrap_or_default();
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| "the signature is no base64url")?;
    if !verifies(key, algorithm, signed.as_bytes(), &signature) {
        return Err(format!("the signature by {algorithm} does not hold"));
    }
    if let Some(der) = certificate {
        let thumbprint = URL_SAFE_NO_PAD.encode(digest(&SHA256, der));
        if header.get("x5t#S256").and_then(Value::as_str) != Some(&thumbprint) || algorithm != "PS256" {
            return Err("the assertion names another certificate, or is not signed by PS256".to_owned());
        }
    }
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    let seconds = |name: &str| claims.get(name).and_then(Value::as_i64).ok_or_else(|| format!("no `{name}`"));
    if text("iss") != expected.client_id || text("sub") != expected.client_id {
        return Err("`iss` and `sub` are not the client".to_owned());
    }
    if !expected.audiences.iter().any(|own| own == text("aud")) {
        return Err("`aud` is somebody else".to_owned());
    }
    let now = expected.now.unix_seconds();
    if seconds("iat")? > now || seconds("nbf")? > now || seconds("exp")? <= now || seconds("exp")? > now + 600 {
        return Err("the assertion does not count now, or for longer than ten minutes".to_owned());
    }
    match text("jti") {
        "" => Err("no `jti`".to_owned()),
        jti => Ok(jti.to_owned()),
    }
}

pub(crate) fn object(part: &str) -> Result<Value, String> {
    let json = URL_SAFE_NO_PAD.decode(part).ok().and_then(|json| serde_json::from_slice::<Value>(&json).ok());
    json.filter(Value::is_object).ok_or_else(|| "a part of the assertion is no JSON object".to_owned())
}

/// Whether a signature holds, by an algorithm that is one of the key's own.
pub(crate) fn verifies(key: &Value, algorithm: &str, message: &[u8], signature: &[u8]) -> bool {
    let bytes = |name: &str| {
        let text = key.get(name).and_then(Value::as_str).unwrap_or_default();
        URL_SAFE_NO_PAD.decode(text).unwrap_or_default()
    };
    let kind = (key.get("kty").and_then(Value::as_str), key.get("crv").and_then(Value::as_str));
    let rsa =
        |parameters| RsaPublicKeyComponents { n: bytes("n"), e: bytes("e") }.verify(parameters, message, signature);
    let point = || [&[4][..], &bytes("x"), &bytes("y")].concat();
    let verified = match (kind, algorithm) {
        ((Some("RSA"), _), "RS256") => rsa(&RSA_PKCS1_2048_8192_SHA256),
        ((Some("RSA"), _), "RS384") => rsa(&RSA_PKCS1_2048_8192_SHA384),
        ((Some("RSA"), _), "RS512") => rsa(&RSA_PKCS1_2048_8192_SHA512),
        ((Some("RSA"), _), "PS256") => rsa(&RSA_PSS_2048_8192_SHA256),
        ((_, Some("P-256")), "ES256") => {
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point()).verify(message, signature)
        }
        ((_, Some("P-384")), "ES384") => {
            UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point()).verify(message, signature)
        }
        ((_, Some("Ed25519")), "EdDSA") => UnparsedPublicKey::new(&ED25519, bytes("x")).verify(message, signature),
        _ => return false,
    };
    verified.is_ok()
}
