//! A site with the pretend Azure DevOps behind it, and visitors to an app of it.

use std::cell::RefCell;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, Once};

use actix_web::body::{MessageBody, to_bytes};
use actix_web::dev::{Service as _, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::test::TestRequest;
use actix_web::{App, Error};
use admit::{Auth, AuthBuilder, Client, Environment};
use admit_providers::azure_devops;
use admit_testkit::{CookieJar, FixedClock, FixedRandom, PretendAzureDevOps};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use http::{HeaderName, Response};

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
        let builder = Auth::builder(base_url)
            .secret(SECRET)
            .environment(Environment::default())
            .clock(clock.clone())
            .random(FixedRandom::new(2))
            .http_client(azure.clone())
            .provider(azure_devops(Client::new("app", CLIENT_SECRET)).scopes(["vso.profile", "vso.project"]));
        Self { auth: configure(builder).build().expect("the configuration is in order"), azure, clock }
    }

    /// Somebody who visits an app of this site.
    pub(crate) fn visitor(&self, app: Served) -> Visitor<'_> {
        let jar = CookieJar::with_clock(Arc::new(self.clock.clone()));
        Visitor { site: self, app, jar, headers: Vec::new() }
    }

    /// Somebody who signed in, and whose requests ask for data.
    pub(crate) async fn norma(&self, app: Served) -> Visitor<'_> {
        let mut norma = self.visitor(app);
        norma.sign_in().await;
        norma
    }
}

/// An app that answers. An error is the response that the server makes of it.
pub(crate) type Served = Rc<dyn Fn(TestRequest) -> Answer>;
pub(crate) type Answer = Pin<Box<dyn Future<Output = Response<Bytes>>>>;

pub(crate) async fn serve<T, B>(app: App<T>) -> Served
where
    T: ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<B>, Error = Error, InitError = ()>
        + 'static,
    B: MessageBody + 'static,
{
    let service = Rc::new(actix_web::test::init_service(app).await);
    Rc::new(move |request: TestRequest| {
        let answer = service.call(request.to_request());
        Box::pin(async move {
            match answer.await {
                Ok(response) => whole(response.into_parts().1.map_into_boxed_body()).await,
                Err(error) => whole(error.error_response()).await,
            }
        })
    })
}

async fn whole(response: actix_web::HttpResponse) -> Response<Bytes> {
    let mut whole = Response::builder().status(response.status().as_u16());
    for (name, value) in response.headers() {
        whole = whole.header(name.as_str(), value.as_bytes());
    }
    let body = to_bytes(response.into_body()).await.unwrap_or_else(|error| panic!("{error}"));
    whole.body(body).unwrap()
}

/// Keeps cookies and follows nothing by itself. It asks as a program does, unless it is told to browse.
pub(crate) struct Visitor<'a> {
    pub(crate) site: &'a Site,
    pub(crate) app: Served,
    pub(crate) jar: CookieJar,
    /// Sent with every request.
    pub(crate) headers: Vec<(&'static str, &'static str)>,
}

impl Visitor<'_> {
    pub(crate) fn browsing(mut self) -> Self {
        self.headers.push(("accept", "text/html,*/*;q=0.8"));
        self
    }

    pub(crate) async fn get(&mut self, path: &str) -> Response<Bytes> {
        self.send(TestRequest::get().uri(path)).await
    }

    pub(crate) async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Response<Bytes> {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.send(TestRequest::post().uri(path).set_payload(form)).await
    }

    pub(crate) async fn send(&mut self, request: TestRequest) -> Response<Bytes> {
        let response = (self.app)(self.prepare(request)).await;
        self.jar.apply(response.headers());
        assert_eq!(self.jar.refused(), [""; 0]);
        response
    }

    pub(crate) fn prepare(&self, mut request: TestRequest) -> TestRequest {
        request = request.insert_header((CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded"));
        for header in &self.headers {
            request = request.append_header(*header);
        }
        match self.jar.header(true) {
            Some(cookies) => request.insert_header((COOKIE.as_str(), cookies)),
            None => request,
        }
    }

    /// Signs in as Norma, through the app; the last answer.
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

pub(crate) fn text(response: &Response<Bytes>) -> &str {
    std::str::from_utf8(response.body()).unwrap()
}

/// Status and body: most of what a program sees.
pub(crate) fn told(response: &Response<Bytes>) -> (u16, &str) {
    (response.status().as_u16(), text(response))
}

pub(crate) fn header(response: &Response<Bytes>, name: HeaderName) -> String {
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

/// What is logged on this thread, from here on.
///
/// There is one subscriber for the whole process: subscribers that come and go with single tests would make other tests'
/// log lines come and go with them, because tracing remembers whether anybody listens.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

/// Ends the listening of a thread.
pub(crate) struct Listening;

thread_local! {
    static LISTENER: RefCell<Option<Log>> = const { RefCell::new(None) };
}

impl Log {
    pub(crate) fn listen() -> (Self, Listening) {
        static SUBSCRIBER: Once = Once::new();
        SUBSCRIBER.call_once(|| {
            // What nobody listens to on its thread is written to a log that nobody reads.
            let listener = || LISTENER.with_borrow(Clone::clone).unwrap_or_default();
            tracing_subscriber::fmt().with_ansi(false).with_writer(listener).init();
        });
        let log = Self::default();
        LISTENER.set(Some(log.clone()));
        (log, Listening)
    }

    /// What was logged since this was last asked.
    pub(crate) fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        LISTENER.set(None);
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
