//! A node: the site, its sessions, and a fresh token for any of them.

use admit::http::HttpClient;
use admit::store::{Once, SessionStore, TokenStore};
use admit::{AccessTokenError, Auth, Client, Clock, Environment, RequestHead};
use admit_providers::azure_devops;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, COOKIE, LOCATION};
use http::{HeaderMap, HeaderValue, Method, Request, Response, Uri};
use serde_json::Value;
use url::form_urlencoded;

use crate::azure_devops::Person;
use crate::{CookieJar, PretendAzureDevOps};

/// The site at one of its nodes.
#[derive(Clone, Debug)]
pub(super) struct Site(Auth);

impl Site {
    pub(super) fn new(
        provider: &str,
        sessions: impl SessionStore + Once + Clone,
        tokens: impl TokenStore,
        http: impl HttpClient,
        clock: impl Clock,
    ) -> Self {
        let auth = Auth::builder(ORIGIN)
            .environment(Environment::default())
            .secret("a secret for tests, thirty-two bytes or more")
            .provider(azure_devops(Client::new(CLIENT_ID, CLIENT_SECRET)).endpoints(provider))
            .http_client(http)
            .clock(clock)
            .session_store(sessions.clone())
            .once(sessions)
            .token_store(tokens)
            .build();
        Self(auth.expect("a site"))
    }

    /// Signs somebody in with a browser of their own; the value of its session cookie.
    pub(super) async fn sign_in(&self, azure: &PretendAzureDevOps, login: &str) -> String {
        let mut jar = CookieJar::default();
        let csrf = json(&self.send(&mut jar, Method::GET, "/api/auth/csrf", Bytes::new()).await);
        let csrf = csrf.pointer("/csrfToken").and_then(Value::as_str).expect("a token");
        let form = form_urlencoded::Serializer::new(String::new()).append_pair("csrfToken", csrf).finish();
        let away = self.send(&mut jar, Method::POST, "/api/auth/signin/azure-devops", form.into()).await;
        let away = away.headers().get(LOCATION).and_then(|away| away.to_str().ok()).expect("the provider's address");
        let back = azure.authorize_as(login, away).await.expect("the way back");
        self.send(&mut jar, Method::GET, &back.path_and_query(), Bytes::new()).await;
        jar.get(SESSION).expect("a session").to_owned()
    }

    /// Whose session it is, by their name.
    pub(super) async fn whose(&self, session: &str) -> Option<String> {
        let mut jar = CookieJar::default();
        jar.set(SESSION, session);
        let answer = json(&self.send(&mut jar, Method::GET, "/api/auth/session", Bytes::new()).await);
        answer.pointer("/user/name").and_then(Value::as_str).map(str::to_owned)
    }

    /// A fresh access token for a session.
    pub(super) async fn token(&self, session: &str) -> Result<String, AccessTokenError> {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::try_from(format!("{SESSION}={session}")).expect("a cookie"));
        let (method, uri) = (Method::GET, Uri::from_static("/projects"));
        let current = self.0.current(&RequestHead::new(&method, &uri, &headers));
        current.access_token(PROVIDER).await.map(|token| token.expose().to_owned())
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

/// The provider, with so many people. It revokes the family of a refresh token that comes twice.
pub(super) fn azure(people: usize) -> PretendAzureDevOps {
    let callback = format!("{ORIGIN}/api/auth/callback/{PROVIDER}");
    let azure = PretendAzureDevOps::builder(CLIENT_ID, CLIENT_SECRET, callback).revoke_families_on_reuse();
    (0..people).fold(azure, |azure, n| azure.person(person(n))).build()
}

/// Somebody, by their number. Their login is their name.
pub(super) fn person(n: usize) -> Person {
    Person::new(format!("person-{n}"), format!("person-{n}"))
}

fn json(answer: &Response<Bytes>) -> Value {
    serde_json::from_slice(answer.body()).expect("JSON")
}

pub(super) const PROVIDER: &str = "azure-devops";
const ORIGIN: &str = "https://app.example";
const SESSION: &str = "__Secure-authjs.session-token";
const CLIENT_ID: &str = "app-id";
const CLIENT_SECRET: &str = "header.payload.signature";
