//! A site with the pretend Azure DevOps behind it, and a browser that visits it.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use admit::{Auth, AuthBuilder, Client, Clock, Environment};
use admit_providers::azure_devops;
use admit_testkit::{CookieJar, PretendAzureDevOps, azure_devops as pretend};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, COOKIE, LOCATION};
use http::{HeaderMap, Request, Response};
use tokio::runtime::{Builder, Runtime};

use crate::session_cookie::SECRET;

/// The site and its provider, on one clock. Randomness is the system's.
pub(crate) struct Site {
    pub(crate) auth: Auth,
    pub(crate) azure: PretendAzureDevOps,
    clock: Arc<dyn Clock>,
}

impl Site {
    /// A site with sessions in the cookie and no callbacks.
    pub(crate) fn new(clock: impl Clock + Clone) -> Self {
        Self::with(clock, |builder| builder)
    }

    /// The same, with something set.
    pub(crate) fn with(clock: impl Clock + Clone, configure: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Self {
        Self::of_azure(clock, |azure| azure.auto_consent(LOGIN), configure)
    }

    /// The same, with something set at the provider too.
    pub(crate) fn of_azure(
        clock: impl Clock + Clone,
        describe: impl FnOnce(pretend::Builder) -> pretend::Builder,
        configure: impl FnOnce(AuthBuilder) -> AuthBuilder,
    ) -> Self {
        let redirect_uri = format!("{ORIGIN}/api/auth/callback/azure-devops");
        let azure = PretendAzureDevOps::builder("app-id", CLIENT_SECRET, redirect_uri).clock(Arc::new(clock.clone()));
        let azure = describe(azure).build();
        let builder = Auth::builder(ORIGIN)
            .secret(SECRET)
            .environment(Environment::default())
            .clock(clock.clone())
            .http_client(azure.clone())
            .provider(azure_devops(Client::new("app-id", CLIENT_SECRET)).scopes(["vso.profile", "vso.project"]))
            .danger_single_process_refresh();
        let auth = configure(builder).build().expect("the configuration is in order");
        Self { auth, azure, clock: Arc::new(clock) }
    }

    /// A browser that has never been here.
    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser::new(&self.auth, Arc::clone(&self.clock))
    }
}

/// Somebody's browser: it keeps cookies, and follows nothing by itself.
pub(crate) struct Browser<'a> {
    auth: &'a Auth,
    pub(crate) jar: CookieJar,
}

impl<'a> Browser<'a> {
    /// One with no cookies yet.
    pub(crate) fn new(auth: &'a Auth, clock: Arc<dyn Clock>) -> Self {
        Self { auth, jar: CookieJar::with_clock(clock) }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Response<Bytes> {
        self.send(Request::get(path), Bytes::new()).await
    }

    /// The token that forms repeat.
    pub(crate) async fn csrf_token(&mut self) -> String {
        let answer = self.get("/api/auth/csrf").await;
        let json: serde_json::Value = serde_json::from_slice(answer.body()).expect("JSON");
        json.get("csrfToken").and_then(|token| token.as_str()).expect("a token").to_owned()
    }

    /// Presses the button on the sign-in page; the address of the provider.
    pub(crate) async fn begin(&mut self, sign_in: &str) -> String {
        let form = sign_in_form(&self.csrf_token().await);
        let answer = self.send(Request::post(sign_in).header(CONTENT_TYPE, FORM), form).await;
        let provider = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        provider.expect("a redirect").to_owned()
    }

    /// Begins, consents, and comes back.
    pub(crate) async fn sign_in(&mut self, azure: &PretendAzureDevOps) -> Response<Bytes> {
        let provider = self.begin(SIGN_IN).await;
        let callback = azure.authorize(&provider).await.expect("consent");
        self.get(&callback.path_and_query()).await
    }

    async fn send(&mut self, mut request: http::request::Builder, body: Bytes) -> Response<Bytes> {
        if let Some(cookies) = self.jar.header(true) {
            request = request.header(COOKIE, cookies);
        }
        let answer = self.auth.handle(request.body(body).expect("a request")).await;
        self.jar.apply(answer.headers());
        answer
    }
}

/// What the sign-in page posts.
pub(crate) fn sign_in_form(csrf_token: &str) -> Bytes {
    format!("csrfToken={csrf_token}&callbackUrl=%2Fdashboard%3Ftab%3D1").into()
}

/// The headers a browser sends with those cookies.
pub(crate) fn headers(cookies: &str) -> HeaderMap {
    [
        (http::header::HOST, "app.example"),
        (http::header::ACCEPT, "text/html,application/xhtml+xml"),
        (http::header::USER_AGENT, "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"),
        (COOKIE, cookies),
    ]
    .into_iter()
    .map(|(name, value)| (name, value.parse().expect("a header's value")))
    .collect()
}

/// What a future brings that never waits, without the cost of a runtime to ask it.
pub(crate) fn at_once<T>(future: impl Future<Output = T>) -> T {
    let brought = match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(brought) => Some(brought),
        Poll::Pending => None,
    };
    brought.expect("nothing here waits")
}

/// For what does wait: a runtime of one thread, so that the counter sees all of it.
pub(crate) fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().build().expect("a runtime")
}

pub(crate) const ORIGIN: &str = "https://app.example";
pub(crate) const SIGN_IN: &str = "/api/auth/signin/azure-devops";
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
pub(crate) const LOGIN: &str = "norma";
const CLIENT_SECRET: &str = "header.payload.signature";
