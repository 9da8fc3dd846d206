use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaEncoding, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

use super::*;

const ALL: &[SigningAlgorithm] = &[
    SigningAlgorithm::Rs256,
    SigningAlgorithm::Rs384,
    SigningAlgorithm::Rs512,
    SigningAlgorithm::Ps256,
    SigningAlgorithm::Es256,
    SigningAlgorithm::Es384,
    SigningAlgorithm::EdDsa,
];

/// What Node's crypto made; the script stands beside the file.
#[derive(Deserialize)]
struct Vectors {
    claims: Map<String, Value>,
    keys: BTreeMap<String, Pair>,
    tokens: BTreeMap<String, String>,
    weak: String,
}

#[derive(Deserialize)]
struct Pair {
    jwk: Value,
    pkcs8: String,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../../tests/vectors/jws-vectors.json")).unwrap()
}

fn set(keys: &[Value], allowed: &[SigningAlgorithm]) -> KeySet {
    try_set(keys, allowed).expect("a usable key")
}

fn try_set(keys: &[Value], allowed: &[SigningAlgorithm]) -> Option<KeySet> {
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes(), allowed)
}

impl Vectors {
    fn jwk(&self, name: &str) -> Value {
        self.keys[name].jwk.clone()
    }

    /// The key with other members.
    #[allow(clippy::needless_pass_by_value, reason = "calls read better")]
    fn with(&self, name: &str, members: Value) -> Value {
        let mut jwk = self.jwk(name);
        for (member, value) in members.as_object().unwrap() {
            match value {
                Value::Null => jwk.as_object_mut().unwrap().remove(member),
                value => jwk.as_object_mut().unwrap().insert(member.clone(), value.clone()),
            };
        }
        jwk
    }

    fn all(&self) -> KeySet {
        set(&self.keys.values().map(|pair| pair.jwk.clone()).collect::<Vec<_>>(), ALL)
    }

    /// A token of these parts, signed by RS256 whatever its header says.
    fn signed(&self, header: &str, payload: &str) -> String {
        let pair = RsaKeyPair::from_pkcs8(&decode(&self.keys["rsa"].pkcs8)).unwrap();
        rsa_signed(&pair, &RSA_PKCS1_SHA256, header, payload)
    }
}

