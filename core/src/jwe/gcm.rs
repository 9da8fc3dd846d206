//! `A256GCM` (RFC 7518 §5.3), which is only read: next-auth v4 wrote it, and Auth.js accepts it.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

use super::JweError;
use super::compact::Parts;

pub(super) struct GcmKey(LessSafeKey);

impl GcmKey {
    pub(super) fn new(bytes: &[u8; 32]) -> Self {
        #[allow(clippy::expect_used, reason = "32 bytes are always a key of AES-256")]
        Self(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, bytes).expect("an AES-256 key")))
    }

    pub(super) fn open(&self, parts: &Parts<'_>) -> Result<Vec<u8>, JweError> {
        let nonce = Nonce::assume_unique_for_key(parts.iv::<12>()?);
        let mut text = parts.ciphertext()?;
        let tag = parts.tag::<16>()?;
        self.0
            .open_in_place_separate_tag(nonce, Aad::from(parts.header.as_bytes()), &tag, &mut text)
            .map_err(|_| JweError::Forged)?;
        Ok(text)
    }
}
