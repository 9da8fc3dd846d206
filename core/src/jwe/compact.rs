//! The compact serialization (RFC 7516 §7.1): `header.encrypted key.iv.ciphertext.tag`.

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::{DecodeSliceError, Engine as _};

use super::JweError;

/// A token in its parts, all still in base64url. There is no encrypted key: `dir` has none.
pub(super) struct Parts<'a> {
    pub(super) header: &'a str,
    iv: &'a str,
    ciphertext: &'a str,
    tag: &'a str,
}

impl<'a> Parts<'a> {
    pub(super) fn split(token: &'a str) -> Result<Self, JweError> {
        if token.len() > MAX_LENGTH {
            return Err(JweError::TooLong(token.len()));
        }
        let (header, rest) = cut(token)?;
        let (encrypted_key, rest) = cut(rest)?;
        let (iv, rest) = cut(rest)?;
        let (ciphertext, tag) = cut(rest)?;
        if cut(tag).is_ok() {
            return Err(JweError::NotCompact);
        }
        if !encrypted_key.is_empty() {
            return Err(JweError::EncryptedKey);
        }
        Ok(Self { header, iv, ciphertext, tag })
    }

    pub(super) fn iv<const N: usize>(&self) -> Result<[u8; N], JweError> {
        exactly(self.iv, "iv")
    }

    pub(super) fn ciphertext(&self) -> Result<Vec<u8>, JweError> {
        decode(self.ciphertext, "ciphertext")
    }

    pub(super) fn tag<const N: usize>(&self) -> Result<[u8; N], JweError> {
        exactly(self.tag, "tag")
    }
}

/// What stands before the next dot, and what after it.
fn cut(text: &str) -> Result<(&str, &str), JweError> {
    let dot = memchr::memchr(b'.', text.as_bytes()).and_then(|dot| text.split_at_checked(dot));
    dot.and_then(|(part, rest)| Some((part, rest.get(1..)?))).ok_or(JweError::NotCompact)
}

/// Decodes a part. Spare bits must be zero, so that no part has two spellings.
pub(super) fn decode(text: &str, part: &'static str) -> Result<Vec<u8>, JweError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|source| JweError::Base64 { part, source })
}

fn exactly<const N: usize>(text: &str, part: &'static str) -> Result<[u8; N], JweError> {
    let mut bytes = [0; N];
    match URL_SAFE_NO_PAD.decode_slice(text, &mut bytes) {
        Ok(length) if length == N => Ok(bytes),
        Ok(_) | Err(DecodeSliceError::OutputSliceTooSmall) => Err(JweError::Length { part }),
        Err(DecodeSliceError::DecodeError(source)) => Err(JweError::Base64 { part, source }),
    }
}

/// Far above what browsers keep for one site in cookies, far below what would be work.
pub(super) const MAX_LENGTH: usize = 64 * 1024;
