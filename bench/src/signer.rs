//! Somebody who signs tokens: a key of each kind, made anew, save the RSA key, which takes long to make.

use admit::provider::SigningAlgorithm;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
    RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

pub(crate) struct Signer {
    algorithm: SigningAlgorithm,
    pair: Pair,
}

enum Pair {
    Rsa(RsaKeyPair, &'static dyn RsaEncoding),
    Ec(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Signer {
    pub(crate) fn new(algorithm: SigningAlgorithm) -> Self {
        let rsa = |encoding| Pair::Rsa(RsaKeyPair::from_pkcs8(RSA).expect("a key"), encoding);
        let pair = match algorithm {
            SigningAlgorithm::Ps256 => rsa(&RSA_PSS_SHA256),
            SigningAlgorithm::Es256 => {
                Pair::Ec(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key"))
            }
            SigningAlgorithm::Es384 => {
                Pair::Ec(EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).expect("a key"))
            }
            SigningAlgorithm::EdDsa => Pair::Ed25519(Ed25519KeyPair::generate().expect("a key")),
            _ => rsa(&RSA_PKCS1_SHA256),
        };
        Self { algorithm, pair }
    }

    /// As aws-lc-rs reads it.
    pub(crate) fn public_key(&self) -> &[u8] {
        match &self.pair {
            Pair::Rsa(pair, _) => pair.public_key().as_ref(),
            Pair::Ec(pair) => pair.public_key().as_ref(),
            Pair::Ed25519(pair) => pair.public_key().as_ref(),
        }
    }

    /// As an issuer publishes it, under the algorithm's name.
    pub(crate) fn jwk(&self) -> Value {
        let bytes = self.public_key();
        let encode = |bytes: Option<&[u8]>| URL_SAFE_NO_PAD.encode(bytes.expect("its length is known"));
        let mut jwk = match &self.pair {
            // RFC 8017 Appendix A.1.1: nine bytes before the modulus, and an exponent of five behind it.
            Pair::Rsa(..) => json!({ "kty": "RSA", "n": encode(bytes.get(9..bytes.len() - 5)), "e": "AQAB" }),
            // SEC 1 §2.3.3: a byte, and two numbers of the same length.
            Pair::Ec(_) => {
                let half = bytes.len() / 2;
                let curve = if half == 32 { "P-256" } else { "P-384" };
                let (x, y) = (encode(bytes.get(1..=half)), encode(bytes.get(half + 1..)));
                json!({ "kty": "EC", "crv": curve, "x": x, "y": y })
            }
            Pair::Ed25519(_) => json!({ "kty": "OKP", "crv": "Ed25519", "x": encode(Some(bytes)) }),
        };
        let members = jwk.as_object_mut().expect("an object");
        members.insert("kid".to_owned(), self.algorithm.name().into());
        members.insert("alg".to_owned(), self.algorithm.name().into());
        members.insert("use".to_owned(), "sig".into());
        jwk
    }

    /// A token of these claims.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        let name = self.algorithm.name();
        let header = json!({ "alg": name, "kid": name, "typ": "JWT" });
        let [header, claims] = [&header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let signed = format!("{header}.{claims}");
        let random = SystemRandom::new();
        let signature = match &self.pair {
            Pair::Rsa(pair, encoding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*encoding, &random, signed.as_bytes(), &mut signature).expect("a signature");
                signature
            }
            Pair::Ec(pair) => pair.sign(&random, signed.as_bytes()).expect("a signature").as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.sign(signed.as_bytes()).as_ref().to_vec(),
        };
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// The pretend provider's, of 2048 bits.
const RSA: &[u8] = include_bytes!("../../testkit/src/keys/rsa1.der");
