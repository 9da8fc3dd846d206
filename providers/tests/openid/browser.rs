//! Somebody's browser, and the trips a person makes with it.

use std::sync::Arc;

use admit_testkit::CookieJar;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use http::{HeaderMap, Method, Request, Response};
use serde_json::Value;

pub(crate) use crate::address::{location, parameter, reason};
use crate::{ORIGIN, Site};

pub(crate) struct Browser<'a> {
    site: &'a Site,
    jar: CookieJar,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(site: &'a Site) -> Self {
        Self { site, jar: CookieJar::with_clock(Arc::new(site.clock.clone())) }
    }

    /// Begins a sign-in; where the site sends the browser.
    pub(crate) async fn begin(&mut self) -> String {
        let form = format!("csrfToken={}&callbackUrl=/dashboard", self.csrf_token().await);
        location(&self.post(&format!("/api/auth/signin/{}", self.site.id), &form).await)
    }

    /// Goes there, agrees, and comes back; the path that the browser comes with.
    pub(crate) async fn consent(&mut self) -> String {
        let there = self.begin().await;
        self.site.server.authorize(&there).await.unwrap().path_and_query()
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

    /// Signs out; where the site sends the browser.
    pub(crate) async fn sign_out(&mut self) -> String {
        let form = format!("csrfToken={}&callbackUrl=/", self.csrf_token().await);
        location(&self.post("/api/auth/signout", &form).await)
    }

    pub(crate) async fn session(&mut self) -> Value {
        serde_json::from_slice(self.get("/api/auth/session").await.body()).unwrap()
    }

    /// An access token for the application.
    pub(crate) async fn access_token(&mut self) -> Result<String, admit::AccessTokenError> {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, self.jar.header(true).unwrap_or_default().parse().unwrap());
        let uri = "/dashboard".parse().unwrap();
        let current = self.site.auth.current(&admit::RequestHead::new(&Method::GET, &uri, &headers));
        let token = current.access_token(&self.site.id).await;
        let mut answer = HeaderMap::new();
        for cookie in current.set_cookies().await {
            answer.append(SET_COOKIE, cookie);
        }
        self.jar.apply(&answer);
        token.map(|token| token.expose().to_owned())
    }

    pub(crate) async fn get(&mut self, path: &str) -> Response<Bytes> {
        self.send(Request::get(path), Bytes::new()).await
    }

    /// Posts a form, from wherever.
    pub(crate) async fn post(&mut self, path: &str, form: &str) -> Response<Bytes> {
        let request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, form.to_owned().into()).await
    }

    async fn csrf_token(&mut self) -> String {
        let token = self.get("/api/auth/csrf").await;
        let token: Value = serde_json::from_slice(token.body()).unwrap();
        token["csrfToken"].as_str().unwrap().to_owned()
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
