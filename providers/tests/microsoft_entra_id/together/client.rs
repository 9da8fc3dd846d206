//! A client that proves itself without a secret: by a certificate, and by what its platform says.

use std::path::Path;
use std::time::Duration;

use admit::provider::{FederatedTokenFile, PrivateKeyJwt, SigningKey};
use admit::{Client, HttpClient as _};
use admit_testkit::entra::{FABRIKAM, Stage};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use serde_json::Value;

use super::refresh::sent;
use super::{meet_as, meeting};
use crate::{CLIENT_ID, HOST};

/// A key of nobody's, with its certificate.
const KEY: &[u8] = include_bytes!("../../../../testkit/src/entra/keys/spare.der");
const CERTIFICATE: &[u8] = include_bytes!("../../../../testkit/src/entra/keys/spare.cer");

/// The public half as a JWK, which the pretend Entra ID publishes among its own.
async fn public_key() -> Value {
    let request = Request::get(format!("{HOST}/{FABRIKAM}/discovery/v2.0/keys")).body(Bytes::new()).unwrap();
    let answer = meeting().entra.send(request).await.unwrap();
    let mut document: Value = serde_json::from_slice(answer.body()).unwrap();
    let certificate = STANDARD.encode(CERTIFICATE);
    let keys = document["keys"].as_array_mut().unwrap();
    keys.iter().find(|key| key["x5c"][0] == certificate).unwrap().clone()
}

fn signing_key() -> SigningKey {
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(KEY));
    SigningKey::from_pem(pem).unwrap()
}

#[tokio::test]
async fn a_certificate_proves_the_client_at_the_exchange_and_at_each_refresh() {
    // azure.md T89, §3.7
    let public_key = public_key().await;
    for tenant in ["common", "organizations", FABRIKAM, "fabrikam.example"] {
        let key = signing_key().certificate(CERTIFICATE).unwrap();
        let client = Client::with_credential(CLIENT_ID, PrivateKeyJwt::new(key));
        let registered = public_key.clone();
        let site = meet_as(client, |entra| entra.certificate(registered, CERTIFICATE), |it| it.tenant(tenant));
        let mut browser = site.browser();
        browser.sign_in_as("norma").await;
        for _ in 0..2 {
            site.clock.advance(Duration::from_secs(3600));
            browser.access_token().await.unwrap();
        }
        let mut assertions = sent(&site, "client_assertion");
        assertions.dedup();
        assert_eq!((assertions.len(), sent(&site, "client_secret").len()), (3, 0), "{tenant}");
        assert_eq!(site.entra.violations(), [""; 0], "{tenant}");
    }
}

#[tokio::test]
async fn a_key_that_names_no_certificate_is_not_taken() {
    let client = Client::with_credential(CLIENT_ID, PrivateKeyJwt::new(signing_key()));
    let registered = public_key().await;
    let site = meet_as(client, |entra| entra.certificate(registered, CERTIFICATE), |provider| provider);
    assert_eq!(site.refusal_of("norma").await, "configuration");
    assert_eq!(site.entra.violations().len(), 1);
}

#[tokio::test]
async fn what_the_platform_leaves_in_a_file_proves_the_client_and_is_read_each_time() {
    // azure.md T90, §3.7
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("federated-token-at-entra");
    let client = Client::with_credential(CLIENT_ID, FederatedTokenFile::new(&path));
    let site = meet_as(client, |entra| entra.federated("eyJ.eyJ.first").federated("eyJ.eyJ.second"), |it| it);
    std::fs::write(&path, "eyJ.eyJ.first\n").unwrap();
    let mut browser = site.browser();
    browser.sign_in_as("norma").await;
    std::fs::write(&path, "eyJ.eyJ.second\n").unwrap();
    site.clock.advance(Duration::from_secs(3600));
    browser.access_token().await.unwrap();
    std::fs::write(&path, "eyJ.eyJ.unknown\n").unwrap();
    assert_eq!(site.refusal_of("norma").await, "configuration");
    std::fs::remove_file(&path).unwrap();
    assert_eq!(sent(&site, "client_assertion"), ["eyJ.eyJ.first", "eyJ.eyJ.second", "eyJ.eyJ.unknown"]);
    assert_eq!(site.entra.count(Stage::Token), 3);
}
