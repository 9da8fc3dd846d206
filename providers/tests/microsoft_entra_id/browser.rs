//! Somebody's browser, and the trips a person makes with it.

use std::sync::Arc;

use admit::{AccessTokenError, Current, RequestHead};
use admit_testkit::CookieJar;
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, COOKIE, SET_COOKIE};
use http::{HeaderMap, Method, Request, Response};
use serde_json::Value;

pub(crate) use crate::address::{location, parameter, reason};
use crate::pretend::Pretend;
use crate::{ORIGIN, Site};

pub(crate) struct Browser<'a, E = Pretend> {
    pub(crate) site: &'a Site<E>,
    jar: CookieJar,
}

impl Browser<'_> {
    /// Goes there, agrees, and comes back; the path that the browser comes with.
    pub(crate) async fn consent(&mut self) -> String {
        let there = self.begin().await;
        self.site.entra.agree(&there).await
    }

    /// There and back; what the site answers.
    pub(crate) async fn trip(&mut self) -> Response<Bytes> {
        let back = self.consent().await;
        self.get(&back).await
    }

    pub(crate) async fn sign_in(&mut self) {
        let answer = self.trip().await;
        assert_eq!(location(&answer), format!("{ORIGIN}/dashboard"));
    }
}

impl<'a, E> Browser<'a, E> {
    pub(crate) fn new(site: &'a Site<E>) -> Self {
        Self { site, jar: CookieJar::with_clock(Arc::new(site.clock.clone())) }
    }

    /// Begins a sign-in; where the site sends the browser.
    pub(crate) async fn begin(&mut self) -> String {
        self.begin_with("").await
    }

    /// The same, with parameters that a page adds.
    pub(crate) async fn begin_with(&mut self, query: &str) -> String {
        let form = format!("csrfToken={}&callbackUrl=/dashboard", self.csrf_token().await);
        location(&self.post(&format!("/api/auth/signin/microsoft-entra-id{query}"), &form).await)
    }

    /// Signs out; where the site sends the browser.
    pub(crate) async fn sign_out(&mut self) -> String {
        let form = format!("csrfToken={}", self.csrf_token().await);
        location(&self.post("/api/auth/signout", &form).await)
    }

    async fn csrf_token(&mut self) -> String {
        let token: Value = serde_json::from_slice(self.get("/api/auth/csrf").await.body()).unwrap();
        token["csrfToken"].as_str().unwrap().to_owned()
    }

    /// The same browser, as it comes to another process of the site. What one of them sets, the other does not see.
    pub(crate) fn at<'b>(&self, site: &'b Site<E>) -> Browser<'b, E> {
        Browser { site, jar: self.jar.clone() }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Response<Bytes> {
        self.send(Request::get(path), Bytes::new()).await
    }

    /// Posts a form, from wherever.
    pub(crate) async fn post(&mut self, path: &str, form: &str) -> Response<Bytes> {
        let request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, form.to_owned().into()).await
    }

    /// The cookies that the site set and no browser would take.
    pub(crate) fn thrown_away(&self) -> &[String] {
        self.jar.refused()
    }

    pub(crate) async fn session(&mut self) -> Value {
        serde_json::from_slice(self.get("/api/auth/session").await.body()).unwrap()
    }

    /// An access token for the application.
    pub(crate) async fn access_token(&mut self) -> Result<String, AccessTokenError> {
        let current = self.current();
        let token = current.access_token("microsoft-entra-id").await;
        let mut answer = HeaderMap::new();
        for cookie in current.set_cookies().await {
            answer.append(SET_COOKIE, cookie);
        }
        self.jar.apply(&answer);
        token.map(|token| token.expose().to_owned())
    }

    /// One for other scopes.
    pub(crate) async fn access_token_for(&self, scopes: &[&str]) -> Result<String, AccessTokenError> {
        let token = self.current().access_token_for("microsoft-entra-id", scopes).await;
        token.map(|token| token.expose().to_owned())
    }

    /// Where a page that needs an access token, and cannot have one, sends the browser.
    pub(crate) async fn turned_away(&mut self) -> String {
        let current = self.current();
        let error = current.access_token("microsoft-entra-id").await.unwrap_err();
        location(&current.without_token(&error))
    }

    fn current(&self) -> Current {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, self.jar.header(true).unwrap_or_default().parse().unwrap());
        headers.insert(ACCEPT, "text/html".parse().unwrap());
        let uri = "/dashboard".parse().unwrap();
        self.site.auth.current(&RequestHead::new(&Method::GET, &uri, &headers))
    }

    async fn send(&mut self, mut request: http::request::Builder, body: Bytes) -> Response<Bytes> {
        if let Some(cookies) = self.jar.header(true) {
            request = request.header(COOKIE, cookies);
        }
        let answer = self.site.auth.handle(request.body(body).unwrap()).await;
        self.jar.apply(answer.headers());
        answer
    }
}
