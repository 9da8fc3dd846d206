//! Apple: a secret that is signed for each request, an answer that is posted, and a name that nobody signed.

use std::time::Duration;

use admit::{Client, Email};
use admit_providers::apple;
use admit_providers::apple::AppleKey;
use admit_testkit::PretendOidc;
use admit_testkit::oidc::{Builder, ClientAuth, Stage};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::browser::{Browser, location, parameter, reason};
use crate::{CLIENT_ID, ORIGIN, SECRET, Site, builder, environment, nobody_in_particular, problems};

const ISSUER: &str = "https://appleid.apple.com";
const CALLBACK: &str = "/api/auth/callback/apple";
const TEAM: &str = "TEAM123456";
/// The name under which the pretend provider has this key, and Apple would have another.
const KEY_ID: &str = "es256-1";

fn pem() -> String {
    let der = include_bytes!("../../../testkit/src/keys/ec1.der");
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der))
}

/// The public half of the same key.
async fn jwk() -> Value {
    use admit::HttpClient as _;
    let publisher = PretendOidc::builder("", "", "").signs_with(admit::provider::SigningAlgorithm::Es256).build();
    let request = http::Request::get("https://id.example/keys").body(bytes::Bytes::new()).unwrap();
    let keys: Value = serde_json::from_slice(publisher.send(request).await.unwrap().body()).unwrap();
    keys["keys"][0].clone()
}

async fn as_apple() -> impl FnOnce(Builder) -> Builder {
    let key = jwk().await;
    move |server| {
        nobody_in_particular(server)
            .sends_iss(false)
            .client_auth(ClientAuth::SignedSecret { key, team: TEAM.to_owned() })
    }
}

async fn site() -> Site {
    let key = AppleKey::new(TEAM, KEY_ID, pem()).unwrap();
    Site::and(apple(Client::with_credential(CLIENT_ID, key)), ISSUER, as_apple().await, |builder| builder)
}

/// There and back with a form, in which `more` stands beside the code.
async fn trip(browser: &mut Browser<'_>, more: &[(&str, &str)]) -> http::Response<bytes::Bytes> {
    let back = browser.consent().await;
    let (path, form) = back.split_once('?').unwrap();
    assert_eq!(path, CALLBACK);
    let mut form = url::form_urlencoded::Serializer::for_suffix(form.to_owned(), 0);
    browser.post(path, &form.extend_pairs(more).finish()).await
}

/// The secrets that came to the token endpoint.
fn secrets(site: &Site) -> Vec<String> {
    let forms = site.server.requests(Stage::Token);
    let secret = |form: &[u8]| {
        let (_, secret) = url::form_urlencoded::parse(form).find(|(name, _)| name == "client_secret").unwrap();
        secret.into_owned()
    };
    forms.iter().map(|request| secret(request.body())).collect()
}

#[tokio::test]
async fn the_name_comes_beside_the_code_at_the_first_sign_in_and_nothing_else_of_it_counts() {
    let site = site().await;
    let mut browser = site.browser();
    let there = browser.begin().await;
    for (name, value) in [("response_mode", "form_post"), ("scope", "openid name email"), ("response_type", "code")] {
        assert_eq!(parameter(&there, name).as_deref(), Some(value), "{name}");
    }
    site.says(json!({ "email": "x@privaterelay.appleid.com", "email_verified": "true", "is_private_email": "true" }));
    let user = r#"{"sub":"8","name":{"firstName":"Ada","lastName":"Byron"},"email":"boss@example.com"}"#;
    let answer = trip(&mut browser, &[("user", user)]).await;
    assert_eq!(location(&answer), format!("{ORIGIN}/dashboard"));
    assert_eq!(browser.session().await["user"]["name"], "Ada Byron");
    let ada = site.seen.0.lock().unwrap().clone().unwrap();
    assert_eq!(ada.profile.subject, "7");
    assert_eq!(ada.profile.email, Some(Email::verified("x@privaterelay.appleid.com")));
    assert_eq!(ada.claims.flag("is_private_email"), Some(true));

    // The next time there is no name, and the person is the same.
    trip(&mut browser, &[]).await;
    let ada = site.seen.0.lock().unwrap().clone().unwrap();
    assert_eq!((ada.profile.subject.as_str(), ada.profile.name), ("7", None));
    assert_eq!(site.server.violations(), [""; 0]);
}

#[tokio::test]
async fn a_user_field_that_is_odd_stops_nobody() {
    let site = site().await;
    for user in ["", "{", "[]", r#"{"name":{"firstName":"a\u0000b"}}"#, &"x".repeat(10_000)] {
        let mut browser = site.browser();
        trip(&mut browser, &[("user", user)]).await;
        assert_ne!(browser.session().await, Value::Null);
        assert_eq!(site.seen.0.lock().unwrap().clone().unwrap().profile.name, None);
    }
}

#[tokio::test]
async fn an_answer_in_the_address_is_not_taken() {
    let site = site().await;
    let mut browser = site.browser();
    let back = browser.consent().await;
    assert_eq!(reason(&browser.get(&back).await), "action_unsupported");
    assert_eq!(site.server.count(Stage::Token), 0);
}

