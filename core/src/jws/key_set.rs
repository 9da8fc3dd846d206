//! The keys that an issuer publishes (RFC 7517 §5).

use serde_json::Value;

use super::SigningAlgorithm;
use super::key::Key;

/// The usable keys of a set. What cannot be used is passed over: others may be newer than we are.
#[derive(Debug)]
pub(crate) struct KeySet {
    keys: Vec<Key>,
}

impl KeySet {
    /// Reads a set. `None` if it is none, or has no usable key.
    pub(crate) fn parse(json: &[u8], allowed: &[SigningAlgorithm]) -> Option<Self> {
        let document: Value = serde_json::from_slice(json).ok()?;
        let listed = document.get("keys")?.as_array()?.iter().take(MOST_KEYS);
        let keys: Vec<_> = listed.filter_map(|jwk| Key::read(jwk.as_object()?, allowed)).collect();
        (!keys.is_empty()).then_some(Self { keys })
    }

    /// Those of the keys that may have made a signature: of the name that the token gives, or all if it gives none.
    pub(super) fn candidates<'a>(
        &'a self,
        algorithm: SigningAlgorithm,
        kid: Option<&'a str>,
    ) -> impl Iterator<Item = (&'a Key, &'a aws_lc_rs::signature::ParsedPublicKey)> {
        let fitting = self.keys.iter().filter_map(move |key| Some((key, key.verifier(algorithm, kid)?)));
        fitting.take(MOST_TRIED)
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }
}

const MOST_KEYS: usize = 100;
/// Signatures are verified against so many keys of one name, or without a name.
const MOST_TRIED: usize = 8;
