//! A site with the pretend Azure DevOps behind it, and what its answers say.

mod browser;
pub mod log;
pub mod rules;
pub mod standard;

use std::sync::Arc;

use admit::{Auth, AuthBuilder, Client, Environment};
use admit_providers::azure_devops;
use admit_testkit::{FixedClock, FixedRandom, PretendAzureDevOps};
use bytes::Bytes;
use http::header::{LOCATION, SET_COOKIE};
use http::{Request, Response};
use serde_json::Value;

pub use browser::Browser;

pub const ORIGIN: &str = "https://app.example";
pub const BASE: &str = "https://app.example/api/auth";
pub const SECRET: &str = "a secret for tests, thirty-two bytes or more";
pub const CLIENT_SECRET: &str = "header.payload.signature";

/// The site and its provider, on one clock.
pub struct Site {
    pub auth: Auth,
    pub azure: PretendAzureDevOps,
    pub clock: FixedClock,
}

impl Site {
    /// A site with sessions in the cookie and one process.
    pub fn new() -> Self {
        Self::with(AuthBuilder::danger_single_process_refresh)
    }

    /// A site with what the test adds.
    pub fn with(configure: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Self {
        Self::with_azure(|azure| azure, configure)
    }

    /// A site with a provider of the test's own making.
    pub fn with_azure(
        provide: impl FnOnce(admit_testkit::azure_devops::Builder) -> admit_testkit::azure_devops::Builder,
        configure: impl FnOnce(AuthBuilder) -> AuthBuilder,
    ) -> Self {
        let clock = FixedClock::default();
        let azure = provide(
            PretendAzureDevOps::builder("app-id", CLIENT_SECRET, format!("{BASE}/callback/azure-devops"))
                .clock(Arc::new(clock.clone()))
                .random(Arc::new(FixedRandom::new(1))),
        )
        .build();
        let builder = Auth::builder(ORIGIN)
            .secret(SECRET)
            .environment(Environment::default())
            .clock(clock.clone())
            .random(FixedRandom::new(2))
            .http_client(azure.clone());
        let auth = configure(
            builder.provider(azure_devops(Client::new("app-id", CLIENT_SECRET)).scopes(["vso.profile", "vso.project"])),
        )
        .build()
        .expect("the configuration is in order");
        Self { auth, azure, clock }
    }

    /// A site with these secrets in place of the usual one; the first seals.
    pub fn with_secrets(secrets: &[&str]) -> Self {
        let site = Self::new();
        let builder = Auth::builder(ORIGIN).environment(Environment::default());
        let auth = secrets
            .iter()
            .fold(builder, |builder, secret| builder.secret(*secret))
            .clock(site.clock.clone())
            .random(FixedRandom::new(3))
            .http_client(site.azure.clone())
            .provider(azure_devops(Client::new("app-id", CLIENT_SECRET)))
            .danger_single_process_refresh()
            .build()
            .expect("the configuration is in order");
        Self { auth, ..site }
    }

    /// A browser that has never been here.
    pub fn browser(&self) -> Browser<'_> {
        Browser::new(self)
    }

    /// Sends a request as it is.
    pub async fn send(&self, request: Request<Bytes>) -> Response<Bytes> {
        self.auth.handle(request).await
    }
}

pub fn json(answer: &Response<Bytes>) -> Value {
    serde_json::from_slice(answer.body()).expect("a JSON body")
}

pub fn location(answer: &Response<Bytes>) -> String {
    answer.headers().get(LOCATION).map(|value| value.to_str().expect("text").to_owned()).unwrap_or_default()
}

/// The `error` and `code` of the page that a response sends the browser to.
pub fn refusal(answer: &Response<Bytes>) -> (String, String, String) {
    let url = url::Url::parse(&location(answer)).expect("a redirect to a page");
    assert_eq!(url.origin().ascii_serialization(), ORIGIN);
    let value = |name: &str| url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned());
    (url.path().to_owned(), value("error").unwrap_or_default(), value("code").unwrap_or_default())
}

/// A response as text, long cookies cut short: they are sealed, and what is in them is for other tests.
pub fn shown(answer: &Response<Bytes>) -> String {
    let mut short = answer.clone();
    let lines = set_cookies(answer);
    short.headers_mut().remove(SET_COOKIE);
    for line in lines {
        let (pair, attributes) = line.split_once(';').unwrap_or((&line, ""));
        let (name, value) = pair.split_once('=').expect("a pair");
        let line = match value.len() {
            0..200 => line.clone(),
            length => format!("{name}=({length} characters);{attributes}"),
        };
        short.headers_mut().append(SET_COOKIE, line.parse().expect("a header"));
    }
    admit_testkit::render::response(&short)
}

/// The `Set-Cookie` lines.
pub fn set_cookies(answer: &Response<Bytes>) -> Vec<String> {
    let lines = answer.headers().get_all(SET_COOKIE).iter();
    lines.map(|line| line.to_str().expect("text").to_owned()).collect()
}

/// The decoded value of a parameter of an address.
pub fn parameter(url: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(url).expect("an address");
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}
