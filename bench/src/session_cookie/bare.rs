//! The least that reading a session cookie takes: one key that is kept, one layout, claims that are known beforehand.

use aws_lc_rs::cipher::{AES_256, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::{hkdf, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

pub(super) struct BareKey {
    mac: hmac::Key,
    cipher: PaddedBlockDecryptingKey,
}

/// The claims, and nothing that is not among them.
#[derive(Deserialize)]
#[allow(dead_code, reason = "parsed, as a session would be, and read by nobody")]
pub(super) struct Claims {
    name: Option<String>,
    email: Option<String>,
    picture: Option<String>,
    pub(super) sub: String,
    admit: Private,
    iat: i64,
    exp: i64,
    jti: String,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "parsed, as a session would be, and read by nobody")]
struct Private {
    sid: String,
    started_at: i64,
}

impl BareKey {
    pub(super) fn derive(secret: &str, cookie_name: &str) -> Self {
        struct Length;
        impl hkdf::KeyType for Length {
            fn len(&self) -> usize {
                64
            }
        }
        let mut key = [0; 64];
        hkdf::Salt::new(hkdf::HKDF_SHA256, cookie_name.as_bytes())
            .extract(secret.as_bytes())
            .expand(&[format!("Auth.js Generated Encryption Key ({cookie_name})").as_bytes()], Length)
            .and_then(|output| output.fill(&mut key))
            .expect("64 bytes can be had");
        let (mac, cipher) = key.split_at(32);
        Self {
            mac: hmac::Key::new(hmac::HMAC_SHA512, mac),
            cipher: UnboundCipherKey::new(&AES_256, cipher)
                .and_then(PaddedBlockDecryptingKey::cbc_pkcs7)
                .expect("32 bytes are a key"),
        }
    }

    pub(super) fn open(&self, token: &str) -> Option<Claims> {
        let (header, rest) = token.split_once("..")?;
        let mut parts = rest.split('.');
        let mut iv = [0; 16];
        let mut tag = [0; 32];
        URL_SAFE_NO_PAD.decode_slice(parts.next()?, &mut iv).ok()?;
        let mut text = URL_SAFE_NO_PAD.decode(parts.next()?).ok()?;
        URL_SAFE_NO_PAD.decode_slice(parts.next()?, &mut tag).ok()?;

        let mut mac = hmac::Context::with_key(&self.mac);
        mac.update(header.as_bytes());
        mac.update(&iv);
        mac.update(&text);
        mac.update(&(header.len() as u64 * 8).to_be_bytes());
        verify_slices_are_equal(mac.sign().as_ref().get(..32)?, &tag).ok()?;
        let plain = self.cipher.decrypt(&mut text, DecryptionContext::Iv128(iv.into())).ok()?;
        serde_json::from_slice(plain).ok()
    }
}
