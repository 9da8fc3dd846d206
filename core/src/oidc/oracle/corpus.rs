//! The tokens, and what each judge says of them.

use serde_json::{Value, json};

use super::forge::{encode, jwk, sign};
use crate::jws::SigningAlgorithm;

/// One token and what is made of it.
pub(super) struct Row {
    pub(super) what: &'static str,
    pub(super) token: String,
    /// What the issuer publishes.
    pub(super) keys: Value,
    /// The algorithm that was agreed upon.
    pub(super) agreed: SigningAlgorithm,
    /// Of ours, `openidconnect` and `jsonwebtoken`: `Y` takes it, `N` refuses it, `-` leaves that to whoever asks.
    pub(super) verdicts: &'static str,
    /// Why we are right where they disagree.
    pub(super) because: &'static str,
}

pub(super) const ISSUER: &str = "https://idp.example";
pub(super) const CLIENT: &str = "app-id";
pub(super) const NONCE: &str = "nonce-of-the-trip";
/// November 2026: after every time that is past in the corpus and before every one to come, as is the machine's clock.
pub(super) const NOW: i64 = 1_795_300_000;

pub(super) fn rows() -> Vec<Row> {
    [of_each_algorithm(), of_claims(), of_headers(), of_signatures(), of_encodings(), of_keys()]
        .into_iter()
        .flatten()
        .collect()
}

fn of_each_algorithm() -> Vec<Row> {
    let rows = [
        ("RS256, as everybody has it", SigningAlgorithm::Rs256, "rsa"),
        ("RS384", SigningAlgorithm::Rs384, "rsa"),
        ("RS512", SigningAlgorithm::Rs512, "rsa"),
        ("PS256", SigningAlgorithm::Ps256, "rsa"),
        ("ES256", SigningAlgorithm::Es256, "p256"),
        ("ES384", SigningAlgorithm::Es384, "p384"),
        ("EdDSA", SigningAlgorithm::EdDsa, "ed25519"),
    ];
    let row = |(what, agreed, kid): (_, SigningAlgorithm, &str)| {
        let header = json!({ "alg": agreed.name(), "kid": kid, "typ": "JWT" }).to_string();
        let token = sign(agreed.name(), &header, &claims().to_string());
        Row { agreed, ..row(what, "YYY", "", token) }
    };
    rows.into_iter().map(row).collect()
}

