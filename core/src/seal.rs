//! Seals what admit alone reads again: the pending cookie, stored sessions, stored tokens.
//!
//! A sealed value is `key id (4) ‖ nonce (12) ‖ ciphertext ‖ tag (16)`: AES-256-GCM (NIST SP 800-38D) under a key that
//! HKDF derives from a secret for one purpose.
//!
//! 1. One purpose does not open what another sealed, and one place (the associated data) not what belongs to another.
//! 2. The newest secret seals, all open. The key id says which it was; it is derived beside the key and tells nothing.
//! 3. Nonces are random. After 2³² values under one key two of them share one with a chance of 2⁻³³, after 2⁴⁰ (ten
//!    thousand a second for three years) of 2⁻¹⁷; rotating the secret starts anew.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use zeroize::Zeroizing;

use crate::{Random, Secret, hkdf, random};

/// Seals and opens values of one purpose.
///
/// Deriving the keys costs more than using them: keep it.
pub(crate) struct Sealer {
    purpose: &'static str,
    first: Key,
    older: Vec<Key>,
}

struct Key {
    id: [u8; KEY_ID],
    cipher: LessSafeKey,
}

impl Sealer {
    /// Derives the keys for a purpose, such as `admit pending v1`; the newest secret first.
    ///
    /// # Panics
    /// Without a secret, which `build()` refuses long before.
    pub(crate) fn new(secrets: &[Secret], purpose: &'static str) -> Self {
        #[allow(clippy::expect_used, reason = "a realm has at least one secret")]
        let (first, older) = secrets.split_first().expect("at least one secret");
        let older = older.iter().map(|secret| Key::derive(secret, purpose)).collect();
        Self { purpose, first: Key::derive(first, purpose), older }
    }

    /// Seals a value for the place that `aad` names. It opens only with the same `aad`, which is not in it.
    pub(crate) fn seal(&self, plain: &[u8], aad: &[u8], random: &dyn Random) -> Vec<u8> {
        let nonce = random::bytes::<NONCE>(random);
        let mut text = Vec::with_capacity(plain.len() + TAG);
        text.extend_from_slice(plain);
        #[allow(clippy::expect_used, reason = "fails only beyond 64 GiB")]
        self.first
            .cipher
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut text)
            .expect("AES-256-GCM seals whatever fits in memory");
        [&self.first.id[..], &nonce, &text].concat()
    }

    /// Authenticates and decrypts what [`Sealer::seal`] made.
    pub(crate) fn open(&self, sealed: &[u8], aad: &[u8]) -> Result<Vec<u8>, SealError> {
        let id = sealed.first_chunk::<KEY_ID>().ok_or(SealError::TooShort)?;
        if sealed.len() < KEY_ID + NONCE + TAG {
            return Err(SealError::TooShort);
        }
        let mut refusal = SealError::NoMatchingSecret;
        // Two secrets may have the same short id by chance, so the first that fits need not be the one.
        for key in std::iter::once(&self.first).chain(&self.older).filter(|key| key.id == *id) {
            match key.open(sealed, aad) {
                Some(plain) => return Ok(plain),
                None => refusal = SealError::Forged,
            }
        }
        Err(refusal)
    }

    /// The same value under the newest secret. `None` if that is what sealed it.
    pub(crate) fn reseal(&self, sealed: &[u8], aad: &[u8], random: &dyn Random) -> Result<Option<Vec<u8>>, SealError> {
        let plain = Zeroizing::new(self.open(sealed, aad)?);
        // By opening it: short ids can be the same by chance.
        match self.first.open(sealed, aad) {
            Some(_) => Ok(None),
            None => Ok(Some(self.seal(&plain, aad, random))),
        }
    }

    /// [`Sealer::seal`], in base64url.
    pub(crate) fn seal_text(&self, plain: &[u8], aad: &[u8], random: &dyn Random) -> String {
        URL_SAFE_NO_PAD.encode(self.seal(plain, aad, random))
    }

    /// [`Sealer::open`], from base64url.
    pub(crate) fn open_text(&self, sealed: &str, aad: &[u8]) -> Result<Vec<u8>, SealError> {
        self.open(&URL_SAFE_NO_PAD.decode(sealed)?, aad)
    }
}

