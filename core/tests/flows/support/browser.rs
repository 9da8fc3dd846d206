//! Somebody's browser, and the trips a person makes with it.

use std::sync::Arc;

use admit_testkit::CookieJar;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use serde_json::Value;

use super::{ORIGIN, Site, json, location};

/// Somebody's browser: it keeps cookies, and follows nothing by itself.
pub struct Browser<'a> {
    pub site: &'a Site,
    pub jar: CookieJar,
    /// Sent with every request.
    pub headers: HeaderMap,
}

impl<'a> Browser<'a> {
    /// One with no cookies yet.
    pub fn new(site: &'a Site) -> Self {
        Self { site, jar: CookieJar::with_clock(Arc::new(site.clock.clone())), headers: HeaderMap::new() }
    }

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

    /// The post of a page of another site: with the cookies that are `SameSite=None`, which are those of a trip that ends
    /// so, and no others.
    pub async fn post_from_elsewhere(&mut self, path: &str, kind: &str, body: impl Into<Bytes>) -> Response<Bytes> {
        let pending: Vec<_> = self.jar.names().into_iter().filter(|name| name.contains("pending")).collect();
        let cookies: Vec<_> = pending.iter().map(|name| format!("{name}={}", self.jar.get(name).unwrap())).collect();
        let request = Request::post(path)
            .header(COOKIE, cookies.join("; "))
            .header("origin", "https://acme.example")
            .header("sec-fetch-site", "cross-site")
            .header(CONTENT_TYPE, kind)
            .body(body.into())
            .expect("a request");
        let answer = self.site.send(request).await;
        self.jar.apply(answer.headers());
        answer
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
            headers.append(SET_COOKIE, cookie);
        }
        self.jar.apply(&headers);
    }
}
