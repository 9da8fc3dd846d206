//! Which secret it was, without the secret.

use std::fmt;

use aws_lc_rs::digest::{self, SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Secret;

/// Tells the credentials of a client apart, wherever they stand in its list: 64 bits of a digest.
///
/// It is kept with each grant, sealed, so that one can see later which secret minted it. A short secret could be
/// guessed from it, so it is not printed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 8]);

impl Fingerprint {
    /// That of a secret.
    pub fn of(secret: &Secret) -> Self {
        let mut context = digest::Context::new(&SHA256);
        context.update(b"admit client credential v1\0");
        context.update(secret.expose().as_bytes());
        let mut first = [0; 8];
        for (byte, digested) in first.iter_mut().zip(context.finish().as_ref()) {
            *byte = *digested;
        }
        Self(first)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprint(…)")
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = URL_SAFE_NO_PAD.decode(String::deserialize(deserializer)?).ok().and_then(|b| b.try_into().ok());
        bytes.map(Self).ok_or_else(|| D::Error::custom("no fingerprint"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_the_same_after_it_was_kept_and_says_nothing_when_printed() {
        let one = Fingerprint::of(&Secret::new("one"));
        let kept = serde_json::to_string(&one).unwrap();
        assert_eq!(kept.len(), 13, "{kept}");
        assert_eq!(serde_json::from_str::<Fingerprint>(&kept).unwrap(), one);
        assert_ne!(Fingerprint::of(&Secret::new("two")), one);
        assert_eq!(format!("{one:?}"), "Fingerprint(…)");
        assert!(serde_json::from_str::<Fingerprint>("\"AAAA\"").is_err());
    }
}
