use serde_json::json;

use super::*;
use crate::jws::{KeySet, verify};

const ALL: &[SigningAlgorithm] = &[
    SigningAlgorithm::Rs256,
    SigningAlgorithm::Rs384,
    SigningAlgorithm::Rs512,
    SigningAlgorithm::Ps256,
    SigningAlgorithm::Es256,
    SigningAlgorithm::Es384,
    SigningAlgorithm::EdDsa,
];

/// What Node and OpenSSL made; the script stands beside the file.
fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../tests/vectors/client-keys.json")).unwrap()
}

fn text(vectors: &Value, path: &str) -> String {
    vectors.pointer(path).unwrap().as_str().unwrap().to_owned()
}

fn key(kind: &str) -> SigningKey {
    SigningKey::from_pem(text(&vectors(), &format!("/keys/{kind}"))).unwrap()
}

fn certificate(kind: &str) -> String {
    text(&vectors(), &format!("/certificates/{kind}"))
}

/// The public half as an issuer would publish it, so that what verifies is not what signed.
fn published(kind: &str) -> KeySet {
    let vectors: Value = serde_json::from_str(include_str!("../../../tests/vectors/jws-vectors.json")).unwrap();
    let mut jwk = vectors["keys"][kind]["jwk"].clone();
    jwk.as_object_mut().unwrap().remove("kid");
    KeySet::parse(json!({ "keys": [jwk] }).to_string().as_bytes(), ALL).unwrap()
}

fn header(token: &Secret) -> Value {
    let (header, _) = token.expose().split_once('.').unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap()
}

#[test]
fn every_kind_of_key_signs_by_each_of_its_algorithms_and_by_no_other() {
    let claims = Claims::parse(br#"{"sub":"app-id"}"#).unwrap();
    let mut signed = 0;
    for kind in ["rsa", "p256", "p384", "ed25519"] {
        for algorithm in ALL {
            match key(kind).algorithm(*algorithm) {
                Ok(key) => {
                    let token = key.sign(&claims).unwrap();
                    let verified = verify(token.expose(), &published(kind), ALL).unwrap();
                    assert_eq!(verified.claims.text("sub"), Some("app-id"));
                    assert_eq!(verified.algorithm, *algorithm);
                    signed += 1;
                }
                Err(error) => assert!(matches!(error, SigningKeyError::Algorithm { .. }), "{error}"),
            }
        }
    }
    assert_eq!(signed, 4 + 1 + 1 + 1);
}

#[test]
fn the_kind_of_the_key_suggests_the_algorithm() {
    for (kind, alg) in [("rsa", "RS256"), ("p256", "ES256"), ("p384", "ES384"), ("ed25519", "EdDSA")] {
        let token = key(kind).sign(&Claims::default()).unwrap();
        assert_eq!(header(&token), json!({ "alg": alg, "typ": "JWT" }), "{kind}");
        verify(token.expose(), &published(kind), ALL).unwrap();
        // The signature is over these very parts.
        let other = token.expose().replacen('.', ".e30", 1);
        assert!(verify(&other, &published(kind), ALL).is_err());
    }
    let named = key("p256").kid("2026-11").sign(&Claims::default()).unwrap();
    assert_eq!(header(&named), json!({ "alg": "ES256", "kid": "2026-11", "typ": "JWT" }));
}

#[test]
fn a_certificate_is_named_by_its_thumbprint() {
    // azure.md §3.7
    let pem = certificate("rsa");
    let der = pem::blocks(&pem).unwrap().remove(0).der.to_vec();
    let thumbprint = URL_SAFE_NO_PAD.encode(digest(&SHA256, &der));
    for given in [pem.clone().into_bytes(), der.clone(), pem.replace('\n', "\\n").into_bytes()] {
        let token = key("rsa").certificate(given).unwrap().sign(&Claims::default()).unwrap();
        assert_eq!(header(&token), json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint }));
        verify(token.expose(), &published("rsa"), ALL).unwrap();
    }
    // In one text with the key, and the chain behind it.
    let both = format!("{}{pem}{}", text(&vectors(), "/keys/rsa"), certificate("p256"));
    let whole = SigningKey::from_pem(both.as_str()).unwrap().certificate(&both).unwrap().x5c();
    let shown = header(&whole.sign(&Claims::default()).unwrap());
    assert_eq!(shown["x5c"].as_array().unwrap().len(), 2);
    assert_eq!(shown["x5c"][0], STANDARD.encode(der));
    // An algorithm that was asked for stays.
    for order in [0, 1] {
        let key = key("rsa");
        let key = match order {
            0 => key.algorithm(SigningAlgorithm::Rs256).unwrap().certificate(&pem).unwrap(),
            _ => key.certificate(&pem).unwrap().algorithm(SigningAlgorithm::Rs256).unwrap(),
        };
        assert_eq!(header(&key.sign(&Claims::default()).unwrap())["alg"], "RS256");
    }
    for kind in ["p256", "p384", "ed25519"] {
        assert!(key(kind).certificate(certificate(kind)).is_ok(), "{kind}");
        assert!(matches!(key(kind).certificate(&pem), Err(SigningKeyError::AnotherCertificate)), "{kind}");
    }
    for none in ["", "a path.pem", "-----BEGIN CERTIFICATE-----", &text(&vectors(), "/keys/rsa")] {
        assert!(matches!(key("rsa").certificate(none), Err(SigningKeyError::NoCertificate)), "{none}");
    }
}