#[tokio::test]
async fn a_secret_is_signed_for_each_request_and_counts_for_five_minutes() {
    let site = site().await;
    let mut browser = site.browser();
    trip(&mut browser, &[]).await;
    site.clock.advance(Duration::from_secs(3600));
    browser.access_token().await.unwrap();
    let secrets = secrets(&site);
    assert_eq!(secrets.len(), 2);
    assert_ne!(secrets[0], secrets[1]);
    let part = |secret: &str, n: usize| -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(secret.split('.').nth(n).unwrap()).unwrap()).unwrap()
    };
    assert_eq!(part(&secrets[0], 0), json!({ "alg": "ES256", "typ": "JWT", "kid": KEY_ID }));
    let claims = part(&secrets[0], 1);
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 300);
    assert_eq!((&claims["iss"], &claims["sub"], &claims["aud"]), (&json!(TEAM), &json!(CLIENT_ID), &json!(ISSUER)));
    assert_eq!(site.server.violations(), [""; 0]);
}

#[tokio::test]
async fn a_key_of_another_team_is_the_set_ups_fault() {
    let key = AppleKey::new("OTHERTEAM1", KEY_ID, pem()).unwrap();
    let provider = apple(Client::with_credential(CLIENT_ID, key));
    let site = Site::and(provider, ISSUER, as_apple().await, |builder| builder);
    assert_eq!(reason(&trip(&mut site.browser(), &[]).await), "configuration");
    assert_eq!(site.server.violations(), [format!("token: `iss` of the secret is not {TEAM}")]);
}

#[tokio::test]
async fn the_key_comes_from_the_environment_or_a_secret_that_was_signed_beforehand_does() {
    let pem = pem().replace('\n', "\\n");
    let variables = [
        ("AUTH_APPLE_ID", CLIENT_ID),
        ("AUTH_APPLE_TEAM_ID", TEAM),
        ("AUTH_APPLE_KEY_ID", KEY_ID),
        ("AUTH_APPLE_PRIVATE_KEY", &pem),
    ];
    let from = |variables: &[(&str, &str)]| {
        let environment = environment(variables);
        |builder: admit::AuthBuilder| builder.environment(environment)
    };
    let site = Site::and(apple(Client::env()), ISSUER, as_apple().await, from(&variables));
    let mut browser = site.browser();
    assert_eq!(location(&trip(&mut browser, &[]).await), format!("{ORIGIN}/dashboard"));

    // As Auth.js has it.
    let beforehand = secrets(&site).remove(0);
    let variables = [("AUTH_APPLE_ID", CLIENT_ID), ("AUTH_APPLE_SECRET", &beforehand)];
    let site = Site::and(apple(Client::env()), ISSUER, as_apple().await, from(&variables));
    assert_eq!(location(&trip(&mut site.browser(), &[]).await), format!("{ORIGIN}/dashboard"));
    assert_eq!(secrets(&site), [beforehand]);

    // What was given in code stays.
    let variables = [("AUTH_APPLE_TEAM_ID", TEAM), ("AUTH_APPLE_KEY_ID", KEY_ID), ("AUTH_APPLE_PRIVATE_KEY", &pem)];
    let given = apple(Client::new(CLIENT_ID, SECRET));
    let site = Site::and(given, ISSUER, |server| server.client_auth(ClientAuth::Post), from(&variables));
    assert_eq!(location(&trip(&mut site.browser(), &[]).await), format!("{ORIGIN}/dashboard"));
    assert_eq!(secrets(&site), [SECRET]);
}

#[test]
fn a_key_that_is_half_there_or_none_is_told_before_anybody_signs_in() {
    let half = [("AUTH_APPLE_ID", CLIENT_ID), ("AUTH_APPLE_TEAM_ID", TEAM), ("AUTH_APPLE_PRIVATE_KEY", "x")];
    let none = [
        ("AUTH_APPLE_ID", CLIENT_ID),
        ("AUTH_APPLE_TEAM_ID", TEAM),
        ("AUTH_APPLE_KEY_ID", KEY_ID),
        ("AUTH_APPLE_PRIVATE_KEY", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----"),
    ];
    let told = [&half[..], &none[..]]
        .map(|variables| problems(builder(apple(Client::env())).environment(environment(variables))));
    insta::assert_snapshot!(told.join("\n"), @r#"
    admit cannot start, 2 problems:
    - apple: no client secret; set AUTH_APPLE_SECRET, or give it with Client::new
    - apple: the key in the environment is not whole: AUTH_APPLE_KEY_ID is not set; a team, a key's id and the key itself belong together
    admit cannot start, 2 problems:
    - apple: no client secret; set AUTH_APPLE_SECRET, or give it with Client::new
    - apple: AUTH_APPLE_PRIVATE_KEY: the signing key stands in CERTIFICATE, and is none; give the text of the block PRIVATE KEY
    "#);
}

#[test]
fn a_key_on_another_curve_or_of_another_kind_is_refused_at_once() {
    let rsa = include_bytes!("../../../testkit/src/keys/rsa1.der");
    let rsa = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----", STANDARD.encode(rsa));
    let vectors: Value = serde_json::from_str(include_str!("../../../core/tests/vectors/client-keys.json")).unwrap();
    let p384 = vectors["keys"]["p384"].as_str().unwrap();
    let error = |pem: &str| AppleKey::new(TEAM, KEY_ID, pem.to_owned()).unwrap_err().to_string();
    insta::assert_snapshot!(error(&rsa), @"the signing key is RSA, which cannot sign by ES256; leave the algorithm out, or give another key");
    insta::assert_snapshot!(error(p384), @"the signing key is P-384, which cannot sign by ES256; leave the algorithm out, or give another key");
}
