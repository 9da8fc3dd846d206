//! A signed assertion in place of a secret (RFC 7523): by a key of the application's own, or by its platform.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use admit::provider::{FederatedTokenFile, PrivateKeyJwt, SigningAlgorithm, SigningKey};
use admit::{Client, HttpRequest, OAuthProvider};
use admit_testkit::PretendOidc;
use admit_testkit::oidc::{Builder, ClientAuth, Stage};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

use super::{CLIENT_SECRET, sign_in, site_as, trip};
use crate::support::log::Heard;
use crate::support::{Site, refusal, rules};

fn keys() -> Value {
    serde_json::from_str(include_str!("../../vectors/client-keys.json")).unwrap()
}

/// A private key, and its public half as the provider knows it.
pub(super) fn pair(kind: &str) -> (SigningKey, Value) {
    let published: Value = serde_json::from_str(include_str!("../../vectors/jws-vectors.json")).unwrap();
    let key = SigningKey::from_pem(keys()["keys"][kind].as_str().unwrap()).unwrap();
    (key, published["keys"][kind]["jwk"].clone())
}

/// The value of a field of a form.
fn field(request: &HttpRequest, name: &str) -> Option<String> {
    let found = url::form_urlencoded::parse(request.body()).find(|(known, _)| known == name);
    found.map(|(_, value)| value.into_owned())
}

fn assertions(company: &PretendOidc) -> Vec<String> {
    company.requests(Stage::Token).iter().filter_map(|request| field(request, "client_assertion")).collect()
}

/// A request as text, with its assertion decoded and the signature left out.
pub(super) fn shown(request: &HttpRequest) -> String {
    let assertion = field(request, "client_assertion").unwrap();
    let decode = |part: &str| {
        let json: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
        json.to_string()
    };
    let parts: Vec<_> = assertion.split('.').collect();
    let readable = format!("{}.{}.(signature)", decode(parts[0]), decode(parts[1]));
    admit_testkit::render::request(request).replace(&assertion, &readable)
}

fn site(client: Client, required: ClientAuth) -> (Site, PretendOidc) {
    site_as(
        client,
        |company: Builder| company.client_auth(required),
        |provider: OAuthProvider| provider,
        |builder| builder,
    )
}

fn client(credential: PrivateKeyJwt) -> Client {
    Client::with_credential("app-id", credential)
}

#[tokio::test]
async fn a_key_of_any_kind_proves_the_client_at_the_exchange_and_at_each_refresh() {
    for (kind, algorithms) in [
        ("rsa", &[SigningAlgorithm::Rs256, SigningAlgorithm::Ps256, SigningAlgorithm::Rs512][..]),
        ("p256", &[SigningAlgorithm::Es256]),
        ("p384", &[SigningAlgorithm::Es384]),
        ("ed25519", &[SigningAlgorithm::EdDsa]),
    ] {
        for algorithm in algorithms {
            let (key, published) = pair(kind);
            let credential = PrivateKeyJwt::new(key.algorithm(*algorithm).unwrap());
            let (site, company) = site(client(credential), ClientAuth::PrivateKeyJwt(published));
            let mut browser = site.browser();
            sign_in(&mut browser, &company).await;
            site.clock.advance(Duration::from_secs(3500));
            browser.current("/").access_token("company").await.unwrap();
            assert_eq!(company.violations(), [""; 0], "{algorithm}");
            let sent = assertions(&company);
            assert_eq!((sent.len(), sent.iter().collect::<HashSet<_>>().len()), (2, 2), "each has its own");
        }
    }
}

#[tokio::test]
async fn an_assertion_says_who_it_is_from_and_to_and_counts_for_five_minutes() {
    // TOK-022
    let (key, published) = pair("rsa");
    let (site, company) = site(client(PrivateKeyJwt::new(key.kid("2026-11"))), ClientAuth::PrivateKeyJwt(published));
    sign_in(&mut site.browser(), &company).await;
    insta::assert_snapshot!("private_key_jwt", shown(&company.requests(Stage::Token)[0]));
    assert_eq!(company.violations(), [""; 0]);
}

#[tokio::test]
async fn a_certificate_is_named_as_microsoft_wants_it() {
    // azure.md §3.7
    let (key, published) = pair("rsa");
    let pem = keys()["certificates"]["rsa"].as_str().unwrap().to_owned();
    let lines: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let required = ClientAuth::Certificate(published, STANDARD.decode(lines).unwrap());
    let (site, company) = site(client(PrivateKeyJwt::new(key.certificate(pem).unwrap())), required);
    sign_in(&mut site.browser(), &company).await;
    assert_eq!(company.violations(), [""; 0]);
    let sent = shown(&company.requests(Stage::Token)[0]);
    assert!(sent.contains(r#""alg":"PS256""#) && sent.contains("x5t#S256") && !sent.contains("x5c"), "{sent}");
}

#[tokio::test]
async fn whom_an_assertion_is_for_and_how_long_it_counts_can_be_said() {
    for (asked, given) in [(Duration::ZERO, 30), (Duration::from_secs(60), 60), (Duration::from_secs(86_400), 600)] {
        let (key, published) = pair("p256");
        let credential = PrivateKeyJwt::new(key).audience("https://id.example").lifetime(asked);
        let (site, company) = site(client(credential), ClientAuth::PrivateKeyJwt(published));
        sign_in(&mut site.browser(), &company).await;
        let assertion = assertions(&company).remove(0);
        let claims = URL_SAFE_NO_PAD.decode(assertion.split('.').nth(1).unwrap()).unwrap();
        let claims: Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!(claims["aud"], "https://id.example");
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), given);
    }
}

