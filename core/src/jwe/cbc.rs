//! `A256CBC-HS512` (RFC 7518 §5.2.5): AES-256-CBC, and an HMAC-SHA-512 over header, IV and ciphertext, cut to 32 bytes.

use aws_lc_rs::cipher::{
    AES_256, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey, PaddedBlockEncryptingKey, UnboundCipherKey,
};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::JweError;
use super::compact::Parts;
use crate::Random;
use crate::random;

/// Keeps what would cost time to make again: the AES key schedules, and the HMAC state behind the key and the header.
pub(super) struct CbcKey {
    kid: String,
    /// The header of every token sealed with this key, in base64url.
    header: String,
    authenticating: hmac::Key,
    /// `authenticating`, already fed with `header`.
    after_header: hmac::Context,
    encrypting: PaddedBlockEncryptingKey,
    decrypting: PaddedBlockDecryptingKey,
}

impl CbcKey {
    pub(super) fn new(bytes: &[u8; 64], kid: String) -> Self {
        // The order of the members is part of the wire; a thumbprint has nothing to escape.
        let header = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"dir","enc":"A256CBC-HS512","kid":"{kid}"}}"#));
        let (for_mac, for_cipher) = bytes.split_at(32);
        let authenticating = hmac::Key::new(hmac::HMAC_SHA512, for_mac);
        let mut after_header = hmac::Context::with_key(&authenticating);
        after_header.update(header.as_bytes());
        let cipher_key = || UnboundCipherKey::new(&AES_256, for_cipher);
        #[allow(clippy::expect_used, reason = "32 bytes are always a key of AES-256")]
        Self {
            kid,
            header,
            authenticating,
            after_header,
            encrypting: cipher_key().and_then(PaddedBlockEncryptingKey::cbc_pkcs7).expect("an AES-256 key"),
            decrypting: cipher_key().and_then(PaddedBlockDecryptingKey::cbc_pkcs7).expect("an AES-256 key"),
        }
    }

    pub(super) fn kid(&self) -> &str {
        &self.kid
    }

    /// Whether that is the header of the tokens sealed with this key, to the byte.
    pub(super) fn wrote(&self, header: &str) -> bool {
        self.header == header
    }

    pub(super) fn seal(&self, plaintext: &[u8], random: &dyn Random) -> String {
        let iv = random::bytes::<IV>(random);
        let mut text = Vec::with_capacity(plaintext.len() + BLOCK);
        text.extend_from_slice(plaintext);
        #[allow(clippy::expect_used, reason = "fails only with an IV of another cipher")]
        self.encrypting
            .less_safe_encrypt(&mut text, EncryptionContext::Iv128(iv.into()))
            .expect("AES-256-CBC encrypts whatever it is given");
        let tag = self.tag(&self.header, &iv, &text);

        let mut token = String::with_capacity(self.header.len() + 4 + (IV + text.len() + TAG + 3) * 4 / 3 + 3);
        token.push_str(&self.header);
        token.push('.');
        for part in [&iv[..], &text, &tag] {
            token.push('.');
            URL_SAFE_NO_PAD.encode_string(part, &mut token);
        }
        token
    }

    pub(super) fn open(&self, parts: &Parts<'_>) -> Result<Vec<u8>, JweError> {
        let iv = parts.iv::<IV>()?;
        let mut text = parts.ciphertext()?;
        let tag = parts.tag::<TAG>()?;
        verify_slices_are_equal(&self.tag(parts.header, &iv, &text), &tag).map_err(forged)?;
        let length = self.decrypting.decrypt(&mut text, DecryptionContext::Iv128(iv.into())).map_err(forged)?.len();
        text.truncate(length);
        Ok(text)
    }

    pub(super) fn tag(&self, header: &str, iv: &[u8; IV], ciphertext: &[u8]) -> [u8; TAG] {
        let mut mac = if self.wrote(header) {
            self.after_header.clone()
        } else {
            let mut mac = hmac::Context::with_key(&self.authenticating);
            mac.update(header.as_bytes());
            mac
        };
        mac.update(iv);
        mac.update(ciphertext);
        mac.update(&(header.len() as u64 * 8).to_be_bytes());
        let mut tag = [0; TAG];
        tag.iter_mut().zip(mac.sign().as_ref()).for_each(|(to, from)| *to = *from);
        tag
    }
}

/// A padding that is wrong behind a tag that is right takes the key to make; it is not told apart.
fn forged(_: Unspecified) -> JweError {
    JweError::Forged
}

const BLOCK: usize = 16;
const IV: usize = 16;
const TAG: usize = 32;
