//! Accounts that are connected to somebody who is signed in, taken off them, or linked by their address.

mod address;
mod connect;
mod faults;
mod form_post;
mod gone;
mod guards;
mod people;
mod tokens;
mod unlink;

use admit::store::{AccountKey, UserStore};
use admit::{AuthBuilder, Client, Email, MemoryStore, OAuthProvider, Profile};
use bytes::Bytes;
use http::header::COOKIE;
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};

use crate::support::rules::Heard;
use crate::support::standard::Standard;
use crate::support::{Browser, ORIGIN, Site, location, parameter};

/// A site whose people come from four providers, which are one server to it.
pub(crate) struct House {
    pub(crate) site: Site,
    pub(crate) server: Standard,
    pub(crate) store: MemoryStore,
    pub(crate) heard: Heard,
}

impl House {
    pub(crate) fn new(configure: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Self {
        let store = MemoryStore::new();
        let users = store.clone();
        Self::over(store, |builder| configure(builder.user_store(users)))
    }

    /// One whose user store is the test's own, over that memory.
    pub(crate) fn over(store: MemoryStore, configure: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Self {
        let (server, heard) = (Standard::new(), Heard::default());
        let site = Site::with(|builder| {
            let builder = builder.http_client(server.clone()).events(heard.clone()).danger_single_process_refresh();
            let builder = builder.evidence_store(store.clone());
            let pigeon = provider("pigeon", "Pigeon").form_post(true);
            configure(
                builder
                    .provider(provider("acme", "Acme"))
                    .provider(provider("globex", "Globex"))
                    .provider(provider("initech", "Initech"))
                    .provider(pigeon),
            )
        });
        Self { site, server, store, heard }
    }

    /// Each home of a session, with its tokens there.
    pub(crate) fn in_each_home() -> [Self; 2] {
        [Self::new(|builder| builder), Self::in_store()]
    }

    pub(crate) fn in_store() -> Self {
        let store = MemoryStore::new();
        let all = store.clone();
        Self::over(store, |builder| builder.user_store(all.clone()).session_store(all.clone()).token_store(all))
    }

    /// The browser of somebody who has just signed in.
    pub(crate) async fn signed_in(&self, provider: &str, person: Value) -> Browser<'_> {
        let mut browser = self.site.browser();
        let answer = self.sign_in(&mut browser, provider, person).await;
        assert_eq!(location(&answer), format!("{ORIGIN}/home"));
        browser
    }

    /// Goes to the provider and back as that person; what the site answers.
    pub(crate) async fn sign_in(&self, browser: &mut Browser<'_>, provider: &str, person: Value) -> Response<Bytes> {
        let there = browser.begin(provider, "/home").await;
        self.come_back(browser, provider, &there, person).await
    }

    /// The same for somebody who connects an account.
    pub(crate) async fn connect(&self, browser: &mut Browser<'_>, provider: &str, person: Value) -> Response<Bytes> {
        let there = ask(browser, &format!("link/{provider}"), &[]).await;
        assert_eq!(there.status(), StatusCode::FOUND, "{}", location(&there));
        self.come_back(browser, provider, &there, person).await
    }

    pub(crate) async fn come_back(
        &self,
        browser: &mut Browser<'_>,
        provider: &str,
        there: &Response<Bytes>,
        person: Value,
    ) -> Response<Bytes> {
        self.server.person(person);
        browser.get(&callback(provider, there)).await
    }

    /// The accounts of the user who has one, as `provider subject`.
    pub(crate) async fn accounts_beside(&self, provider: &str, subject: &str) -> Vec<String> {
        let user = self.store.user_by_account(&key(provider, subject)).await.unwrap().expect("a user");
        let accounts = self.store.accounts(&user.id).await.unwrap();
        accounts.iter().map(|account| format!("{} {}", account.provider, account.subject)).collect()
    }

    pub(crate) async fn owner(&self, provider: &str, subject: &str) -> Option<String> {
        self.store.user_by_account(&key(provider, subject)).await.unwrap().map(|user| user.id)
    }
}

/// Vouches for an address only with a boolean.
pub(crate) fn provider(id: &'static str, name: &'static str) -> OAuthProvider {
    OAuthProvider::oauth2(id, name, Client::new("app", "s"))
        .authorization_endpoint(format!("https://{id}.example/authorize"))
        .token_endpoint(format!("https://{id}.example/token"))
        .userinfo_endpoint(format!("https://{id}.example/me"))
        .profile(|claims| {
            let is_verified = claims.value("email_verified") == Some(&true.into());
            let email = |address: &str| {
                if is_verified { Email::verified(address) } else { Email::unverified(address) }
            };
            Ok(Profile::new(claims.id("id")?).name(claims.text("name")).email(claims.text("email").map(email)))
        })
}

pub(crate) fn key(provider: &str, subject: &str) -> AccountKey {
    AccountKey { provider: provider.to_owned(), subject: subject.to_owned() }
}

/// The path by which the provider sends the browser back.
pub(crate) fn callback(provider: &str, there: &Response<Bytes>) -> String {
    let state = parameter(&location(there), "state").expect("a trip");
    format!("/api/auth/callback/{provider}?code=c&state={state}")
}

/// Sends them all, and waits for them then.
pub(crate) async fn at_once(house: &House, trips: &mut [(Browser<'_>, String)]) -> Vec<Response<Bytes>> {
    let begun = trips.iter().map(|(browser, path)| {
        let request = Request::get(path).header(COOKIE, browser.jar.header(true).unwrap()).body(Bytes::new()).unwrap();
        let auth = house.site.auth.clone();
        tokio::spawn(async move { auth.handle(request).await })
    });
    let begun: Vec<_> = begun.collect();
    let mut answers = Vec::new();
    for (task, (browser, _)) in begun.into_iter().zip(trips) {
        let answer = task.await.unwrap();
        browser.jar.apply(answer.headers());
        answers.push(answer);
    }
    answers
}

/// Posts a form of the settings page.
pub(crate) async fn ask(browser: &mut Browser<'_>, path: &str, fields: &[(&str, &str)]) -> Response<Bytes> {
    let token = browser.csrf_token().await;
    let form = [&[("csrfToken", token.as_str()), ("callbackUrl", "/settings")], fields].concat();
    browser.post(&format!("/api/auth/{path}"), &form).await
}

pub(crate) fn ada() -> Value {
    json!({ "id": 1, "name": "Ada", "email": "ada@example.com", "email_verified": true })
}

pub(crate) fn bo() -> Value {
    json!({ "id": 2, "name": "Bo", "email": "bo@example.com", "email_verified": true })
}

/// Somebody without an address.
pub(crate) fn nameless(id: u32) -> Value {
    json!({ "id": id })
}
