//! A site at which anybody can sign in, and their browsers.

use admit::http::{HttpClient, HttpError, HttpRequest, HttpResponse};
use admit::store::{Once, SessionStore, TokenStore, UserStore};
use admit::{Auth, Client, Email, Environment, OAuthProvider, Profile};
use async_trait::async_trait;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, LOCATION};
use http::{HeaderMap, Method, Request, Response};
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use crate::CookieJar;

/// The site, whose stores are one.
pub(super) struct Site(Auth);

impl Site {
    pub(super) fn over(store: impl SessionStore + TokenStore + UserStore + Once + Clone) -> Self {
        let acme = OAuthProvider::oauth2(PROVIDER, "Acme", Client::new("id", "secret"))
            .authorization_endpoint("https://acme.example/authorize")
            .token_endpoint("https://acme.example/token")
            .userinfo_endpoint("https://acme.example/me")
            .profile(|source| Ok(Profile::new(source.id("id")?).email(source.text("email").map(Email::verified))));
        let auth = Auth::builder(ORIGIN)
            .environment(Environment::default())
            .secret("a secret for tests, thirty-two bytes or more")
            .provider(acme)
            .http_client(Anybody)
            .store(store)
            .build();
        Self(auth.expect("a site"))
    }

    /// Signs a person in with a browser of its own. Its session cookie's value, if that went well.
    pub(super) async fn sign_in(&self, person: &str) -> Option<String> {
        let mut jar = CookieJar::default();
        let answer = self.send(&mut jar, Method::GET, "/api/auth/csrf", Bytes::new()).await;
        let csrf: Value = serde_json::from_slice(answer.body()).ok()?;
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("csrfToken", csrf.get("csrfToken")?.as_str()?)
            .finish();
        let away = self.send(&mut jar, Method::POST, "/api/auth/signin/acme", form.into()).await;
        let away = Url::parse(away.headers().get(LOCATION)?.to_str().ok()?).ok()?;
        let (_, state) = away.query_pairs().find(|(name, _)| name == "state")?;
        let back = format!("/api/auth/callback/acme?code={person}&state={state}");
        self.send(&mut jar, Method::GET, &back, Bytes::new()).await;
        jar.get(SESSION).map(str::to_owned)
    }

    /// Whose session a cookie is of, by their address.
    pub(super) async fn whose(&self, session: &str) -> Option<String> {
        let mut jar = CookieJar::default();
        jar.set(SESSION, session);
        let answer = self.send(&mut jar, Method::GET, "/api/auth/session", Bytes::new()).await;
        let session: Value = serde_json::from_slice(answer.body()).ok()?;
        session.pointer("/user/email")?.as_str()?.strip_suffix(HOST).map(str::to_owned)
    }

    async fn send(&self, jar: &mut CookieJar, method: Method, path: &str, body: Bytes) -> Response<Bytes> {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(cookies) = jar.header(true) {
            request = request.header(COOKIE, cookies);
        }
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
        let answer = self.0.handle(request.expect("a request")).await;
        jar.apply(answer.headers());
        answer
    }
}

/// A provider at which a code is the name of whoever brings it, and so is an access token.
#[derive(Debug)]
struct Anybody;

#[async_trait]
impl HttpClient for Anybody {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let body = match *request.method() {
            Method::POST => {
                let code = form_urlencoded::parse(request.body()).find(|(name, _)| name == "code");
                json!({ "access_token": code.map(|(_, code)| code), "refresh_token": "r", "token_type": "bearer" })
            }
            _ => {
                let person = bearer(request.headers()).unwrap_or_default();
                json!({ "id": person, "email": format!("{person}{HOST}") })
            }
        };
        let answer = Response::builder().header(CONTENT_TYPE, "application/json").body(Bytes::from(body.to_string()));
        Ok(answer.expect("an answer"))
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ').map(|(_, token)| token)
}

pub(super) const PROVIDER: &str = "acme";
const ORIGIN: &str = "https://app.example";
const HOST: &str = "@acme.example";
const SESSION: &str = "__Secure-authjs.session-token";
