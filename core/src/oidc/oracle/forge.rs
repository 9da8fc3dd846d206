//! Signs anything by the keys of the vectors, as an issuer or whoever poses as one would.

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256,
    RsaEncoding, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// Header and payload as text, signed in the way that `alg` names, whatever the header says.
pub(super) fn sign(alg: &str, header: &str, payload: &str) -> String {
    let signed = format!("{}.{}", encode(header), encode(payload));
    let signature = signature(alg, signed.as_bytes());
    format!("{signed}.{}", encode(signature))
}

/// The public key of that name, as the issuer publishes it.
pub(super) fn jwk(name: &str) -> Value {
    vectors()["keys"][name]["jwk"].clone()
}

pub(super) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn signature(alg: &str, signed: &[u8]) -> Vec<u8> {
    match alg {
        "RS256" => rsa(&RSA_PKCS1_SHA256, signed),
        "RS384" => rsa(&RSA_PKCS1_SHA384, signed),
        "RS512" => rsa(&RSA_PKCS1_SHA512, signed),
        "PS256" => rsa(&RSA_PSS_SHA256, signed),
        "ES256" => ecdsa("p256", &ECDSA_P256_SHA256_FIXED_SIGNING, signed),
        "ES256 in DER" => ecdsa("p256", &ECDSA_P256_SHA256_ASN1_SIGNING, signed),
        "ES384" => ecdsa("p384", &ECDSA_P384_SHA384_FIXED_SIGNING, signed),
        "EdDSA" => Ed25519KeyPair::from_pkcs8(&pkcs8("ed25519")).unwrap().sign(signed).as_ref().to_vec(),
        // What whoever knows the public key can do: take it for a shared secret.
        "HS256" => {
            let public = URL_SAFE_NO_PAD.decode(jwk("rsa")["n"].as_str().unwrap()).unwrap();
            hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &public), signed).as_ref().to_vec()
        }
        "none" => Vec::new(),
        "zeros" => vec![0; 64],
        other => panic!("{other} is not known"),
    }
}

fn rsa(encoding: &'static dyn RsaEncoding, signed: &[u8]) -> Vec<u8> {
    let pair = RsaKeyPair::from_pkcs8(&pkcs8("rsa")).unwrap();
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(encoding, &SystemRandom::new(), signed, &mut signature).unwrap();
    signature
}

fn ecdsa(name: &str, kind: &'static EcdsaSigningAlgorithm, signed: &[u8]) -> Vec<u8> {
    let pair = EcdsaKeyPair::from_pkcs8(kind, &pkcs8(name)).unwrap();
    pair.sign(&SystemRandom::new(), signed).unwrap().as_ref().to_vec()
}

fn pkcs8(name: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(vectors()["keys"][name]["pkcs8"].as_str().unwrap()).unwrap()
}

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../tests/vectors/jws-vectors.json")).unwrap()
}
