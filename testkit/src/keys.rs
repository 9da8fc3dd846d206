//! The keys that pretend providers sign with: two of each kind, one after the other, for ever.

use admit::provider::SigningAlgorithm;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
    RSA_PKCS1_SHA512, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

pub(crate) struct SigningKey {
    pub(crate) algorithm: SigningAlgorithm,
    pub(crate) kid: String,
    pair: Pair,
}

enum Pair {
    Rsa(RsaKeyPair, &'static dyn RsaEncoding),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl SigningKey {
    /// The `turn`th key of that algorithm. There are two; the third is the first again, under another name.
    #[allow(clippy::expect_used, clippy::panic, reason = "the keys stand beside this file")]
    pub(crate) fn new(algorithm: SigningAlgorithm, turn: usize) -> Self {
        let rsa = |encoding: &'static dyn RsaEncoding| {
            Pair::Rsa(RsaKeyPair::from_pkcs8(if turn % 2 == 1 { RSA_1 } else { RSA_2 }).expect("a key"), encoding)
        };
        let pair = match algorithm {
            SigningAlgorithm::Rs256 => rsa(&RSA_PKCS1_SHA256),
            SigningAlgorithm::Rs384 => rsa(&RSA_PKCS1_SHA384),
            SigningAlgorithm::Rs512 => rsa(&RSA_PKCS1_SHA512),
            SigningAlgorithm::Ps256 => rsa(&RSA_PSS_SHA256),
            SigningAlgorithm::Es256 => {
                let der = if turn % 2 == 1 { EC_1 } else { EC_2 };
                Pair::P256(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der).expect("a key"))
            }
            SigningAlgorithm::EdDsa => {
                let der = if turn % 2 == 1 { ED_1 } else { ED_2 };
                Pair::Ed25519(Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).expect("a key"))
            }
            other => panic!("the pretend provider has no key for {other}"),
        };
        Self { algorithm, kid: format!("{}-{turn}", algorithm.name().to_ascii_lowercase()), pair }
    }

    /// An RSA key of somebody else's, in PKCS #8.
    #[allow(clippy::expect_used, reason = "the keys stand beside the files that name them")]
    pub(crate) fn rs256(pkcs8: &[u8], kid: String) -> Self {
        let pair = Pair::Rsa(RsaKeyPair::from_pkcs8(pkcs8).expect("a key"), &RSA_PKCS1_SHA256);
        Self { algorithm: SigningAlgorithm::Rs256, kid, pair }
    }

    /// The key as it is published.
    pub(crate) fn jwk(&self) -> Value {
        let encode = |bytes: Option<&[u8]>| URL_SAFE_NO_PAD.encode(bytes.unwrap_or_default());
        let mut jwk = match &self.pair {
            Pair::Rsa(pair, _) => {
                // RFC 8017 Appendix A.1.1: nine bytes before the modulus, and an exponent of five behind it.
                let der = pair.public_key().as_ref();
                json!({ "kty": "RSA", "n": encode(der.get(9..der.len() - 5)), "e": "AQAB" })
            }
            Pair::P256(pair) => {
                let point = pair.public_key().as_ref();
                let (x, y) = (encode(point.get(1..33)), encode(point.get(33..)));
                json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y })
            }
            Pair::Ed25519(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": encode(Some(pair.public_key().as_ref())) })
            }
        };
        if let Value::Object(members) = &mut jwk {
            members.insert("kid".to_owned(), self.kid.clone().into());
            members.insert("alg".to_owned(), self.algorithm.name().into());
            members.insert("use".to_owned(), "sig".into());
        }
        jwk
    }

    #[allow(clippy::expect_used, reason = "a key that was read can sign")]
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.pair {
            Pair::Rsa(pair, encoding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*encoding, &SystemRandom::new(), message, &mut signature).expect("a signature");
                signature
            }
            Pair::P256(pair) => pair.sign(&SystemRandom::new(), message).expect("a signature").as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }
}

const RSA_1: &[u8] = include_bytes!("keys/rsa1.der");
const RSA_2: &[u8] = include_bytes!("keys/rsa2.der");
const EC_1: &[u8] = include_bytes!("keys/ec1.der");
const EC_2: &[u8] = include_bytes!("keys/ec2.der");
const ED_1: &[u8] = include_bytes!("keys/ed1.der");
const ED_2: &[u8] = include_bytes!("keys/ed2.der");
