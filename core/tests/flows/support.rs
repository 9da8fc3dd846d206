//! A site with the pretend Azure DevOps behind it, and browsers that visit it.

pub mod log;
pub mod rules;
pub mod standard;

use std::sync::Arc;

use admit::{Auth, AuthBuilder, Client, Environment};
use admit_providers::azure_devops;
use admit_testkit::{CookieJar, FixedClock, FixedRandom, PretendAzureDevOps};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use serde_json::Value;

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
        Browser { site: self, jar: CookieJar::with_clock(Arc::new(self.clock.clone())), headers: HeaderMap::new() }
    }

    /// Sends a request as it is.
    pub async fn send(&self, request: Request<Bytes>) -> Response<Bytes> {
        self.auth.handle(request).await
    }
}

/// Somebody's browser: it keeps cookies, and follows nothing by itself.
pub struct Browser<'a> {
    pub site: &'a Site,
    pub jar: CookieJar,
    /// Sent with every request.
    pub headers: HeaderMap,
}

impl Browser<'_> {
    pub async fn get(&mut self, path: &str) -> Response<Bytes> {
        self.request(Method::GET, path, None, Bytes::new()).await
    }

    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Response<Bytes> {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.request(Method::POST, path, Some("application/x-www-form-urlencoded"), body.into()).await
    }

    pub async fn post_json(&mut self, path: &str, body: &Value) -> Response<Bytes> {
        self.request(Method::POST, path, Some("application/json"), body.to_string().into()).await
    }

    pub async fn request(
        &mut self,
        method: Method,
        path: &str,
        content_type: Option<&str>,
        body: Bytes,
    ) -> Response<Bytes> {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(cookies) = self.jar.header(true) {
            request = request.header(COOKIE, cookies);
        }
        if let Some(content_type) = content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        let response = self.site.send(request.body(body).expect("a request")).await;
        self.jar.apply(response.headers());
        response
    }

    /// The token that forms repeat.
    pub async fn csrf_token(&mut self) -> String {
        let answer = self.get("/api/auth/csrf").await;
        json(&answer)["csrfToken"].as_str().expect("a token").to_owned()
    }

    /// Begins a sign-in; the address of the provider.
    pub async fn start(&mut self, return_to: &str) -> String {
        let token = self.csrf_token().await;
        let form = [("csrfToken", token.as_str()), ("callbackUrl", return_to)];
        let answer = self.post("/api/auth/signin/azure-devops", &form).await;
        assert_eq!(answer.status(), StatusCode::FOUND);
        let location = location(&answer);
        assert!(location.starts_with("https://app.vssps.visualstudio.com/oauth2/authorize?"), "{location}");
        location
    }

    /// Begins a sign-in with any provider; what the site answers.
    pub async fn begin(&mut self, provider: &str, return_to: &str) -> Response<Bytes> {
        let token = self.csrf_token().await;
        let form = [("csrfToken", token.as_str()), ("callbackUrl", return_to)];
        self.post(&format!("/api/auth/signin/{provider}"), &form).await
    }

    /// Signs out; what the site answers.
    pub async fn sign_out(&mut self) -> Response<Bytes> {
        let token = self.csrf_token().await;
        self.post("/api/auth/signout", &[("csrfToken", &token)]).await
    }

    /// The names of the session's cookies.
    pub fn session_cookies(&self) -> Vec<String> {
        let names = self.jar.names().into_iter().filter(|name| name.contains("session-token"));
        names.map(str::to_owned).collect()
    }

    /// Goes to the provider and consents; the path that the browser comes back with.
    pub async fn consent(&mut self, return_to: &str) -> String {
        let location = self.start(return_to).await;
        self.site.azure.authorize_as("norma", &location).await.expect("consent").path_and_query()
    }

    /// Signs in as Norma.
    pub async fn sign_in(&mut self) -> Response<Bytes> {
        let callback = self.consent("/dashboard").await;
        let answer = self.get(&callback).await;
        assert_eq!(location(&answer), format!("{ORIGIN}/dashboard"));
        answer
    }

    /// What `GET …/session` says.
    pub async fn session(&mut self) -> Value {
        json(&self.get("/api/auth/session").await)
    }

    /// The request at hand, for a path of the application.
    pub fn current(&self, path: &str) -> admit::Current {
        let mut headers = self.headers.clone();
        if let Some(cookies) = self.jar.header(true) {
            headers.insert(COOKIE, cookies.parse().expect("cookies"));
        }
        let uri = path.parse().expect("a path");
        self.site.auth.current(&admit::RequestHead::new(&Method::GET, &uri, &headers))
    }

    /// Keeps what a response of the application set.
    pub async fn finish(&mut self, current: &admit::Current) {
        let mut headers = HeaderMap::new();
        for cookie in current.set_cookies().await {
            headers.append(http::header::SET_COOKIE, cookie);
        }
        self.jar.apply(&headers);
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
