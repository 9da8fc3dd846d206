//! Marks: what evidence is found by, as keyed digests.

use std::fmt;

use aws_lc_rs::hmac;

use crate::store::Mark;
use crate::{Secret, hkdf};

/// Makes marks: HMAC-SHA-256 (RFC 2104) under a key that HKDF derives from each secret. The newest secret first.
pub(crate) struct Marker {
    first: hmac::Key,
    older: Vec<hmac::Key>,
}

impl Marker {
    /// Derives the keys.
    ///
    /// # Panics
    /// Without a secret, which `build()` refuses long before.
    pub(crate) fn new(secrets: &[Secret]) -> Self {
        let key = |secret| hmac::Key::new(hmac::HMAC_SHA256, hkdf::derive::<32>(secret, SALT, INFO).as_slice());
        #[allow(clippy::expect_used, reason = "a realm has at least one secret")]
        let (first, older) = secrets.split_first().expect("at least one secret");
        Self { first: key(first), older: older.iter().map(key).collect() }
    }

    /// The mark to write.
    pub(crate) fn newest(&self, known: &str) -> Mark {
        mark(&self.first, known)
    }

    /// The marks to look for: what an older secret marked is found as well.
    pub(crate) fn all(&self, known: &str) -> impl Iterator<Item = Mark> {
        std::iter::once(&self.first).chain(&self.older).map(|key| mark(key, known))
    }
}

fn mark(key: &hmac::Key, known: &str) -> Mark {
    let tag = hmac::sign(key, known.as_bytes());
    let mut bytes = [0; 32];
    for (to, from) in bytes.iter_mut().zip(tag.as_ref()) {
        *to = *from;
    }
    Mark(bytes)
}

impl fmt::Debug for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Marker").field("secrets", &(1 + self.older.len())).finish()
    }
}

const SALT: &[u8] = b"admit evidence";
const INFO: &[u8] = b"admit mark v1";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_older_secret_marked_is_found_under_the_newer() {
        let (old, new) = (Secret::new("o".repeat(32)), Secret::new("n".repeat(32)));
        let before = Marker::new(std::slice::from_ref(&old)).newest("aad:t/o");
        let after = Marker::new(&[new, old]);
        assert_ne!(after.newest("aad:t/o"), before);
        assert!(after.all("aad:t/o").any(|mark| mark == before));
        assert!(after.all("aad:t/p").all(|mark| mark != before));
    }
}
