//! Keys out of a secret: HKDF with SHA-256 (RFC 5869).

use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use zeroize::Zeroizing;

use crate::Secret;

/// `N` bytes for the purpose that `salt` and `info` name. Nothing is stretched: the secret must be hard to guess.
///
/// A shorter key for the same purpose is the beginning of a longer one.
pub(crate) fn derive<const N: usize>(secret: &Secret, salt: &[u8], info: &[u8]) -> Zeroizing<[u8; N]> {
    const { assert!(N <= 255 * 32, "HKDF-SHA-256 gives at most 255 blocks") };
    let mut key = Zeroizing::new([0; N]);
    #[allow(clippy::expect_used, reason = "fails only for a length that does not compile")]
    Salt::new(HKDF_SHA256, salt)
        .extract(secret.expose().as_bytes())
        .expand(&[info], Length(N))
        .and_then(|output| output.fill(key.as_mut_slice()))
        .expect("HKDF gives up to 255 blocks");
    key
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_test_case_of_rfc_5869_is_met() {
        let secret = Secret::new("\u{b}".repeat(22));
        let salt: Vec<u8> = (0x00..=0x0c).collect();
        let info: Vec<u8> = (0xf0..=0xf9).collect();
        let key = derive::<42>(&secret, &salt, &info);
        let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    }
}
