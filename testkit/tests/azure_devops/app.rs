//! An application at the pretend Azure DevOps: its registration, its requests, and short ways to tokens.

use std::sync::Arc;

use admit::HttpClient;
use admit::http::{HttpError, HttpRequest, HttpResponse};
use admit_testkit::azure_devops::{BASE_URL, Builder, CLIENT_ASSERTION_TYPE, JWT_BEARER};
use admit_testkit::{FixedClock, FixedRandom, PretendAzureDevOps};
use bytes::Bytes;
use serde_json::Value;
use url::form_urlencoded::Serializer;

pub(crate) const SECRET: &str = "s+/=&% é";
pub(crate) const REDIRECT_URI: &str = "https://app.example/api/auth/callback/azure-devops";
pub(crate) const ALL: &str = "vso.profile vso.project vso.work vso.build vso.code";

pub(crate) struct App {
    pub(crate) azure: PretendAzureDevOps,
    pub(crate) clock: FixedClock,
}

impl App {
    pub(crate) fn new() -> Self {
        Self::with(|builder| builder)
    }

    pub(crate) fn with(describe: impl FnOnce(Builder) -> Builder) -> Self {
        let clock = FixedClock::default();
        let builder = PretendAzureDevOps::builder("app-id", SECRET, REDIRECT_URI)
            .clock(Arc::new(clock.clone()))
            .random(Arc::new(FixedRandom::new(1)));
        Self { azure: describe(builder).build(), clock }
    }

    pub(crate) async fn code(&self, login: &str, scope: &str) -> String {
        let url = authorization_url(&[("scope", Some(scope))]);
        self.azure.authorize_as(login, &url).await.unwrap().parameter("code").unwrap().to_owned()
    }

    pub(crate) async fn post(&self, fields: &[(&str, &str)]) -> Answer {
        Answer::from(self.azure.send(token_request(fields)).await)
    }

    pub(crate) async fn exchange(&self, code: &str) -> Answer {
        self.post(&code_fields(SECRET, code)).await
    }

    pub(crate) async fn refresh(&self, token: &str) -> Answer {
        self.post(&refresh_fields(SECRET, token)).await
    }

    /// Signs in and gives back the access token.
    pub(crate) async fn access_token(&self, login: &str, scope: &str) -> String {
        let code = self.code(login, scope).await;
        self.exchange(&code).await.text("access_token")
    }

    pub(crate) async fn call(&self, url: &str, token: &str) -> Answer {
        Answer::from(self.azure.send(bearer(url, token)).await)
    }
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

    pub(crate) fn is_html(&self) -> bool {
        self.response.headers()["content-type"].to_str().unwrap().starts_with("text/html")
    }

    /// Status, `Error` and `ErrorDescription`.
    pub(crate) fn error(&self) -> (u16, String, String) {
        (self.status, self.text("Error"), self.text("ErrorDescription"))
    }
}

impl From<Result<HttpResponse, HttpError>> for Answer {
    fn from(response: Result<HttpResponse, HttpError>) -> Self {
        let response = response.unwrap();
        let json = serde_json::from_slice(response.body()).unwrap_or_default();
        Self { status: response.status().as_u16(), json, response }
    }
}

/// The URL an application sends the browser to; a value replaces one, `None` leaves it out, a new name is added.
pub(crate) fn authorization_url(changes: &[(&str, Option<&str>)]) -> String {
    let mut pairs = vec![
        ("client_id", "app-id"),
        ("response_type", "Assertion"),
        ("state", "the-state"),
        ("scope", "vso.profile vso.project"),
        ("redirect_uri", REDIRECT_URI),
    ];
    for (name, value) in changes {
        let place = pairs.iter().position(|(known, _)| known == name);
        match (place, value) {
            (Some(place), Some(value)) => pairs[place].1 = value,
            (Some(place), None) => drop(pairs.remove(place)),
            (None, Some(value)) => pairs.push((name, value)),
            (None, None) => panic!("`{name}` is not there to be left out"),
        }
    }
    format!("{BASE_URL}/oauth2/authorize?{}", Serializer::new(String::new()).extend_pairs(pairs).finish())
}

pub(crate) fn code_fields<'a>(secret: &'a str, code: &'a str) -> [(&'static str, &'a str); 5] {
    fields(secret, JWT_BEARER, code)
}

pub(crate) fn refresh_fields<'a>(secret: &'a str, token: &'a str) -> [(&'static str, &'a str); 5] {
    fields(secret, "refresh_token", token)
}

fn fields<'a>(secret: &'a str, grant_type: &'a str, assertion: &'a str) -> [(&'static str, &'a str); 5] {
    [
        ("client_assertion_type", CLIENT_ASSERTION_TYPE),
        ("client_assertion", secret),
        ("grant_type", grant_type),
        ("assertion", assertion),
        ("redirect_uri", REDIRECT_URI),
    ]
}

pub(crate) fn token_request(fields: &[(&str, &str)]) -> HttpRequest {
    http::Request::post(format!("{BASE_URL}/oauth2/token"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(Serializer::new(String::new()).extend_pairs(fields).finish().into())
        .unwrap()
}

pub(crate) fn bearer(url: &str, token: &str) -> HttpRequest {
    http::Request::get(url).header("Authorization", format!("Bearer {token}")).body(Bytes::new()).unwrap()
}
