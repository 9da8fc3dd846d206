//! A site with the pretend Azure DevOps behind it, and visitors to a router of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use admit::store::{SessionKey, SessionRecord, SessionStore, StoreError};
use admit::{Auth, AuthBuilder, Client, Environment, MemoryStore, Timestamp};
use admit_providers::azure_devops;
use admit_testkit::{CookieJar, FixedClock, FixedRandom, PretendAzureDevOps};
use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use http::{HeaderMap, Method, Request, Response};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

pub(crate) const ORIGIN: &str = "https://app.example";
pub(crate) const AZURE: &str = "azure-devops";
pub(crate) const SESSION_COOKIE: &str = "__Secure-authjs.session-token";
const SECRET: &str = "a secret for tests, thirty-two bytes or more";
const CLIENT_SECRET: &str = "header.payload.signature";

/// The engine and its provider, on one clock.
pub(crate) struct Site {
    pub(crate) auth: Auth,
    pub(crate) azure: PretendAzureDevOps,
    pub(crate) clock: FixedClock,
}

impl Site {
    /// Sessions and tokens in the cookie.
    pub(crate) fn new() -> Self {
        Self::with(AuthBuilder::danger_single_process_refresh)
    }

    pub(crate) fn with(configure: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Self {
        Self::at(ORIGIN, configure)
    }

    /// With a base URL of the test's own.
    pub(crate) fn at(base_url: &str, configure: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Self {
        let clock = FixedClock::default();
        let path = if base_url == ORIGIN { "/api/auth" } else { "" };
        let azure =
            PretendAzureDevOps::builder("app", CLIENT_SECRET, format!("{base_url}{path}/callback/azure-devops"))
                .clock(Arc::new(clock.clone()))
                .random(Arc::new(FixedRandom::new(1)))
                .build();
        let auth = Self::build(base_url, &clock, &azure, configure);
        Self { auth, azure, clock }
    }

    /// Another process of the same site: the secret is the same, what was in memory is not.
    pub(crate) fn restarted(&self, configure: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Auth {
        Self::build(ORIGIN, &self.clock, &self.azure, configure)
    }

    fn build(
        base_url: &str,
        clock: &FixedClock,
        azure: &PretendAzureDevOps,
        configure: impl FnOnce(AuthBuilder) -> AuthBuilder,
    ) -> Auth {
        let builder = Auth::builder(base_url)
            .secret(SECRET)
            .environment(Environment::default())
            .clock(clock.clone())
            .random(FixedRandom::new(2))
            .http_client(azure.clone())
            .provider(azure_devops(Client::new("app", CLIENT_SECRET)).scopes(["vso.profile", "vso.project"]));
        configure(builder).build().expect("the configuration is in order")
    }

    /// Somebody who visits a router of this site.
    pub(crate) fn visitor(&self, app: Router) -> Visitor<'_> {
        let jar = CookieJar::with_clock(Arc::new(self.clock.clone()));
        Visitor { site: self, app, jar, headers: HeaderMap::new() }
    }

    /// Somebody who signed in, and whose requests ask for data.
    pub(crate) async fn norma(&self, app: Router) -> Visitor<'_> {
        let mut norma = self.visitor(app);
        norma.sign_in().await;
        norma
    }
}

/// Keeps cookies and follows nothing by itself. It asks as a program does, unless it is told to browse.
pub(crate) struct Visitor<'a> {
    pub(crate) site: &'a Site,
    pub(crate) app: Router,
    pub(crate) jar: CookieJar,
    /// Sent with every request.
    pub(crate) headers: HeaderMap,
}

impl Visitor<'_> {
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

    /// Signs in as Norma, through the router; the last answer.
    pub(crate) async fn sign_in(&mut self) -> Response<Bytes> {
        let base = self.site.auth.base_path().to_owned();
        let csrf = self.get(&format!("{base}/csrf")).await;
        let csrf: serde_json::Value = serde_json::from_slice(csrf.body()).unwrap();
        let form = [("csrfToken", csrf["csrfToken"].as_str().unwrap()), ("callbackUrl", "/me")];
        let away = self.post(&format!("{base}/signin/azure-devops"), &form).await;
        let callback = self.site.azure.authorize_as("norma", &location(&away)).await.unwrap();
        let back = self.get(&callback.path_and_query()).await;
        assert!(location(&back).ends_with("/me"), "{}", location(&back));
        back
    }
}

pub(crate) async fn whole(response: Response<Body>) -> Response<Bytes> {
    let (parts, body) = response.into_parts();
    Response::from_parts(parts, body.collect().await.unwrap().to_bytes())
}

pub(crate) fn text(response: &Response<Bytes>) -> &str {
    std::str::from_utf8(response.body()).unwrap()
}

pub(crate) fn header(response: &Response<Bytes>, name: http::HeaderName) -> String {
    let values: Vec<_> = response.headers().get_all(name).iter().map(|value| value.to_str().unwrap()).collect();
    values.join(" | ")
}

pub(crate) fn location(response: &Response<Bytes>) -> String {
    header(response, LOCATION)
}

/// The names of the cookies that a response sets.
pub(crate) fn cookies(response: &Response<Bytes>) -> Vec<String> {
    let lines = response.headers().get_all(SET_COOKIE).iter();
    lines.map(|line| line.to_str().unwrap().split('=').next().unwrap().to_owned()).collect()
}

/// Stored sessions that cannot be read once the switch is thrown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fragile {
    store: MemoryStore,
    is_down: Arc<AtomicBool>,
}

impl Fragile {
    pub(crate) fn break_down(&self) {
        self.is_down.store(true, Ordering::Relaxed);
    }
}

#[async_trait]
impl SessionStore for Fragile {
    async fn load(&self, key: &SessionKey) -> Result<Option<SessionRecord>, StoreError> {
        if self.is_down.load(Ordering::Relaxed) {
            return Err(StoreError::Unavailable("the cable was cut".into()));
        }
        self.store.load(key).await
    }

    async fn create(&self, record: SessionRecord) -> Result<(), StoreError> {
        self.store.create(record).await
    }

    async fn replace(&self, record: SessionRecord, expected: u64) -> Result<bool, StoreError> {
        self.store.replace(record, expected).await
    }

    async fn touch(&self, key: &SessionKey, expires_at: Timestamp) -> Result<bool, StoreError> {
        self.store.touch(key, expires_at).await
    }

    async fn rotate(&self, old: &SessionKey, record: SessionRecord) -> Result<bool, StoreError> {
        self.store.rotate(old, record).await
    }

    async fn delete(&self, key: &SessionKey) -> Result<bool, StoreError> {
        SessionStore::delete(&self.store, key).await
    }

    async fn delete_all(&self, user: &str, except: Option<&SessionKey>) -> Result<u64, StoreError> {
        self.store.delete_all(user, except).await
    }

    async fn list(&self, user: &str) -> Result<Vec<SessionRecord>, StoreError> {
        self.store.list(user).await
    }

    async fn delete_expired(&self, now: Timestamp, limit: usize) -> Result<u64, StoreError> {
        self.store.delete_expired(now, limit).await
    }
}
