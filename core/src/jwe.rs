//! Session tokens as Auth.js seals them: compact JWE (RFC 7516) with `alg` `dir`, under keys derived from a secret and
//! the cookie's name.
//!
//! 1. What is sealed is always `A256CBC-HS512` (RFC 7518 §5.2.5) with a `kid`; `A256GCM` is read too, as Auth.js does.
//! 2. The cookie's name is the salt, so a token made for one cookie does not open as another.
//! 3. Nothing is decrypted before it has authenticated, and no JSON of the token is read before that but its header.
//! 4. A header we wrote ourselves is known by its bytes; only a foreign one is parsed.
//! 5. Nothing here looks at claims except [`check_times`].

mod cbc;
mod compact;
mod error;
mod gcm;
mod header;
mod thumbprint;
mod v4;

use std::fmt;

use aws_lc_rs::digest::{SHA256, SHA512};
use zeroize::Zeroizing;

use crate::{Random, Secret, Timestamp, Token, hkdf};
use cbc::CbcKey;
use compact::Parts;
use gcm::GcmKey;
use header::{Encryption, Header};

pub(crate) use error::JweError;
pub(crate) use v4::V4Keys;

/// The keys of one cookie name: one for each secret. The first seals, all open.
///
/// Deriving them costs more than opening a token: keep them.
pub(crate) struct Keys {
    first: Key,
    older: Vec<Key>,
}

/// What is derived from one secret.
struct Key {
    cbc: CbcKey,
    gcm: GcmKey,
    /// The `kid` under which a token names `gcm`.
    gcm_kid: String,
}

impl Keys {
    /// Derives the keys for the cookie of that name, the newest secret first.
    ///
    /// # Panics
    /// Without a secret, which `build()` refuses long before.
    pub(crate) fn derive(secrets: &[Secret], cookie_name: &str) -> Self {
        #[allow(clippy::expect_used, reason = "a realm has at least one secret")]
        let (first, older) = secrets.split_first().expect("at least one secret");
        Self {
            first: Key::derive(first, cookie_name),
            older: older.iter().map(|secret| Key::derive(secret, cookie_name)).collect(),
        }
    }

    /// Seals serialized claims.
    pub(crate) fn seal(&self, claims: &[u8], random: &dyn Random) -> String {
        self.first.cbc.seal(claims, random)
    }

    /// Authenticates and decrypts a token. The claims are returned as they were sealed; they may have expired.
    pub(crate) fn open(&self, token: &str) -> Result<Vec<u8>, JweError> {
        let parts = Parts::split(token)?;
        if let Some(key) = self.newest_first().find(|key| key.cbc.wrote(parts.header)) {
            return key.cbc.open(&parts);
        }
        let header = Header::parse(parts.header)?;
        let kid = header.kid.as_deref();
        match header.encryption {
            Encryption::A256CbcHs512 => self.named(kid, |key| key.cbc.kid())?.cbc.open(&parts),
            Encryption::A256Gcm => self.named(kid, |key| &key.gcm_kid)?.gcm.open(&parts),
        }
    }

    /// As Auth.js chooses: the first secret if the token names none, else the one it names.
    fn named(&self, kid: Option<&str>, kid_of: impl Fn(&Key) -> &str) -> Result<&Key, JweError> {
        match kid {
            None => Ok(&self.first),
            Some(kid) => self.newest_first().find(|key| kid_of(key) == kid).ok_or(JweError::NoMatchingSecret),
        }
    }

    fn newest_first(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.first).chain(&self.older)
    }
}

impl Key {
    fn derive(secret: &Secret, cookie_name: &str) -> Self {
        let info = format!("Auth.js Generated Encryption Key ({cookie_name})");
        let bytes = hkdf::derive::<64>(secret, cookie_name.as_bytes(), info.as_bytes());
        // The key of A256GCM is derived with the same words at half the length, so it is the first half of the other:
        // the half that authenticates. That is the wire's choice; we never seal with it.
        let mut half = Zeroizing::new([0; 32]);
        half.iter_mut().zip(bytes.iter()).for_each(|(to, from)| *to = *from);
        Self {
            cbc: CbcKey::new(&bytes, thumbprint::of(&SHA512, bytes.as_slice())),
            gcm: GcmKey::new(&half),
            gcm_kid: thumbprint::of(&SHA256, half.as_slice()),
        }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("secrets", &self.newest_first().count()).finish()
    }
}

/// Refuses a token that has ended or not begun, with Auth.js's leeway for clocks that differ. One without `exp` passes.
pub(crate) fn check_times(token: &Token, now: Timestamp) -> Result<(), JweError> {
    let now = now.unix_seconds();
    if token.expires_at.is_some_and(|end| end <= now.saturating_sub(LEEWAY_SECONDS)) {
        return Err(JweError::Expired);
    }
    if token.not_before.is_some_and(|start| start > now.saturating_add(LEEWAY_SECONDS)) {
        return Err(JweError::NotYetValid);
    }
    Ok(())
}

const LEEWAY_SECONDS: i64 = 15;

#[cfg(test)]
mod tests;