impl Key {
    fn derive(secret: &Secret, purpose: &str) -> Self {
        let bytes = hkdf::derive::<32>(secret, SALT, purpose.as_bytes());
        #[allow(clippy::expect_used, reason = "32 bytes are always a key of AES-256")]
        let key = UnboundKey::new(&AES_256_GCM, bytes.as_slice()).expect("an AES-256 key");
        let id = *hkdf::derive(secret, SALT, format!("{purpose}, key id").as_bytes());
        Self { id, cipher: LessSafeKey::new(key) }
    }

    fn open(&self, sealed: &[u8], aad: &[u8]) -> Option<Vec<u8>> {
        let (id, rest) = sealed.split_first_chunk::<KEY_ID>()?;
        let (nonce, text) = rest.split_first_chunk::<NONCE>()?;
        if *id != self.id {
            return None;
        }
        let mut text = text.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let length = self.cipher.open_in_place(nonce, Aad::from(aad), &mut text).ok()?.len();
        text.truncate(length);
        Some(text)
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secrets = 1 + self.older.len();
        f.debug_struct("Sealer").field("purpose", &self.purpose).field("secrets", &secrets).finish()
    }
}

/// Why a sealed value does not open. For logs only.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SealError {
    #[error("sealed value is not base64url")]
    Base64(#[from] base64::DecodeError),
    #[error("sealed value is too short to be one")]
    TooShort,
    #[error("sealed value names no matching secret: it was sealed under another secret or for another purpose")]
    NoMatchingSecret,
    #[error("sealed value does not authenticate: it was altered, or belongs to another place")]
    Forged,
}