#[test]
fn a_key_that_cannot_sign_is_told_with_its_remedy() {
    let vectors = vectors();
    let damaged = text(&vectors, "/keys/rsa").replace("-----END", "-----");
    let cut = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", "MIIEvwIBADANBgkqhkiG9w0BAQ==");
    let texts = [
        "".to_owned(),
        "/etc/keys/client.pem".to_owned(),
        r#"{"kty":"RSA","d":"c2VjcmV0"}"#.to_owned(),
        damaged,
        cut,
        text(&vectors, "/encrypted"),
        text(&vectors, "/pkcs1"),
        text(&vectors, "/encrypted_pkcs1"),
        text(&vectors, "/sec1"),
        "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----".to_owned(),
        text(&vectors, "/certificates/rsa"),
        text(&vectors, "/public"),
        "-----BEGIN hunter2-----\nc2VjcmV0\n-----END hunter2-----".to_owned(),
        text(&vectors, "/weak"),
        text(&vectors, "/p521"),
        text(&vectors, "/ed448"),
    ];
    let told: Vec<_> = texts.iter().map(|text| SigningKey::from_pem(text.as_str()).unwrap_err().to_string()).collect();
    insta::assert_snapshot!(told.join("\n"), @"
    the signing key is no PEM; give the text that begins with -----BEGIN PRIVATE KEY-----, not a path, a JWK or DER
    the signing key is no PEM; give the text that begins with -----BEGIN PRIVATE KEY-----, not a path, a JWK or DER
    the signing key is no PEM; give the text that begins with -----BEGIN PRIVATE KEY-----, not a path, a JWK or DER
    the signing key is damaged PEM: a block has no end or is no base64; copy it anew, whole
    the signing key is broken, or of a kind that is not known here; RSA of 2048 to 8192 bits, EC on P-256 or P-384, and Ed25519 are
    the signing key is encrypted; decrypt it with: openssl pkey -in key.pem -out plain.pem
    the signing key stands in RSA PRIVATE KEY, and PKCS#8 is needed; convert it with: openssl pkcs8 -topk8 -nocrypt -in key.pem -out pkcs8.pem
    the signing key stands in RSA PRIVATE KEY, and PKCS#8 is needed; convert it with: openssl pkcs8 -topk8 -nocrypt -in key.pem -out pkcs8.pem
    the signing key stands in EC PRIVATE KEY, and PKCS#8 is needed; convert it with: openssl pkcs8 -topk8 -nocrypt -in key.pem -out pkcs8.pem
    the signing key stands in OPENSSH PRIVATE KEY, and PKCS#8 is needed; convert it with: ssh-keygen -p -m PKCS8 -f key
    the signing key stands in CERTIFICATE, and is none; give the text of the block PRIVATE KEY
    the signing key stands in PUBLIC KEY, and is none; give the text of the block PRIVATE KEY
    the signing key stands in an unknown block, and is none; give the text of the block PRIVATE KEY
    the signing key is broken, or of a kind that is not known here; RSA of 2048 to 8192 bits, EC on P-256 or P-384, and Ed25519 are
    the signing key is broken, or of a kind that is not known here; RSA of 2048 to 8192 bits, EC on P-256 or P-384, and Ed25519 are
    the signing key is broken, or of a kind that is not known here; RSA of 2048 to 8192 bits, EC on P-256 or P-384, and Ed25519 are
    ");
    assert!(!told.join("").contains("hunter2") && !told.join("").contains("c2Vj"));
    let error = key("p256").algorithm(SigningAlgorithm::Rs256).unwrap_err();
    insta::assert_snapshot!(error, @"the signing key is P-256, which cannot sign by RS256; leave the algorithm out, or give another key");
}

#[test]
fn printing_a_key_shows_no_part_of_it() {
    let key = key("rsa").kid("one");
    assert_eq!(format!("{key:?}"), r#"SigningKey { algorithm: Rs256, kid: Some("one"), .. }"#);
}