fn of_claims() -> Vec<Row> {
    let far = 4_102_444_800_i64;
    let long = "s".repeat(256);
    [
        // Whose token it is.
        ("an issuer with a slash more", "NNN", "", json!({ "iss": "https://idp.example/" })),
        ("an issuer in capitals", "NNN", "", json!({ "iss": "https://IDP.example" })),
        ("no issuer", "NNN", "", json!({ "iss": null })),
        (
            "an issuer in a list",
            "NNY",
            "Core §2: `iss` is one identifier; a list would name several issuers.",
            json!({ "iss": [ISSUER] }),
        ),
        ("an issuer that is a number", "NNN", "", json!({ "iss": 7 })),
        // For whom it is.
        ("an audience in a list", "YYY", "", json!({ "aud": [CLIENT] })),
        ("an audience in a list, twice", "YYY", "", json!({ "aud": [CLIENT, CLIENT] })),
        ("another audience", "NNN", "", json!({ "aud": "app-id-of-another" })),
        ("an audience in capitals", "NNN", "", json!({ "aud": "APP-ID" })),
        (
            "a second audience",
            "NNY",
            "Core §3.1.3.7, 3: a token that others may present is no proof to us, unless they are trusted.",
            json!({ "aud": [CLIENT, "another"] }),
        ),
        (
            "a second audience, with azp",
            "NNY",
            "As before: `azp` says who asked for it, not that the others may be trusted.",
            json!({ "aud": [CLIENT, "another"], "azp": CLIENT }),
        ),
        ("no audience", "NNN", "", json!({ "aud": null })),
        ("an empty list of audiences", "NNN", "", json!({ "aud": [] })),
        ("a list with a number among the audiences", "NNN", "", json!({ "aud": [CLIENT, 7] })),
        ("an azp that is us", "YYY", "", json!({ "azp": CLIENT })),
        (
            "an azp that is another",
            "NY-",
            "Core §3.1.3.7, 5: it was made for another client.",
            json!({ "azp": "another" }),
        ),
        ("an azp that is a number", "NN-", "", json!({ "azp": 7 })),
        // When.
        ("expired long ago", "NNN", "", json!({ "exp": 1_000_000_000 })),
        ("expired within a minute", "Y--", "", json!({ "exp": NOW - 59 })),
        ("expired a minute ago", "N--", "", json!({ "exp": NOW - 60 })),
        ("no expiry", "NNN", "", json!({ "exp": null })),
        ("an expiry as text", "NNN", "", json!({ "exp": "4102444800" })),
        ("an expiry with a fraction", "YYY", "", json!({ "exp": 4_102_444_800.5 })),
        ("an expiry before 1970", "NNN", "", json!({ "exp": -1 })),
        (
            "an expiry after the year 9999",
            "NNY",
            "No calendar has it; a token that never ends is a mistake of whoever made it.",
            json!({ "exp": 1e18 }),
        ),
        (
            "issued in years to come",
            "NYY",
            "A clock that is years ahead has nothing to say on when the token ends (Core §3.1.3.7, 10).",
            json!({ "iat": far }),
        ),
        ("no time of issue", "NN-", "", json!({ "iat": null })),
        ("a time of issue as text", "NN-", "", json!({ "iat": "1795299940" })),
        (
            "valid from years to come on",
            "NYN",
            "RFC 7519 §4.1.5: it must not be accepted before.",
            json!({ "nbf": far }),
        ),
        ("valid from long ago on", "YYY", "", json!({ "nbf": 1_000_000_000 })),
        (
            "a beginning as text",
            "NYN",
            "RFC 7519 §4.1.5: a number. What cannot be read cannot be kept to.",
            json!({ "nbf": "1000000000" }),
        ),
        // For which trip.
        ("no nonce", "NN-", "", json!({ "nonce": null })),
        ("another nonce", "NN-", "", json!({ "nonce": "nonce-of-another" })),
        ("a nonce that begins like ours", "NN-", "", json!({ "nonce": "nonce" })),
        ("a nonce with a space behind it", "NN-", "", json!({ "nonce": "nonce-of-the-trip " })),
        ("a nonce in a list", "NN-", "", json!({ "nonce": [NONCE] })),
        // Whom it names.
        ("no subject", "NNN", "", json!({ "sub": null })),
        ("an empty subject", "NY-", "Everybody without a name would be one person.", json!({ "sub": "" })),
        ("a subject that is a number", "NNN", "", json!({ "sub": 248 })),
        (
            "a subject of 256 characters",
            "NY-",
            "Core §2: at most 255. A store that cuts it off would make two people one.",
            json!({ "sub": long }),
        ),
        (
            "a subject of letters beyond ASCII",
            "NY-",
            "Core §2: ASCII. Letters that look alike would be people who look alike.",
            json!({ "sub": "zo\u{eb}" }),
        ),
        (
            "a subject with a line break",
            "NY-",
            "It is written into logs and headers; no issuer needs one.",
            json!({ "sub": "a\nb" }),
        ),
        // What goes with it.
        (
            "the hash of another access token",
            "NY-",
            "Core §3.1.3.8: it belongs to another grant. The crate leaves that to its user.",
            json!({ "at_hash": "77QmUPtjPfzWtF2AnpK9RQ" }),
        ),
        ("the hash of the access token", "YY-", "", json!({ "at_hash": "Pxa-1wifRlPl7yG_0oJNfw" })),
        // What nobody has to look at.
        (
            "an address verified as text",
            "YNY",
            "Well-known servers send it so. One odd claim must not keep a person out; we read it leniently.",
            json!({ "email": "a@b.example", "email_verified": "true" }),
        ),
        (
            "a time of change as text",
            "YNY",
            "Well-known servers sent it so for years. Nothing is decided by it.",
            json!({ "updated_at": "2026-11-22T07:00:00Z" }),
        ),
        ("a postal address as text", "YNY", "Nothing is decided by it.", json!({ "address": "Main Street 1" })),
        ("a picture that is no address", "YYY", "", json!({ "picture": "none" })),
        (
            "a name that is an object",
            "YNY",
            "Nothing is decided by it; the person has no name then.",
            json!({ "name": {} }),
        ),
        (
            "methods of authentication as text",
            "YNY",
            "Some servers send it so. Whoever decides by it reads it with care.",
            json!({ "amr": "pwd" }),
        ),
        (
            "an acr that is a number",
            "YNY",
            "Servers of the older draft send it so. Whoever decides by it reads it with care.",
            json!({ "acr": 1 }),
        ),
        ("claims that nobody knows", "YYY", "", json!({ "xms_edov": "1", "groups": ["a"], "_claim_names": {} })),
    ]
    .into_iter()
    .map(|(what, verdicts, because, changes)| row(what, verdicts, because, rs256(&header(), &changed(&changes))))
    .collect()
}