fn rsa_signed(pair: &RsaKeyPair, encoding: &'static dyn RsaEncoding, header: &str, payload: &str) -> String {
    let signed = format!("{}.{}", encode(header), encode(payload));
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(encoding, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    format!("{signed}.{}", encode(signature))
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const RFC_7515_PAYLOAD: &str =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

#[test]
fn the_examples_of_rfc_7515_verify() {
    // Appendices A.2 and A.3.
    let rsa = json!({ "kty": "RSA", "e": "AQAB", "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yR\
        T-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXB\
        dQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9ia\
        GNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ" });
    let ec = json!({ "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0" });
    let tokens = [
        format!(
            "eyJhbGciOiJSUzI1NiJ9.{RFC_7515_PAYLOAD}.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7A\
             AuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIAR\
             NPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOY\
             EUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
        ),
        format!(
            "eyJhbGciOiJFUzI1NiJ9.{RFC_7515_PAYLOAD}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSAp\
             mWQxfKTUJqPP3-Kg6NU1Q"
        ),
    ];
    let keys = set(&[rsa, ec], ALL);
    for token in tokens {
        let claims = verify(&token, &keys, ALL).unwrap().claims;
        assert_eq!(claims.text("iss"), Some("joe"));
        assert_eq!(claims.value("http://example.com/is_root"), Some(&Value::Bool(true)));
    }
}

#[test]
fn the_signatures_of_rfc_7520_and_rfc_8037_hold_though_their_payloads_are_no_claims() {
    // RFC 7520 §4.1, with a key of §3.3, and RFC 8037 Appendix A.4.
    let bilbo = json!({ "kty": "RSA", "kid": "bilbo.baggins@hobbiton.example", "use": "sig", "e": "AQAB",
        "n": "n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb\
        2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTw\
        Jlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQ\
        kqgc5gHdrNP5zw" });
    let ed25519 = json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
    let keys = set(&[bilbo, ed25519], ALL);
    for token in [
        "eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNz\
         LCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZm\
         VldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.MRjdkly7_-oTPTS3AXP41iQIGKa80A0Z\
         mTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0R\
         nltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6\
         L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg",
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR\
         4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
    ] {
        let error = verify(token, &keys, ALL).unwrap_err();
        assert!(matches!(error, JwsError::Json { part: "payload", .. }), "{error:?}");
    }
}

#[test]
fn tokens_of_every_algorithm_that_node_signed_verify_and_by_that_algorithm_only() {
    let vectors = vectors();
    for (name, token) in &vectors.tokens {
        let algorithm = SigningAlgorithm::parse(name).unwrap();
        let verified = verify(
            token,
            &set(&vectors.keys.values().map(|pair| pair.jwk.clone()).collect::<Vec<_>>(), &[algorithm]),
            &[algorithm],
        )
        .unwrap();
        assert_eq!((verified.algorithm, verified.claims.as_map()), (algorithm, &vectors.claims), "{name}");
        for other in ALL.iter().filter(|other| **other != algorithm) {
            let error = verify(token, &vectors.all(), &[*other]).unwrap_err();
            assert!(matches!(error, JwsError::Algorithm { .. }), "{name} as {other}: {error:?}");
        }
    }
    assert_eq!(vectors.tokens.len(), ALL.len());
}

#[test]
fn no_character_of_a_token_can_be_another() {
    // JOS-005, JOS-029: one change each, of every character, among them the spare bits at the ends of parts.
    let vectors = vectors();
    let keys = vectors.all();
    for (name, token) in &vectors.tokens {
        for place in 0..token.len() {
            // The neighbour in the alphabet, which changes as little as can be, and what is in no alphabet.
            let neighbour = match ALPHABET.find(&token[place..=place]) {
                Some(index) => &ALPHABET[index ^ 1..=index ^ 1],
                None => "A",
            };
            for other in [neighbour, "=", " "] {
                let mut altered = token.clone();
                altered.replace_range(place..=place, other);
                assert!(verify(&altered, &keys, ALL).is_err(), "{name}: {place} as {other:?}");
            }
        }
        for end in 0..token.len() {
            assert!(verify(&token[..end], &keys, ALL).is_err(), "{name}: cut at {end}");
        }
        for more in ["=", "==", ".", ".AAAA", "A", "AAAA", " ", "\n"] {
            assert!(verify(&format!("{token}{more}"), &keys, ALL).is_err(), "{name} and {more:?}");
        }
    }
}

#[test]
fn the_signature_of_one_token_does_not_fit_another() {
    let vectors = vectors();
    let keys = vectors.all();
    for (one, first) in &vectors.tokens {
        for (other, second) in &vectors.tokens {
            let (_, signature) = second.rsplit_once('.').unwrap();
            let (signed, _) = first.rsplit_once('.').unwrap();
            let holds = verify(&format!("{signed}.{signature}"), &keys, ALL).is_ok();
            assert_eq!(holds, one == other, "{one} with the signature of {other}");
        }
    }
}

#[test]
fn no_signature_and_a_shared_secret_are_never_taken() {
    // JOS-001, JOS-002, JOS-003, JOS-006, azure.md T66
    let vectors = vectors();
    let keys = vectors.all();
    let payload = serde_json::to_string(&vectors.claims).unwrap();
    let public_key = vectors.jwk("rsa").to_string();
    let secrets = [public_key.as_bytes().to_vec(), decode(vectors.jwk("rsa")["n"].as_str().unwrap())];
    for alg in
        ["none", "None", "NONE", "nOnE", "", "HS256", "HS384", "HS512", "rs256", "RS1", "ES512", "ES256K", "PBES2"]
    {
        let signed = format!("{}.{}", encode(json!({ "alg": alg, "kid": "rsa" }).to_string()), encode(&payload));
        let mut signatures = vec![Vec::new()];
        for secret in &secrets {
            let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret);
            signatures.push(aws_lc_rs::hmac::sign(&key, signed.as_bytes()).as_ref().to_vec());
        }
        for signature in signatures {
            let error = verify(&format!("{signed}.{}", encode(signature)), &keys, ALL).unwrap_err();
            assert!(matches!(error, JwsError::Algorithm { .. }), "{alg}: {error:?}");
        }
        assert!(matches!(verify(&signed, &keys, ALL), Err(JwsError::NotCompact)), "{alg}");
    }
    for header in [json!({ "kid": "rsa" }), json!({ "alg": null }), json!({ "alg": ["RS256"] })] {
        let error = verify(&vectors.signed(&header.to_string(), &payload), &keys, ALL).unwrap_err();
        assert!(matches!(error, JwsError::Algorithm { .. }), "{header}: {error:?}");
    }
}

#[test]
fn a_header_that_asks_for_more_is_refused_and_the_keys_it_brings_are_passed_over() {
    // JOS-014, JOS-015, JOS-017, JOS-019, JOS-022
    let vectors = vectors();
    let keys = vectors.all();
    let payload = serde_json::to_string(&vectors.claims).unwrap();
    let judge = |extra: Value| {
        let mut header = json!({ "alg": "RS256", "kid": "rsa" });
        header.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        verify(&vectors.signed(&header.to_string(), &payload), &keys, ALL)
    };
    for refused in [
        json!({ "crit": ["bork"] }),
        json!({ "crit": [] }),
        json!({ "crit": ["exp"], "exp": 1 }),
        json!({ "crit": null }),
        json!({ "b64": false }),
        json!({ "crit": ["b64"], "b64": true }),
        json!({ "zip": "DEF" }),
        json!({ "typ": "at+jwt" }),
        json!({ "typ": "logout+jwt" }),
        json!({ "typ": 7 }),
        json!({ "kid": 7 }),
        json!({ "kid": null }),
    ] {
        assert!(matches!(judge(refused.clone()), Err(JwsError::Unsupported(_))), "{refused}");
    }
    let strangers = RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
    let public = aws_lc_rs::signature::KeyPair::public_key(&strangers).as_ref();
    // RFC 8017 Appendix A.1.1: nine bytes before the modulus, and a five-byte exponent behind it.
    let modulus = &public[9..public.len() - 5];
    let jwk = json!({ "kty": "RSA", "kid": "rsa", "e": "AQAB", "n": encode(modulus) });
    for brought in [json!({ "jwk": jwk }), json!({ "jku": "https://evil.example/jwks" }), json!({ "x5c": ["MII"] })] {
        assert!(judge(brought.clone()).is_ok(), "signed by the issuer's key: {brought}");
        let mut header = json!({ "alg": "RS256", "kid": "rsa" });
        header.as_object_mut().unwrap().extend(brought.as_object().unwrap().clone());
        let forged = rsa_signed(&strangers, &RSA_PKCS1_SHA256, &header.to_string(), &payload);
        assert!(matches!(verify(&forged, &keys, ALL), Err(JwsError::Forged)), "{brought}");
    }
    for typ in ["JWT", "jwt", "application/jwt"] {
        assert!(judge(json!({ "typ": typ })).is_ok(), "{typ}");
    }
}

#[test]
fn half_a_character_in_a_name_does_not_spoil_a_token() {
    let vectors = vectors();
    let token = vectors.signed(r#"{"alg":"RS256","kid":"rsa"}"#, r#"{"sub":"a","name":"Ada \ud83d"}"#);
    let verified = verify(&token, &vectors.all(), ALL).unwrap();
    assert_eq!(verified.claims.text("name"), Some("Ada \u{fffd}"));
}

#[test]
fn json_with_a_key_twice_is_refused_at_any_depth() {
    // IDT-035
    let vectors = vectors();
    let keys = vectors.all();
    let header = r#"{"alg":"RS256","kid":"rsa"}"#;
    for payload in [
        r#"{"sub":"a","sub":"b"}"#,
        r#"{"iss":"https://idp.example","iss":"https://evil.example"}"#,
        r#"{"sub":"a","s\u0075b":"b"}"#,
        r#"{"a":[{"b":{"c":1,"c":1}}]}"#,
        "[]",
        "7",
        "",
        "{",
        r#"{"\ud83d":1,"\ud83e":2}"#,
        r#"{"exp":1e999}"#,
        r#"{"exp":NaN}"#,
        r#"{} {}"#,
    ] {
        let error = verify(&vectors.signed(header, payload), &keys, ALL).unwrap_err();
        assert!(matches!(error, JwsError::Json { part: "payload", .. }), "{payload}: {error:?}");
        assert!(!error.to_string().contains("evil"));
    }
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(5000), "]".repeat(5000));
    assert!(matches!(verify(&vectors.signed(header, &deep), &keys, ALL), Err(JwsError::Json { .. })));
    for header in [r#"{"alg":"RS256","alg":"RS256"}"#, r#"{"alg":"none","alg":"RS256","kid":"rsa"}"#, "[]", "\"RS256\""]
    {
        let error = verify(&vectors.signed(header, "{}"), &keys, ALL).unwrap_err();
        assert!(matches!(error, JwsError::Json { part: "header", .. }), "{header}: {error:?}");
    }
}

#[test]
fn what_is_no_signed_token_is_told_apart_and_bounded() {
    // JOS-021, JOS-024, JOS-025, JOS-029
    let keys = vectors().all();
    for (token, expected) in [
        ("", "it has not the three parts of a compact jws"),
        ("a", "it has not the three parts of a compact jws"),
        ("..", "its header is no json object in which every key stands once"),
        ("a.b", "it has not the three parts of a compact jws"),
        ("a.b.c.d", "it has not the three parts of a compact jws"),
        ("a.b.c.d.e", "it is encrypted, which was not agreed upon"),
        ("....", "it is encrypted, which was not agreed upon"),
        (".....", "it has not the three parts of a compact jws"),
        ("e30=.e30.", "its header is not base64url"),
        ("e30.e3+/.", "its payload is not base64url"),
        ("e30.e30. ", "its signature is not base64url"),
    ] {
        assert_eq!(verify(token, &keys, ALL).unwrap_err().to_string(), expected, "{token:?}");
    }
    let long = format!("e30.{}.e30", "A".repeat(70_000));
    assert!(matches!(verify(&long, &keys, ALL), Err(JwsError::TooLong(70_008))));
    // The alphabet that is not base64url's.
    assert!(STANDARD_NO_PAD.decode("e3+/").is_ok());
}

#[test]
fn no_bytes_make_a_panic_and_none_make_a_token() {
    // A walk of its own for each seed: pieces of good things, put together wrongly.
    let vectors = vectors();
    let keys = vectors.all();
    let published = json!({ "keys": vectors.keys.values().map(|pair| &pair.jwk).collect::<Vec<_>>() }).to_string();
    let tokens: Vec<_> = vectors.tokens.values().cloned().collect();
    let mut seed = 7_u64;
    let mut below = |most: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % most
    };
    for _ in 0..1000 {
        let (one, other) = (&tokens[below(tokens.len())], &tokens[below(tokens.len())]);
        let cut = |text: &str, at: usize| text.get(..at).unwrap_or(text).to_owned();
        let mixed = format!("{}{}", cut(one, below(one.len())), &other[below(other.len())..]);
        let letter = char::from(u8::try_from(below(256)).unwrap());
        let doubled = format!("{}{letter}{one}", cut(one, below(one.len())));
        for token in [mixed, doubled] {
            assert!(tokens.contains(&token) || verify(&token, &keys, ALL).is_err(), "{token}");
        }
        let mut bytes = published.clone().into_bytes();
        let place = below(bytes.len());
        bytes[place] = u8::try_from(below(256)).unwrap();
        let _ = KeySet::parse(&bytes, ALL);
        let _ = unique::object(&bytes[..place]);
        let _ = header::Header::parse(&bytes[place..], ALL);
    }
}

#[test]
fn keys_that_must_not_verify_are_no_keys() {
    // JOS-030, JOS-031
    let vectors = vectors();
    let other = vectors.jwk("p384");
    let even = encode([1, 0, 0]);
    let huge = encode([1, 0, 0, 0, 1]);
    let n = decode(vectors.jwk("rsa")["n"].as_str().unwrap());
    let too_large = encode([&[0xff; 1025][..], &[1]].concat());
    let unusable = [
        vectors.jwk("weak"),
        vectors.with("rsa", json!({ "use": "enc" })),
        vectors.with("rsa", json!({ "use": 7 })),
        vectors.with("rsa", json!({ "alg": "RSA-OAEP" })),
        vectors.with("rsa", json!({ "alg": "HS256" })),
        vectors.with("rsa", json!({ "alg": "ES256" })),
        vectors.with("rsa", json!({ "alg": 256 })),
        vectors.with("rsa", json!({ "key_ops": ["encrypt"] })),
        vectors.with("rsa", json!({ "key_ops": "verify" })),
        vectors.with("rsa", json!({ "d": "AQAB" })),
        vectors.with("rsa", json!({ "e": "AQ" })),
        vectors.with("rsa", json!({ "e": even })),
        vectors.with("rsa", json!({ "e": huge })),
        vectors.with("rsa", json!({ "e": "" })),
        vectors.with("rsa", json!({ "n": "" })),
        vectors.with("rsa", json!({ "n": "AAAA" })),
        vectors.with("rsa", json!({ "n": too_large })),
        vectors.with("rsa", json!({ "n": "A".repeat(1_000_000) })),
        vectors.with("rsa", json!({ "n": null })),
        vectors.with("rsa", json!({ "kty": "oct", "k": encode(&n) })),
        vectors.with("rsa", json!({ "kty": "oct" })),
        vectors.with("rsa", json!({ "kty": null })),
        vectors.with("p256", json!({ "crv": "P-384" })),
        vectors.with("p256", json!({ "crv": "secp256k1" })),
        vectors.with("p256", json!({ "y": vectors.jwk("p256")["x"] })),
        vectors.with("p256", json!({ "x": other["x"] })),
        vectors.with("p256", json!({ "x": encode([0; 32]), "y": encode([0; 32]) })),
        vectors.with("ed25519", json!({ "x": "AAAA" })),
        vectors.with("ed25519", json!({ "crv": "X25519" })),
        json!({}),
    ];
    for jwk in unusable {
        assert!(try_set(std::slice::from_ref(&jwk), ALL).is_none(), "{jwk}");
    }
    for usable in [
        vectors.with("rsa", json!({ "use": null, "x5c": ["MII"], "x5t": "a", "unknown": { "a": [1] } })),
        vectors.with("rsa", json!({ "key_ops": ["verify"], "alg": "RS256" })),
        vectors.with("rsa", json!({ "n": encode([&[0][..], &n].concat()) })),
    ] {
        let keys = set(&[json!(7), json!(null), usable.clone()], ALL);
        assert!(verify(&vectors.tokens["RS256"], &keys, ALL).is_ok(), "{usable}");
    }
    assert!(matches!(verify(&vectors.weak, &vectors.all(), ALL), Err(JwsError::UnknownKey { .. })));
    for set in ["", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":[]}"#, "<html>"] {
        assert!(KeySet::parse(set.as_bytes(), ALL).is_none(), "{set}");
    }
}

#[test]
fn a_key_is_chosen_by_name_kind_and_algorithm() {
    // JOS-032
    let vectors = vectors();
    let token = |alg: &str| &vectors.tokens[alg];
    let one_name = [vectors.with("p256", json!({ "kid": "same" })), vectors.with("rsa", json!({ "kid": "same" }))];
    let payload = serde_json::to_string(&vectors.claims).unwrap();
    let named = vectors.signed(r#"{"alg":"RS256","kid":"same"}"#, &payload);
    assert!(verify(&named, &set(&one_name, ALL), ALL).is_ok());
    // Two of one kind and one name: whichever holds.
    let other = set(&[vectors.with("weak", json!({})), bilbo("rsa"), vectors.jwk("rsa")], ALL);
    assert!(verify(token("RS256"), &other, ALL).is_ok());
    // The key says what it is for.
    let pinned = set(&[vectors.with("rsa", json!({ "alg": "RS512" }))], ALL);
    assert!(verify(token("RS512"), &pinned, ALL).is_ok());
    assert!(matches!(verify(token("RS256"), &pinned, ALL), Err(JwsError::UnknownKey { .. })));
    // A name that nobody has, though the key would fit.
    let renamed = set(&[vectors.with("rsa", json!({ "kid": "next" }))], ALL);
    assert!(matches!(verify(token("RS256"), &renamed, ALL), Err(JwsError::UnknownKey { .. })));
    let nameless = set(&[vectors.with("rsa", json!({ "kid": null }))], ALL);
    assert!(matches!(verify(token("RS256"), &nameless, ALL), Err(JwsError::UnknownKey { .. })));
}

#[test]
fn a_token_without_a_name_is_verified_by_any_key_that_fits() {
    let vectors = vectors();
    let token = vectors.signed(r#"{"alg":"RS256"}"#, &serde_json::to_string(&vectors.claims).unwrap());
    let keys = set(&[bilbo("a"), vectors.jwk("p256"), vectors.with("rsa", json!({ "kid": null }))], ALL);
    assert!(verify(&token, &keys, ALL).is_ok());
    // None holds: perhaps there is a newer key.
    assert!(matches!(verify(&token, &set(&[bilbo("a")], ALL), ALL), Err(JwsError::UnknownKey { .. })));
    // Not more work than for eight keys.
    let mut many: Vec<_> = (0..8).map(|index| bilbo(&index.to_string())).collect();
    many.push(vectors.jwk("rsa"));
    assert!(matches!(verify(&token, &set(&many, ALL), ALL), Err(JwsError::UnknownKey { .. })));
}

#[test]
fn a_set_of_ten_thousand_keys_is_read_to_the_hundredth() {
    // SRF-007
    let vectors = vectors();
    let keys: Vec<_> = (0..10_000).map(|index| vectors.with("p256", json!({ "kid": index.to_string() }))).collect();
    assert_eq!(set(&keys, ALL).len(), 100);
}

#[test]
fn a_key_says_whose_it_is_and_debug_shows_no_number() {
    // ENT-007
    let vectors = vectors();
    let keys = set(&[vectors.with("rsa", json!({ "issuer": "https://idp.example/{tenantid}" }))], ALL);
    let verified = verify(&vectors.tokens["RS256"], &keys, ALL).unwrap();
    assert_eq!(verified.key_issuer.as_deref(), Some("https://idp.example/{tenantid}"));
    assert_eq!(format!("{keys:?}"), r#"KeySet { keys: [Key { kid: Some("rsa"), .. }] }"#);
}

#[test]
fn an_ecdsa_signature_in_der_is_none() {
    // RFC 7518 §3.4 wants the two numbers side by side.
    let vectors = vectors();
    let pkcs8 = decode(&vectors.keys["p256"].pkcs8);
    let signed = format!("{}.{}", encode(r#"{"alg":"ES256","kid":"p256"}"#), encode("{}"));
    let sign = |kind| {
        let pair = EcdsaKeyPair::from_pkcs8(kind, &pkcs8).unwrap();
        let signature = pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        verify(&format!("{signed}.{}", encode(signature)), &vectors.all(), ALL)
    };
    assert!(sign(&ECDSA_P256_SHA256_FIXED_SIGNING).is_ok());
    assert!(matches!(sign(&aws_lc_rs::signature::ECDSA_P256_SHA256_ASN1_SIGNING), Err(JwsError::Forged)));
}

/// A key of 2048 bits that signed nothing here.
fn bilbo(kid: &str) -> Value {
    json!({ "kty": "RSA", "kid": kid, "e": "AQAB", "n": encode([&[0xc5][..], &[0x5a; 254], &[0x01]].concat()) })
}
