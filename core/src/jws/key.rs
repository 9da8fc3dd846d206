//! A public key as issuers publish it (RFC 7517, RFC 7518 §6, RFC 8037 §2), made ready to verify.

use std::fmt;

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RsaParameters,
    VerificationAlgorithm,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::SigningAlgorithm;

/// A key that can verify by one or more of the algorithms agreed upon.
pub(super) struct Key {
    kid: Option<String>,
    /// Whose key it is, where the document says (Microsoft's does).
    issuer: Option<String>,
    verifiers: Vec<(SigningAlgorithm, ParsedPublicKey)>,
}

impl Key {
    /// Reads a JWK. `None` for every key that must not verify: one for encryption, a shared or a private one, one that
    /// is weak or broken, or one for none of the algorithms agreed upon.
    pub(super) fn read(jwk: &Map<String, Value>, allowed: &[SigningAlgorithm]) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let is_for_signatures = match (jwk.get("use"), jwk.get("key_ops")) {
            (Some(purpose), _) if purpose != "sig" => false,
            (_, Some(operations)) => operations.as_array().is_some_and(|list| list.iter().any(|one| one == "verify")),
            _ => true,
        };
        // Whoever publishes a private key has no key at all.
        if !is_for_signatures || jwk.contains_key("d") || jwk.contains_key("k") {
            return None;
        }
        let material = Material::read(jwk)?;
        let own = jwk.get("alg");
        let verifiers: Vec<_> = allowed
            .iter()
            .filter(|algorithm| own.is_none_or(|own| own == algorithm.name()))
            .filter_map(|algorithm| Some((*algorithm, material.verifier(*algorithm)?)))
            .collect();
        let kid = text("kid").map(str::to_owned);
        (!verifiers.is_empty()).then(|| Self { kid, issuer: text("issuer").map(str::to_owned), verifiers })
    }

    /// The verifier for an algorithm, if this key may be the one that a token names.
    pub(super) fn verifier(&self, algorithm: SigningAlgorithm, kid: Option<&str>) -> Option<&ParsedPublicKey> {
        if kid.is_some() && self.kid.as_deref() != kid {
            return None;
        }
        self.verifiers.iter().find(|(known, _)| *known == algorithm).map(|(_, verifier)| verifier)
    }

    pub(super) fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// The numbers of a key, by its kind.
enum Material {
    Rsa(PublicKeyComponents<Vec<u8>>),
    P256(Vec<u8>),
    P384(Vec<u8>),
    Ed25519(Vec<u8>),
}

impl Material {
    fn read(jwk: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name).filter(|text| text.len() <= LONGEST)?).ok();
        let exactly = |name: &str, length: usize| bytes(name).filter(|bytes| bytes.len() == length);
        match (text("kty")?, text("crv")) {
            ("RSA", _) => {
                let (n, e) = (without_leading_zeros(bytes("n")?), without_leading_zeros(bytes("e")?));
                let bits = n.len() * 8 - n.first()?.leading_zeros() as usize;
                // An even exponent is none, 1 verifies everything, and a huge one is work without end.
                let sound = e.len() <= 4 && e != [1] && e.last()? % 2 == 1;
                ((2048..=8192).contains(&bits) && sound).then_some(Self::Rsa(PublicKeyComponents { n, e }))
            }
            ("EC", Some("P-256")) => Some(Self::P256(point(&exactly("x", 32)?, &exactly("y", 32)?))),
            ("EC", Some("P-384")) => Some(Self::P384(point(&exactly("x", 48)?, &exactly("y", 48)?))),
            ("OKP", Some("Ed25519")) => exactly("x", 32).map(Self::Ed25519),
            _ => None,
        }
    }

    /// Parsed once, here: a point off its curve is no key.
    fn verifier(&self, algorithm: SigningAlgorithm) -> Option<ParsedPublicKey> {
        let rsa = |parameters: &'static RsaParameters| match self {
            Self::Rsa(components) => components.to_parsed_public_key(parameters).ok(),
            _ => None,
        };
        let plain = |kind: &'static dyn VerificationAlgorithm, bytes: &[u8]| ParsedPublicKey::new(kind, bytes).ok();
        match (algorithm, self) {
            (SigningAlgorithm::Rs256, _) => rsa(&RSA_PKCS1_2048_8192_SHA256),
            (SigningAlgorithm::Rs384, _) => rsa(&RSA_PKCS1_2048_8192_SHA384),
            (SigningAlgorithm::Rs512, _) => rsa(&RSA_PKCS1_2048_8192_SHA512),
            (SigningAlgorithm::Ps256, _) => rsa(&RSA_PSS_2048_8192_SHA256),
            (SigningAlgorithm::Es256, Self::P256(point)) => plain(&ECDSA_P256_SHA256_FIXED, point),
            (SigningAlgorithm::Es384, Self::P384(point)) => plain(&ECDSA_P384_SHA384_FIXED, point),
            (SigningAlgorithm::EdDsa, Self::Ed25519(key)) => plain(&ED25519, key),
            _ => None,
        }
    }
}

/// RFC 7518 §6.3.1.1 forbids them and warns that libraries write one.
fn without_leading_zeros(bytes: Vec<u8>) -> Vec<u8> {
    bytes.into_iter().skip_while(|byte| *byte == 0).collect()
}

/// A point that is not compressed (SEC 1 §2.3.3).
fn point(x: &[u8], y: &[u8]) -> Vec<u8> {
    [&[4], x, y].concat()
}

/// Of a number in base64url: RSA with 8192 bits, and a zero before it.
const LONGEST: usize = 1400;