fn of_headers() -> Vec<Row> {
    let other = |members: Value| {
        let mut all = header();
        all.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        all.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        rs256(&all, &claims())
    };
    let none = json!({ "alg": "none", "typ": "JWT" }).to_string();
    [
        ("unsigned", "NNN", "", sign("none", &none, &claims().to_string())),
        ("unsigned, in other letters", "NNN", "", sign("none", &none.replace("none", "nOnE"), &claims().to_string())),
        ("unsigned, though it says RS256", "NNN", "", sign("none", &header().to_string(), &claims().to_string())),
        ("the public key taken for a shared secret", "NNN", "", {
            sign("HS256", &json!({ "alg": "HS256", "kid": "rsa" }).to_string(), &claims().to_string())
        }),
        ("no algorithm", "NNN", "", other(json!({ "alg": null }))),
        ("an algorithm in small letters", "NNN", "", other(json!({ "alg": "rs256" }))),
        ("another algorithm than agreed", "NNN", "", {
            sign("RS512", &json!({ "alg": "RS512", "kid": "rsa" }).to_string(), &claims().to_string())
        }),
        (
            "signed by PS256, though it says RS256",
            "NNN",
            "",
            sign("PS256", &header().to_string(), &claims().to_string()),
        ),
        ("no name of a key", "YYY", "", other(json!({ "kid": null }))),
        ("the name of no key", "NNN", "", other(json!({ "kid": "nobody" }))),
        ("the name of a key of another kind", "NNN", "", other(json!({ "kid": "p256" }))),
        ("a name that is a path", "NNN", "", other(json!({ "kid": "../../dev/null" }))),
        ("a name that is a number", "NNN", "", other(json!({ "kid": 7 }))),
        ("no type", "YYY", "", other(json!({ "typ": null }))),
        ("the type in full", "YYY", "", other(json!({ "typ": "application/jwt" }))),
        ("the type in small letters", "YYY", "", other(json!({ "typ": "jwt" }))),
        (
            "the type of an access token",
            "NNY",
            "RFC 8725 §3.11, RFC 9068 §2.1: it is no ID token, whoever signed it.",
            other(json!({ "typ": "at+jwt" })),
        ),
        (
            "the type of a logout token",
            "NNY",
            "As before; it has an issuer and an audience too (Back-Channel Logout §2.4).",
            other(json!({ "typ": "logout+jwt" })),
        ),
        (
            "an extension that must be understood",
            "NNY",
            "RFC 7515 §4.1.11: it is not understood here, so the token is refused.",
            other(json!({ "crit": ["exp"] })),
        ),
        (
            "an empty list of extensions",
            "NNY",
            "RFC 7515 §4.1.11: the list must not be empty.",
            other(json!({ "crit": [] })),
        ),
        (
            "a payload that is not encoded",
            "NNY",
            "RFC 7797 §6: the extension is not understood here.",
            other(json!({ "b64": false, "crit": ["b64"] })),
        ),
        (
            "a payload that is compressed",
            "NYY",
            "`zip` is for encrypted tokens only; what it means here nobody can say.",
            other(json!({ "zip": "DEF" })),
        ),
        ("a key that it brings along", "YYY", "", other(json!({ "jwk": jwk("rsa") }))),
        ("the address of keys", "YYY", "", other(json!({ "jku": "https://evil.example/keys" }))),
        ("a certificate that it brings along", "YYY", "", other(json!({ "x5c": ["AAAA"] }))),
        ("a thumbprint as Microsoft sends it", "YYY", "", other(json!({ "x5t": "rsa" }))),
        (
            "the type of the content",
            "YNY",
            "RFC 7519 §5.2: it speaks of a token inside. There is none, and the claims are signed all the same.",
            other(json!({ "cty": "JWT" })),
        ),
    ]
    .into_iter()
    .map(|(what, verdicts, because, token)| row(what, verdicts, because, token))
    .collect()
}

