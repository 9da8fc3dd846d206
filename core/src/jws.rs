//! Signed tokens: the compact JWS (RFC 7515), verified against the keys of an issuer, and made with a key of our own.
//!
//! Of tokens that come:
//!
//! 1. The algorithms are those agreed upon beforehand, never what the token or the keys would have.
//! 2. A key verifies by algorithms of its own kind only, and by its own `alg` if it names one. It is parsed once.
//! 3. A token that names a key is verified by keys of that name; one that names none, by any that fits.
//! 4. No claim is read before the signature holds.
//! 5. No part has two spellings, and no key of its JSON stands twice.

mod algorithm;
mod compact;
mod error;
mod header;
mod key;
mod key_set;
mod pem;
mod signing_key;
mod signing_key_error;
#[cfg(test)]
mod tests;
mod unique;

pub use algorithm::SigningAlgorithm;
pub(crate) use error::JwsError;
pub(crate) use key_set::KeySet;
pub use signing_key::SigningKey;
pub use signing_key_error::SigningKeyError;

use crate::Claims;
use compact::Parts;
use header::Header;

/// A token whose signature holds.
#[derive(Debug)]
pub(crate) struct Verified {
    pub(crate) claims: Claims,
    pub(crate) algorithm: SigningAlgorithm,
    /// Whose key it was, where the key says.
    pub(crate) key_issuer: Option<String>,
}

/// Verifies a token and gives its claims, which nobody has looked at yet.
pub(crate) fn verify(token: &str, keys: &KeySet, allowed: &[SigningAlgorithm]) -> Result<Verified, JwsError> {
    let parts = Parts::split(token)?;
    let Header { algorithm, kid } = Header::parse(&parts.header, allowed)?;
    let mut tried = 0;
    for (key, verifier) in keys.candidates(algorithm, kid.as_deref()) {
        if verifier.verify_sig(parts.signed, &parts.signature).is_ok() {
            let claims = unique::object(&parts.payload);
            let claims = claims.map_err(|source| JwsError::Json { part: "payload", source })?;
            let key_issuer = key.issuer().map(str::to_owned);
            return Ok(Verified { claims: claims.into(), algorithm, key_issuer });
        }
        tried += 1;
    }
    // Without a name, a key that we do not know yet looks like a forgery.
    match (tried, kid) {
        (0, _) | (_, None) => Err(JwsError::UnknownKey { algorithm: algorithm.name(), known: keys.len() }),
        (_, Some(_)) => Err(JwsError::Forged),
    }
}
