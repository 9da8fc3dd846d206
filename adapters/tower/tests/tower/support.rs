//! A site with the pretend Azure DevOps behind it, and visitors to a service of it.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};

use admit::{Auth, AuthBuilder, Client, Environment};
use admit_providers::azure_devops;
use admit_testkit::{CookieJar, FixedClock, FixedRandom, PretendAzureDevOps};
use admit_tower::CurrentExt as _;
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, COOKIE, HeaderName, LOCATION};
use http::{HeaderMap, Method, Request, Response};
use http_body_util::Full;
use tower::{Service, ServiceExt as _};

pub(crate) const ORIGIN: &str = "https://app.example";
pub(crate) const SESSION_COOKIE: &str = "__Secure-authjs.session-token";
const CLIENT_SECRET: &str = "header.payload.signature";

/// The engine and its provider, on one clock.
pub(crate) struct Site {
    pub(crate) auth: Auth,
    pub(crate) azure: PretendAzureDevOps,
    pub(crate) clock: FixedClock,
}

impl Site {
    pub(crate) fn new() -> Self {
        Self::at(ORIGIN, |builder| builder)
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
        let builder = Auth::builder(base_url)
            .secret("a secret for tests, thirty-two bytes or more")
            .environment(Environment::default())
            .clock(clock.clone())
            .random(FixedRandom::new(2))
            .http_client(azure.clone())
            .provider(azure_devops(Client::new("app", CLIENT_SECRET)))
            .danger_single_process_refresh();
        let auth = configure(builder).build().expect("the configuration is in order");
        Self { auth, azure, clock }
    }

    /// Somebody who has not been here before. They ask as a program does, unless they are told to browse.
    pub(crate) fn visitor(&self) -> Visitor<'_> {
        Visitor { site: self, jar: CookieJar::with_clock(Arc::new(self.clock.clone())), headers: HeaderMap::new() }
    }

    /// Somebody who signed in.
    pub(crate) async fn norma(&self) -> Visitor<'_> {
        let mut norma = self.visitor();
        let base = self.auth.base_path().to_owned();
        let csrf = norma.ask_admit(Method::GET, &format!("{base}/csrf"), "").await;
        let csrf: serde_json::Value = serde_json::from_slice(csrf.body()).unwrap();
        let form = format!("callbackUrl=/&csrfToken={}", csrf["csrfToken"].as_str().unwrap());
        let away = norma.ask_admit(Method::POST, &format!("{base}/signin/azure-devops"), &form).await;
        let callback = self.azure.authorize_as("norma", &header(&away, LOCATION)).await.unwrap();
        norma.ask_admit(Method::GET, &callback.path_and_query(), "").await;
        assert!(norma.jar.get(SESSION_COOKIE).is_some());
        norma
    }
}

/// Keeps cookies and follows nothing by itself.
pub(crate) struct Visitor<'a> {
    site: &'a Site,
    pub(crate) jar: CookieJar,
    /// Sent with every request.
    headers: HeaderMap,
}

impl Visitor<'_> {
    pub(crate) fn browsing(mut self) -> Self {
        self.headers.insert(ACCEPT, "text/html,*/*;q=0.8".parse().unwrap());
        self
    }

    /// A request of theirs, with any body.
    pub(crate) fn request<B>(&self, method: Method, path: &str, body: B) -> Request<B> {
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

    /// Sends a request without a body to a service.
    pub(crate) async fn get<S, R>(&mut self, app: &S, path: &str) -> Response<R>
    where
        S: Service<Request<Full<Bytes>>, Response = Response<R>> + Clone,
        S::Error: std::fmt::Debug,
    {
        let request = self.request(Method::GET, path, Full::default());
        self.keep(app.clone().oneshot(request).await.unwrap())
    }

    /// Takes in the cookies of a response.
    pub(crate) fn keep<R>(&mut self, response: Response<R>) -> Response<R> {
        self.jar.apply(response.headers());
        assert_eq!(self.jar.refused(), [""; 0]);
        response
    }

    async fn ask_admit(&mut self, method: Method, path: &str, form: &str) -> Response<Bytes> {
        let response = self.site.auth.handle(self.request(method, path, Bytes::from(form.to_owned()))).await;
        self.keep(response)
    }
}

/// A response body that is no body to anybody else: what admit or the application said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said(pub(crate) String);

impl From<Bytes> for Said {
    fn from(bytes: Bytes) -> Self {
        Self(String::from_utf8(bytes.to_vec()).unwrap())
    }
}

/// Says who is signed in, if somebody asks under `/who`; else it asks nobody.
pub(crate) async fn application<B>(request: Request<B>) -> Result<Response<Said>, Infallible> {
    if !request.uri().path().starts_with("/who") {
        return Ok(Response::new(Said(format!("the application, at {}", request.uri().path()))));
    }
    let current = request.current().expect("the layer is there");
    drop(request);
    let session = current.session().await.expect("sessions can be opened");
    Ok(Response::new(Said(session.map_or("nobody".to_owned(), |session| session.user.display_name().to_owned()))))
}

/// Ready once per clone that was asked, as services with a limit are.
pub(crate) struct Strict {
    is_ready: bool,
}

impl Strict {
    pub(crate) fn new() -> Self {
        Self { is_ready: false }
    }
}

impl Clone for Strict {
    fn clone(&self) -> Self {
        Self::new()
    }
}

impl Service<Request<Full<Bytes>>> for Strict {
    type Response = Response<Said>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Said>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.is_ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Full<Bytes>>) -> Self::Future {
        assert!(self.is_ready, "called without having been ready");
        ready(Ok(Response::new(Said("strict".to_owned()))))
    }
}

pub(crate) fn header<R>(response: &Response<R>, name: HeaderName) -> String {
    let values: Vec<_> = response.headers().get_all(name).iter().map(|value| value.to_str().unwrap()).collect();
    values.join(" | ")
}