/// Keeps these keys apart from all that others derive from the same secret.
const SALT: &[u8] = b"admit";
const KEY_ID: usize = 4;
const NONCE: usize = 12;
const TAG: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens_whatever_its_length() {
        let sealer = sealer(&["one"]);
        for length in [0, 1, 15, 16, 17, 300, 70_000] {
            let plain = vec![7; length];
            let sealed = sealer.seal(&plain, b"place", &Counting);
            assert_eq!(sealed.len(), length + KEY_ID + NONCE + TAG);
            assert_eq!(sealer.open(&sealed, b"place").unwrap(), plain);
            let text = sealer.seal_text(&plain, b"place", &Counting);
            assert_eq!(sealer.open_text(&text, b"place").unwrap(), plain);
        }
    }

    // What is stored must open after an upgrade. The text was made by another implementation of HKDF and AES-GCM.
    #[test]
    fn the_format_is_the_one_that_was_first_stored() {
        let text = sealer(&["one"]).seal_text(b"plain", b"place", &Counting);
        assert_eq!(text, "17gi7gABAgMEBQYHCAkKC1prWjIeOUVkLccGgn_L-9xEPVUErg");
    }

    #[test]
    fn another_purpose_does_not_open_it() {
        let sealed = sealer(&["one"]).seal(b"plain", b"", &Counting);
        for purpose in ["admit tokens v1", "admit pending v2", "admit pending v1, key id", ""] {
            let other = Sealer::new(&secrets(&["one"]), purpose);
            assert!(matches!(other.open(&sealed, b""), Err(SealError::NoMatchingSecret)), "{purpose}");
        }
    }

    #[test]
    fn another_place_does_not_open_it() {
        let sealer = sealer(&["one"]);
        let sealed = sealer.seal(b"plain", b"azure-devops/ada", &Counting);
        for place in [&b"azure-devops/bob"[..], b"azure-devops/ad", b"azure-devops/ada ", b""] {
            assert!(matches!(sealer.open(&sealed, place), Err(SealError::Forged)));
        }
    }

    #[test]
    fn a_secret_that_was_rotated_still_opens_and_one_that_was_dropped_does_not() {
        let sealed = sealer(&["old"]).seal(b"plain", b"", &Counting);
        let rotated = sealer(&["newest", "new", "old"]);
        assert_eq!(rotated.open(&sealed, b"").unwrap(), b"plain");
        assert!(matches!(sealer(&["newest", "new"]).open(&sealed, b""), Err(SealError::NoMatchingSecret)));

        let again = rotated.seal(b"plain", b"", &Counting);
        assert_eq!(sealer(&["newest"]).open(&again, b"").unwrap(), b"plain");
        assert!(matches!(sealer(&["old"]).open(&again, b""), Err(SealError::NoMatchingSecret)));
    }

    #[test]
    fn secrets_that_share_a_key_id_by_chance_are_told_apart() {
        let mut both = sealer(&["new", "old"]);
        both.first.id = both.older[0].id;
        let by_old = sealer(&["old"]).seal(b"plain", b"", &Counting);
        assert_eq!(both.open(&by_old, b"").unwrap(), b"plain");
    }

    // FLW-010
    #[test]
    fn one_changed_bit_or_a_missing_or_added_byte_spoils_it() {
        let sealer = sealer(&["one"]);
        let sealed = sealer.seal(b"plain", b"place", &Counting);
        for at in 0..sealed.len() {
            for bit in 0..8 {
                let mut changed = sealed.clone();
                changed[at] ^= 1 << bit;
                assert!(sealer.open(&changed, b"place").is_err(), "bit {bit} of byte {at}");
            }
            assert!(sealer.open(&sealed[..at], b"place").is_err(), "cut to {at} bytes");
            assert!(sealer.open(&sealed[at + 1..], b"place").is_err(), "without the first bytes to {at}");
        }
        assert!(sealer.open(&[&sealed[..], &[0]].concat(), b"place").is_err());
    }

    // FLW-010
    #[test]
    fn one_changed_or_missing_character_spoils_the_text() {
        let sealer = sealer(&["one"]);
        let text = sealer.seal_text(b"plain", b"place", &Counting);
        for at in 0..text.len() {
            for other in ["A", "B", "-", "_", "=", "+", ".", "\u{e9}"] {
                let changed = format!("{}{other}{}", &text[..at], &text[at + 1..]);
                assert!(changed == text || sealer.open_text(&changed, b"place").is_err(), "{other} at {at}");
            }
            assert!(sealer.open_text(&text[..at], b"place").is_err(), "cut to {at} characters");
        }
    }

    #[test]
    fn what_is_sealed_anew_opens_under_the_newest_secret_alone() {
        let by_old = sealer(&["old"]).seal(b"plain", b"place", &Counting);
        let mut rotated = sealer(&["new", "old"]);
        let anew = rotated.reseal(&by_old, b"place", &Counting).unwrap().unwrap();
        assert_eq!(sealer(&["new"]).open(&anew, b"place").unwrap(), b"plain");
        assert!(rotated.reseal(&anew, b"place", &Counting).unwrap().is_none());
        assert!(rotated.reseal(&by_old, b"elsewhere", &Counting).is_err());
        // Also where the ids are the same by chance.
        rotated.first.id = rotated.older[0].id;
        assert!(rotated.reseal(&by_old, b"place", &Counting).unwrap().is_some());
    }

    #[test]
    fn a_sealer_does_not_show_its_keys() {
        let shown = format!("{:?}", sealer(&["one", "two"]));
        assert_eq!(shown, r#"Sealer { purpose: "admit pending v1", secrets: 2 }"#);
    }

    fn sealer(texts: &[&str]) -> Sealer {
        Sealer::new(&secrets(texts), "admit pending v1")
    }

    fn secrets(texts: &[&str]) -> Vec<Secret> {
        texts.iter().map(|text| Secret::new(*text)).collect()
    }

    /// 00, 01, 02, …
    #[derive(Debug)]
    struct Counting;

    impl Random for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            (0..).zip(bytes).for_each(|(count, byte)| *byte = count);
        }
    }
}
