//! Clients that prove themselves without a secret.

use admit::Clock as _;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{KeyPair as _, RSA_PSS_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::app::{Answer, App, LOGIN, USUAL, code_fields};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const CERTIFICATE: &[u8] = include_bytes!("../../src/entra/keys/spare.cer");
const KEY: &[u8] = include_bytes!("../../src/entra/keys/spare.der");

fn public_key() -> Value {
    let pair = RsaKeyPair::from_pkcs8(KEY).unwrap();
    let der = pair.public_key().as_ref().to_vec();
    json!({ "kty": "RSA", "n": URL_SAFE_NO_PAD.encode(&der[9..der.len() - 5]), "e": "AQAB" })
}

/// The assertion of a correct client, with other claims.
fn assertion(app: &App, changes: &Value) -> String {
    let now = app.clock.now().unix_seconds();
    let header =
        json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": URL_SAFE_NO_PAD.encode(digest(&SHA256, CERTIFICATE)) });
    let mut claims = json!({
        "iss": "app-id", "sub": "app-id", "aud": format!("{LOGIN}/common/oauth2/v2.0/token"), "jti": "1",
        "iat": now, "nbf": now, "exp": now + 300,
    });
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    let signed =
        format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
    let pair = RsaKeyPair::from_pkcs8(KEY).unwrap();
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(&RSA_PSS_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

async fn exchange(app: &App, assertion: &str) -> Answer {
    let code = app.code("norma", "common", USUAL).await;
    let mut fields = code_fields(&code).to_vec();
    fields.retain(|(name, _)| *name != "client_secret");
    fields.extend([("client_assertion_type", JWT_BEARER), ("client_assertion", assertion)]);
    app.post("common", &fields).await
}

#[tokio::test]
async fn a_certificate_proves_the_client_with_each_assertion_once() {
    // T89
    let app = App::with(|builder| builder.certificate(public_key(), CERTIFICATE));
    let good = assertion(&app, &json!({}));
    assert_eq!(exchange(&app, &good).await.status, 200);
    let error = (401, "invalid_client".to_owned(), 700_027);
    assert_eq!(exchange(&app, &good).await.error(), error);
    let now = app.clock.now().unix_seconds();
    for (changes, why) in [
        (json!({ "aud": format!("{LOGIN}/organizations/oauth2/v2.0/token") }), "`aud` is somebody else"),
        (json!({ "iss": "another" }), "`iss` and `sub` are not the client"),
        (json!({ "exp": now + 601 }), "the assertion does not count now, or for longer than ten minutes"),
        (json!({ "nbf": now + 60 }), "the assertion does not count now, or for longer than ten minutes"),
        (json!({ "jti": null }), "no `jti`"),
    ] {
        app.entra.reset_log();
        assert_eq!(exchange(&app, &assertion(&app, &changes)).await.error(), error, "{why}");
        assert_eq!(app.entra.violations(), [format!("token: {why}")]);
    }
    assert_eq!(exchange(&app, "e30.e30.AA").await.error(), error);
}

#[tokio::test]
async fn a_federated_credential_is_an_assertion_of_somebody_else_s() {
    let app = App::with(|builder| builder.federated("of.another.issuer"));
    assert_eq!(exchange(&app, "of.another.issuer").await.status, 200);
    assert_eq!(exchange(&app, "of.nobody.known").await.error().2, 700_027);
    assert_eq!(exchange(&App::new(), "of.another.issuer").await.error().2, 700_027);
}
