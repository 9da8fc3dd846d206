//! The compact serialization (RFC 7515 §7.1): `header.payload.signature`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::JwsError;

/// A token in its parts.
pub(super) struct Parts<'a> {
    pub(super) header: Vec<u8>,
    pub(super) payload: Vec<u8>,
    pub(super) signature: Vec<u8>,
    /// What is signed: the first two parts as they were written.
    pub(super) signed: &'a [u8],
}

impl<'a> Parts<'a> {
    pub(super) fn split(token: &'a str) -> Result<Self, JwsError> {
        if token.len() > MAX_LENGTH {
            return Err(JwsError::TooLong(token.len()));
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(JwsError::NotCompact)?;
        let (header, payload) = signed.split_once('.').ok_or(JwsError::NotCompact)?;
        match payload.matches('.').count() {
            0 => {}
            2 => return Err(JwsError::Encrypted),
            _ => return Err(JwsError::NotCompact),
        }
        Ok(Self {
            header: decode(header, "header")?,
            payload: decode(payload, "payload")?,
            signature: decode(signature, "signature")?,
            signed: signed.as_bytes(),
        })
    }
}

/// Decodes a part. Spare bits must be zero, so that no part has two spellings.
fn decode(text: &str, part: &'static str) -> Result<Vec<u8>, JwsError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|source| JwsError::Base64 { part, source })
}

/// A person in a thousand groups fits; what is work does not.
pub(super) const MAX_LENGTH: usize = 64 * 1024;
