//! Verifying an ID token through admit, and its signature alone with a key that was parsed before.
//!
//! The difference is what admit adds: it finds the key, reads header and claims strictly, and judges the claims.

use std::hint::black_box;
use std::rc::Rc;

use admit::internals::{IssuerKeys, Wanted};
use admit::provider::SigningAlgorithm;
use admit::{Clock, Secret};
use admit_testkit::FixedClock;
use aws_lc_rs::digest::{Algorithm, SHA256, SHA384, SHA512, digest};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA256, VerificationAlgorithm,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::Operation;
use crate::signer::Signer;
use crate::site::at_once;

/// Both of each algorithm, and getting at keys that are kept.
pub fn operations() -> Vec<Operation> {
    let mut all: Vec<_> = ALGORITHMS.iter().flat_map(pair).collect();
    all.push(hit());
    all
}

fn pair(measured: &Measured) -> [Operation; 2] {
    let Measured { algorithm, verify, primitive, kind, hash } = *measured;
    let signer = Signer::new(algorithm);
    let clock = FixedClock::default();
    let token: Rc<str> = token(&signer, hash, clock.now().unix_seconds()).into();
    let keys = keys(&[&signer], &clock);

    let (signed, signature) = token.rsplit_once('.').expect("a signature");
    let (signed, signature) = (signed.to_owned(), URL_SAFE_NO_PAD.decode(signature).expect("base64url"));
    let key = ParsedPublicKey::new(kind, signer.public_key()).expect("a key");

    let access_token = Secret::new(ACCESS_TOKEN);
    let whole = move || {
        let wanted = Wanted { issuer: ISSUER, client_id: "app-id", nonce: NONCE, access_token: &access_token };
        let claims = at_once(keys.verify(black_box(&token), &[algorithm], &wanted, &clock));
        claims.expect("admit takes the token")
    };
    let bare = move || key.verify_sig(black_box(signed.as_bytes()), &signature).expect("the signature holds");
    [Operation::new(verify, whole), Operation::new(primitive, bare)]
}

/// What every sign-in does before it can verify: keys of five algorithms are kept and fresh.
fn hit() -> Operation {
    let signers = ALGORITHMS.map(|one| Signer::new(one.algorithm));
    let clock = FixedClock::default();
    let keys = keys(&signers.each_ref(), &clock);
    Operation::new("jwks/hit", move || assert_eq!(at_once(black_box(&keys).hit(&clock)), Some(ALGORITHMS.len())))
}

fn keys(signers: &[&Signer], clock: &FixedClock) -> IssuerKeys {
    let jwks = json!({ "keys": signers.iter().map(|signer| signer.jwk()).collect::<Vec<_>>() }).to_string();
    let allowed = ALGORITHMS.map(|one| one.algorithm);
    at_once(IssuerKeys::keep(jwks.as_bytes(), &allowed, clock)).expect("usable keys")
}

/// With the claims that large providers send.
fn token(signer: &Signer, hash: &'static Algorithm, now: i64) -> String {
    let hash = digest(hash, ACCESS_TOKEN.as_bytes());
    let half = hash.as_ref().get(..hash.as_ref().len() / 2).expect("a half");
    signer.sign(&json!({
        "iss": ISSUER, "aud": "app-id", "azp": "app-id", "sub": "248289761001", "nonce": NONCE,
        "iat": now, "exp": now + 3600, "auth_time": now - 5, "at_hash": URL_SAFE_NO_PAD.encode(half),
        "name": "Ada Byron", "given_name": "Ada", "family_name": "Byron", "locale": "en-GB",
        "email": "ada@id.example", "email_verified": true, "picture": "https://id.example/ada.png",
    }))
}

/// An algorithm, its operations' names, and what aws-lc-rs calls it.
struct Measured {
    algorithm: SigningAlgorithm,
    verify: &'static str,
    primitive: &'static str,
    kind: &'static dyn VerificationAlgorithm,
    hash: &'static Algorithm,
}

const ALGORITHMS: [Measured; 5] = [
    Measured {
        algorithm: SigningAlgorithm::Rs256,
        verify: "id_token/verify_rs256",
        primitive: "id_token/primitive_rs256",
        kind: &RSA_PKCS1_2048_8192_SHA256,
        hash: &SHA256,
    },
    Measured {
        algorithm: SigningAlgorithm::Ps256,
        verify: "id_token/verify_ps256",
        primitive: "id_token/primitive_ps256",
        kind: &RSA_PSS_2048_8192_SHA256,
        hash: &SHA256,
    },
    Measured {
        algorithm: SigningAlgorithm::Es256,
        verify: "id_token/verify_es256",
        primitive: "id_token/primitive_es256",
        kind: &ECDSA_P256_SHA256_FIXED,
        hash: &SHA256,
    },
    Measured {
        algorithm: SigningAlgorithm::Es384,
        verify: "id_token/verify_es384",
        primitive: "id_token/primitive_es384",
        kind: &ECDSA_P384_SHA384_FIXED,
        hash: &SHA384,
    },
    Measured {
        algorithm: SigningAlgorithm::EdDsa,
        verify: "id_token/verify_eddsa",
        primitive: "id_token/primitive_eddsa",
        kind: &ED25519,
        hash: &SHA512,
    },
];

const ISSUER: &str = "https://id.example";
const NONCE: &str = "4dQ4cYbA0wIcX8cJQ2b7mGz3lB1h5rZk9tXn6sVfPuE";
const ACCESS_TOKEN: &str = "access-5f0d3c2b1a49587768594a3b2c1d0e0f";