#[tokio::test]
async fn another_key_proves_nothing_and_no_assertion_is_logged() {
    // OBS-001
    let heard = Heard::default();
    let listening = heard.listen();
    let ((key, _), (_, published)) = (pair("p256"), pair("rsa"));
    let client = client(PrivateKeyJwt::new(key));
    heard.print(&client);
    let (site, company) = site(client, ClientAuth::PrivateKeyJwt(published));
    let answer = trip(&mut site.browser(), &company).await;
    assert_eq!(refusal(&answer).2, "configuration");
    assert_eq!(company.violations(), ["token: the signature by ES256 does not hold"]);
    drop(listening);
    let log = heard.text();
    assert!(log.contains("token endpoint answered 401 invalid_client") && log.contains("SigningKey"), "{log}");
    for secret in ["eyJhbGci", "MIGH", "client_assertion="] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

#[tokio::test]
async fn a_secret_and_a_key_are_tried_in_their_order() {
    // TOK-022
    let (key, published) = pair("ed25519");
    let credential = || PrivateKeyJwt::new(key.clone());
    for (client, required, sent) in [
        // A secret has no place there, so only the key is shown.
        (
            Client::new("app-id", CLIENT_SECRET).credential(credential()),
            ClientAuth::PrivateKeyJwt(published.clone()),
            1,
        ),
        // An assertion may be sent though the document does not know it.
        (client(credential()).secret(CLIENT_SECRET), ClientAuth::Basic, 2),
        (client(credential()).secret(CLIENT_SECRET), ClientAuth::PrivateKeyJwt(published.clone()), 1),
    ] {
        let heard = rules::Heard::default();
        let events = heard.clone();
        let (site, company) = site_as(
            client,
            |company| company.client_auth(required.clone()),
            |provider| provider,
            |builder| builder.events(events),
        );
        sign_in(&mut site.browser(), &company).await;
        assert_eq!(company.count(Stage::Token), sent, "{required:?}");
        assert_eq!(company.violations(), [""; 0]);
    }
}

/// A file of one test's own.
fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()))
}

#[tokio::test]
async fn a_token_that_the_platform_replaces_is_read_anew_each_time() {
    let path = file("rotated");
    let client = Client::with_credential("app-id", FederatedTokenFile::new(&path));
    let (site, company) = site(client, ClientAuth::Federated("eyJ.eyJ.first".to_owned()));
    fs::write(&path, "  eyJ.eyJ.first\n").unwrap();
    let mut browser = site.browser();
    sign_in(&mut browser, &company).await;
    insta::assert_snapshot!("federated", admit_testkit::render::request(&company.requests(Stage::Token)[0]));
    fs::write(&path, "eyJ.eyJ.second").unwrap();
    company.require(ClientAuth::Federated("eyJ.eyJ.second".to_owned()));
    site.clock.advance(Duration::from_secs(3500));
    browser.current("/").access_token("company").await.unwrap();
    assert_eq!(assertions(&company), ["eyJ.eyJ.first", "eyJ.eyJ.second"]);
    fs::remove_file(path).unwrap();
}

#[tokio::test]
async fn a_token_file_that_holds_none_is_named_and_what_it_holds_is_not() {
    let long = format!("a.b.{}", "c".repeat(64 * 1024));
    for (name, content, expected) in [
        ("missing", None, "cannot be opened; is it mounted there?"),
        ("empty", Some(" \n".as_bytes()), "is empty; has the platform written it?"),
        ("words", Some(b"hunter2 hunter2".as_slice()), "holds no JWT"),
        ("two-parts", Some(b"hunter2.hunter2"), "holds no JWT"),
        ("empty-part", Some(b"hunter2..hunter2"), "holds no JWT"),
        ("bytes", Some(b"hunter2\xff"), "holds no JWT"),
        ("long", Some(long.as_bytes()), "is longer than 64 KiB; a JWT is needed"),
    ] {
        let path = file(name);
        if let Some(content) = content {
            fs::write(&path, content).unwrap();
        }
        let heard = Heard::default();
        let listening = heard.listen();
        let client = Client::with_credential("app-id", FederatedTokenFile::new(&path));
        let (site, company) = site(client, ClientAuth::Federated("eyJ.eyJ.first".to_owned()));
        let answer = trip(&mut site.browser(), &company).await;
        assert_eq!((refusal(&answer).2.as_str(), company.count(Stage::Token)), ("configuration", 0), "{name}");
        drop(listening);
        let log = heard.text();
        let told = format!("the client credential cannot be had: the token file {} {expected}", path.display());
        assert!(log.contains(&told), "{name}: {log}");
        assert!(!log.contains("hunter2") && !log.contains("ccc"), "{name}");
        if content.is_some() {
            fs::remove_file(path).unwrap();
        }
    }
}