fn of_signatures() -> Vec<Row> {
    let good = rs256(&header(), &claims());
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let foreign = rs256(&header(), &changed(&json!({ "sub": "another" })));
    let (_, foreign) = foreign.rsplit_once('.').unwrap();
    let es256 = json!({ "alg": "ES256", "kid": "p256" }).to_string();
    let elliptic = |what, verdicts, because, alg| Row {
        agreed: SigningAlgorithm::Es256,
        ..row(what, verdicts, because, sign(alg, &es256, &claims().to_string()))
    };
    vec![
        row("the signature of another token", "NNN", "", format!("{signed}.{foreign}")),
        row("half a signature", "NNN", "", format!("{signed}.{}", &signature[..171])),
        row("no signature", "NNN", "", format!("{signed}.")),
        elliptic("an elliptic signature in DER", "NNN", "", "ES256 in DER"),
        elliptic("an elliptic signature of zeros", "NNN", "", "zeros"),
        elliptic("a signature by RSA for an elliptic key", "NNN", "", "RS256"),
    ]
}

fn of_encodings() -> Vec<Row> {
    let good = rs256(&header(), &claims());
    let (header_part, rest) = good.split_once('.').unwrap();
    let payload = claims().to_string();
    let of_payload = |payload: &str| sign("RS256", &header().to_string(), payload);
    let of_header = |header: &str| sign("RS256", header, &payload);
    let start = payload.strip_prefix('{').unwrap();
    [
        ("a part with padding", "NNN", "", format!("{header_part}=.{rest}")),
        ("a space before it", "NNN", "", format!(" {good}")),
        ("a line break behind it", "NNN", "", format!("{good}\n")),
        ("a part more", "NNN", "", format!("{good}.{}", encode("{}"))),
        ("five parts, as if encrypted", "NNN", "", format!("{good}.AAAA.AAAA")),
        ("nothing", "NNN", "", String::new()),
        ("the JSON serialization", "NNN", "", {
            json!({ "payload": encode(&payload), "protected": header_part, "signature": rest }).to_string()
        }),
        ("a claim twice", "NNN", "", of_payload(&format!("{{\"sub\":\"another\",{start}"))),
        (
            "a claim twice, once in other letters",
            "NNN",
            "",
            of_payload(&format!("{{\"s\\u0075b\":\"another\",{start}")),
        ),
        (
            "a claim that nobody knows, twice",
            "NYY",
            "RFC 7519 §4: names must be unique. Two readers would see two tokens.",
            of_payload(&format!("{{\"x\":1,\"x\":2,{start}")),
        ),
        ("an algorithm twice", "NNN", "", of_header(r#"{"alg":"RS256","alg":"RS256","kid":"rsa"}"#)),
        ("claims with spaces among them", "YYY", "", of_payload(&payload.replace(',', " ,\n "))),
        ("claims in a list", "NNN", "", of_payload(&format!("[{payload}]"))),
        ("claims, and something behind them", "NNN", "", of_payload(&format!("{payload}{payload}"))),
        ("claims after a byte order mark", "NNN", "", of_payload(&format!("\u{feff}{payload}"))),
        (
            "half a letter in a name",
            "YNN",
            "Names that were cut in the middle of an emoji are sent so. It is read as U+FFFD, and decides nothing.",
            of_payload(&format!("{{\"name\":\"\\ud83d\",{start}")),
        ),
    ]
    .into_iter()
    .map(|(what, verdicts, because, token)| row(what, verdicts, because, token))
    .collect()
}

fn of_keys() -> Vec<Row> {
    let only = |members: Value| {
        let mut key = jwk("rsa");
        key.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        json!({ "keys": [key] })
    };
    let weak = include_str!("../../../tests/vectors/jws-vectors.json");
    let weak: Value = serde_json::from_str(weak).unwrap();
    let published =
        |what, verdicts, because, keys| Row { keys, ..row(what, verdicts, because, rs256(&header(), &claims())) };
    vec![
        published("a key without more", "YYY", "", json!({ "keys": [jwk("rsa")] })),
        published("no key", "NNN", "", json!({ "keys": [] })),
        published(
            "a key for encryption",
            "NNY",
            "RFC 7517 §4.2: whoever holds its other half may be somebody else.",
            only(json!({ "use": "enc" })),
        ),
        published(
            "a key for another algorithm",
            "NNY",
            "RFC 8725 §3.1: a key is used with one algorithm.",
            only(json!({ "alg": "PS256" })),
        ),
        published("a key for an algorithm of encryption", "NNY", "As before.", only(json!({ "alg": "RSA-OAEP" }))),
        published(
            "a key with its private half",
            "NYY",
            "Whoever can read the keys can sign by it.",
            only(json!({ "d": "AQAB" })),
        ),
        published(
            "a key that may do other things only",
            "NYY",
            "RFC 7517 §4.3: it is not for verifying.",
            only(json!({ "key_ops": ["encrypt"] })),
        ),
        published("a key of its issuer's own word", "YYY", "", only(json!({ "issuer": ISSUER }))),
        published("a key beside one of a kind that nobody knows", "YYY", "", {
            json!({ "keys": [{ "kty": "AKP", "alg": "ML-DSA-44", "kid": "new", "pub": "AAAA" }, jwk("rsa")] })
        }),
        published(
            "a key beside one that is broken",
            "YYY",
            "",
            json!({ "keys": [{ "kty": "RSA", "n": 7 }, jwk("rsa")] }),
        ),
        Row {
            keys: json!({ "keys": [weak["keys"]["weak"]["jwk"]] }),
            ..row("a key of 1024 bits", "NNN", "", weak["weak"].as_str().unwrap().to_owned())
        },
    ]
}

fn row(what: &'static str, verdicts: &'static str, because: &'static str, token: String) -> Row {
    let all = ["rsa", "p256", "p384", "ed25519"].map(jwk);
    Row { what, token, keys: json!({ "keys": all }), agreed: SigningAlgorithm::Rs256, verdicts, because }
}

fn header() -> Value {
    json!({ "alg": "RS256", "kid": "rsa", "typ": "JWT" })
}

/// What a token says that nobody could object to.
fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": CLIENT, "sub": "248289761001", "nonce": NONCE, "exp": 4_102_444_800_i64, "iat": NOW - 60,
    })
}

/// With other claims; `null` takes one away.
fn changed(changes: &Value) -> Value {
    let mut all = claims();
    let members = all.as_object_mut().unwrap();
    members.extend(changes.as_object().unwrap().clone());
    members.retain(|_, value| !value.is_null());
    all
}

fn rs256(header: &Value, claims: &Value) -> String {
    sign("RS256", &header.to_string(), &claims.to_string())
}
