//! A site with the pretend Azure DevOps behind it, and visitors to a router of it.

use std::sync::Arc;

use admit::{Auth, AuthBuilder, Client, Environment};
use admit_providers::azure_devops;
use admit_testkit::{CookieJar, FixedClock, FixedRandom, PretendAzureDevOps};
use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION};
use http::{HeaderMap, Method, Request, Response};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

/// The engine and its provider, on one clock.
pub(crate) struct Site {
    pub(crate) auth: Auth,
    azure: PretendAzureDevOps,
    clock: FixedClock,
}

impl Site {
    /// Sessions and tokens in the cookie.
    pub(crate) fn new() -> Self {
        Self::with(|builder| builder)
    }

    /// The same, with what the test adds.
    pub(crate) fn with(configure: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Self {
        let clock = FixedClock::default();
        let callback = "https://app.example/api/auth/callback/azure-devops";
        let azure = PretendAzureDevOps::builder("app", CLIENT_SECRET, callback)
            .clock(Arc::new(clock.clone()))
            .random(Arc::new(FixedRandom::new(1)))
            .build();
        let builder = Auth::builder("https://app.example")
            .secret("a secret for tests, thirty-two bytes or more")
            .environment(Environment::default())
            .clock(clock.clone())
            .random(FixedRandom::new(2))
            .http_client(azure.clone())
            .provider(azure_devops(Client::new("app", CLIENT_SECRET)).scopes(["vso.profile", "vso.project"]))
            .danger_single_process_refresh();
        Self { auth: configure(builder).build().expect("the configuration is in order"), azure, clock }
    }

    /// Somebody who visits a router of this site.
    pub(crate) fn visitor(&self, app: Router) -> Visitor {
        let jar = CookieJar::with_clock(Arc::new(self.clock.clone()));
        Visitor { app, jar, headers: HeaderMap::new() }
    }

    /// Somebody who signed in, and whose requests ask for data.
    pub(crate) async fn norma(&self, app: Router) -> Visitor {
        let mut norma = self.visitor(app);
        let csrf: serde_json::Value = serde_json::from_slice(norma.get("/api/auth/csrf").await.body()).unwrap();
        let form = [("csrfToken", csrf["csrfToken"].as_str().unwrap()), ("callbackUrl", "/me")];
        let back = self.consent(&mut norma, "/api/auth/signin/azure-devops", &form).await;
        assert_eq!(back, "https://app.example/me");
        norma
    }

    /// Posts a form that begins a sign-in, and consents as Norma; where that leads.
    pub(crate) async fn consent(&self, visitor: &mut Visitor, action: &str, form: &[(&str, &str)]) -> String {
        let away = visitor.post(action, form).await;
        let callback = self.azure.authorize_as("norma", &location(&away)).await.unwrap();
        location(&visitor.get(&callback.path_and_query()).await)
    }
}

/// Keeps cookies and follows nothing by itself. It asks as a program does, unless it is told to browse.
pub(crate) struct Visitor {
    app: Router,
    jar: CookieJar,
    /// Sent with every request.
    headers: HeaderMap,
}

impl Visitor {
    pub(crate) fn browsing(mut self) -> Self {
        self.headers.insert(ACCEPT, "text/html,*/*;q=0.8".parse().unwrap());
        self
    }

    pub(crate) async fn get(&mut self, path: &str) -> Response<Bytes> {
        self.send(Method::GET, path, Body::empty()).await
    }

    pub(crate) async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Response<Bytes> {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.send(Method::POST, path, Body::from(form)).await
    }

    pub(crate) async fn send(&mut self, method: Method, path: &str, body: Body) -> Response<Bytes> {
        let response = self.app.clone().oneshot(self.request(method, path, body)).await.unwrap();
        self.jar.apply(response.headers());
        assert_eq!(self.jar.refused(), [""; 0]);
        whole(response).await
    }

    pub(crate) fn request(&self, method: Method, path: &str, body: Body) -> Request<Body> {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(cookies) = self.jar.header(true) {
            request = request.header(COOKIE, cookies);
        }
        request.body(body).unwrap()
    }
}

pub(crate) async fn whole(response: Response<Body>) -> Response<Bytes> {
    let (parts, body) = response.into_parts();
    Response::from_parts(parts, body.collect().await.unwrap().to_bytes())
}

pub(crate) fn text(response: &Response<Bytes>) -> &str {
    std::str::from_utf8(response.body()).unwrap()
}

pub(crate) fn location(response: &Response<Bytes>) -> String {
    response.headers().get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

const CLIENT_SECRET: &str = "header.payload.signature";
