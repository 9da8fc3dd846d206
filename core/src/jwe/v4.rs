//! Session tokens of next-auth v4, so that a move to admit signs nobody out. They are read, never written.

use std::fmt;

use super::JweError;
use super::compact::Parts;
use super::gcm::GcmKey;
use crate::{Secret, hkdf};

/// One key for each secret. In v4 the cookie's name has no part in it.
pub(crate) struct V4Keys(Vec<GcmKey>);

impl V4Keys {
    pub(crate) fn derive(secrets: &[Secret]) -> Self {
        Self(secrets.iter().map(|secret| GcmKey::new(&hkdf::derive(secret, b"", INFO))).collect())
    }

    /// Authenticates and decrypts a token. It names no key, so each secret is tried.
    pub(crate) fn open(&self, token: &str) -> Result<Vec<u8>, JweError> {
        let parts = Parts::split(token)?;
        if parts.header != HEADER {
            return Err(JweError::Unsupported);
        }
        let mut refusal = JweError::NoMatchingSecret;
        for key in &self.0 {
            match key.open(&parts) {
                Ok(claims) => return Ok(claims),
                Err(error) => refusal = error,
            }
        }
        Err(refusal)
    }
}

impl fmt::Debug for V4Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("V4Keys").field("secrets", &self.0.len()).finish()
    }
}

const INFO: &[u8] = b"NextAuth.js Generated Encryption Key";

/// `{"alg":"dir","enc":"A256GCM"}`: v4 writes no other.
const HEADER: &str = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0";
