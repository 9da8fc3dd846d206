//! An application at the pretend Entra ID: its requests, and short ways to tokens.

use std::sync::Arc;

use admit::HttpClient;
use admit::http::{HttpError, HttpRequest, HttpResponse};
use admit_testkit::azure_devops::Callback;
use admit_testkit::entra::{Builder, Stage};
use admit_testkit::{FixedClock, FixedRandom, PretendEntra};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::Request;
use serde_json::Value;
use url::form_urlencoded::Serializer;

pub(crate) const SECRET: &str = "s+/=&%~ é";
pub(crate) const REDIRECT_URI: &str = "https://app.example/api/auth/callback/microsoft-entra-id";
pub(crate) const LOGIN: &str = "https://login.microsoftonline.com";
pub(crate) const GRAPH: &str = "https://graph.microsoft.com";
pub(crate) const USUAL: &str = "openid profile email offline_access User.Read";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

pub(crate) struct App {
    pub(crate) entra: PretendEntra,
    pub(crate) clock: FixedClock,
}

impl App {
    pub(crate) fn new() -> Self {
        Self::with(|builder| builder)
    }

    pub(crate) fn with(describe: impl FnOnce(Builder) -> Builder) -> Self {
        let clock = FixedClock::default();
        Self { entra: describe(builder(&clock)).build(), clock }
    }

    pub(crate) async fn go(&self, login: &str, authority: &str, changes: &[(&str, &str)]) -> Callback {
        self.entra.authorize_as(login, &authorization_url(authority, changes)).await.unwrap()
    }

    pub(crate) async fn code(&self, login: &str, authority: &str, scope: &str) -> String {
        self.go(login, authority, &[("scope", scope)]).await.parameter("code").unwrap().to_owned()
    }

    pub(crate) async fn post(&self, authority: &str, fields: &[(&str, &str)]) -> Answer {
        Answer::from(self.entra.send(token_request(authority, fields)).await)
    }

    pub(crate) async fn exchange(&self, authority: &str, code: &str) -> Answer {
        self.post(authority, &code_fields(code)).await
    }

    pub(crate) async fn refresh(&self, authority: &str, token: &str, scope: &str) -> Answer {
        self.post(authority, &refresh_fields(token, scope)).await
    }

    pub(crate) async fn sign_in(&self, login: &str, authority: &str, scope: &str) -> Answer {
        let code = self.code(login, authority, scope).await;
        self.exchange(authority, &code).await
    }

    pub(crate) async fn get(&self, url: &str, token: Option<&str>) -> Answer {
        let request = Request::get(url);
        let request = token
            .into_iter()
            .fold(request, |request, token| request.header("Authorization", format!("Bearer {token}")));
        Answer::from(self.entra.send(request.body(Bytes::new()).unwrap()).await)
    }

    /// The published key that verifies the token.
    pub(crate) async fn key_of(&self, authority: &str, id_token: &str) -> Option<Value> {
        let keys = self.get(&format!("{LOGIN}/{authority}/discovery/v2.0/keys"), None).await;
        let kid = part(id_token, 0)["kid"].clone();
        let key = keys.json["keys"].as_array().unwrap().iter().find(|key| key["kid"] == kid)?.clone();
        let number = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
        let public = RsaPublicKeyComponents { n: number("n"), e: number("e") };
        let (signed, signature) = id_token.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        public.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature).ok().map(|()| key)
    }

    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.entra.count(Stage::Authorize), self.entra.count(Stage::Token))
    }
}

pub(crate) fn builder(clock: &FixedClock) -> Builder {
    PretendEntra::builder("app-id", SECRET, REDIRECT_URI)
        .clock(Arc::new(clock.clone()))
        .random(Arc::new(FixedRandom::new(1)))
}

/// An answer with its body read as JSON, if it is some.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) response: HttpResponse,
    pub(crate) status: u16,
    pub(crate) json: Value,
}

impl Answer {
    pub(crate) fn text(&self, key: &str) -> String {
        self.json[key].as_str().unwrap_or_else(|| panic!("`{key}` is no text in {self:?}")).to_owned()
    }

    pub(crate) fn id_token(&self) -> Value {
        part(&self.text("id_token"), 1)
    }

    /// Status, `error` and the `AADSTS` number.
    pub(crate) fn error(&self) -> (u16, String, u64) {
        let number = self.json["error_codes"][0].as_u64().unwrap_or_else(|| panic!("{self:?}"));
        assert!(self.text("error_description").starts_with(&format!("AADSTS{number}: ")), "{self:?}");
        (self.status, self.text("error"), number)
    }

    /// The answer with what is long and different every time cut out.
    pub(crate) fn brief(&self) -> String {
        let mut json = self.json.clone();
        for value in json.as_object_mut().unwrap().values_mut() {
            if value.as_str().is_some_and(|text| text.len() > 400) {
                *value = "…".into();
            }
        }
        serde_json::to_string_pretty(&json).unwrap()
    }
}

impl From<Result<HttpResponse, HttpError>> for Answer {
    fn from(response: Result<HttpResponse, HttpError>) -> Self {
        let response = response.unwrap();
        let json = serde_json::from_slice(response.body()).unwrap_or_default();
        Self { status: response.status().as_u16(), json, response }
    }
}

/// A part of a token: 0 is its header, 1 its claims.
pub(crate) fn part(token: &str, place: usize) -> Value {
    let part = token.split('.').nth(place).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// The URL an application sends the browser to; a value replaces one or adds one, an empty one takes it away.
pub(crate) fn authorization_url(authority: &str, changes: &[(&str, &str)]) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()));
    let mut pairs = vec![
        ("client_id", "app-id"),
        ("response_type", "code"),
        ("redirect_uri", REDIRECT_URI),
        ("scope", USUAL),
        ("state", "s1"),
        ("nonce", "n1"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in changes {
        pairs.retain(|(known, _)| known != name);
        pairs.push((name, value));
    }
    pairs.retain(|(_, value)| !value.is_empty());
    let query = Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("{LOGIN}/{authority}/oauth2/v2.0/authorize?{query}")
}

pub(crate) fn code_fields(code: &str) -> [(&str, &str); 6] {
    [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("code_verifier", VERIFIER),
        ("redirect_uri", REDIRECT_URI),
        ("client_id", "app-id"),
        ("client_secret", SECRET),
    ]
}

pub(crate) fn refresh_fields<'a>(token: &'a str, scope: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("grant_type", "refresh_token"),
        ("refresh_token", token),
        ("client_id", "app-id"),
        ("client_secret", SECRET),
    ];
    fields.extend((!scope.is_empty()).then_some(("scope", scope)));
    fields
}

pub(crate) fn token_request(authority: &str, fields: &[(&str, &str)]) -> HttpRequest {
    Request::post(format!("{LOGIN}/{authority}/oauth2/v2.0/token"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(Serializer::new(String::new()).extend_pairs(fields).finish().into())
        .unwrap()
}
