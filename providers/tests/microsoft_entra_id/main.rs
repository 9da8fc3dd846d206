//! Microsoft Entra ID through the engine: a site, a pretend authority behind it, and what becomes of a trip.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "this is a test, helpers included")]

#[path = "../address/mod.rs"]
mod address;
mod browser;
mod issuers;
mod person;
mod photo;
mod pretend;
mod refresh;
mod refusals;
#[path = "../replay/mod.rs"]
mod replay;
mod scopes;
mod sign_in;
mod together;

use std::sync::{Arc, Mutex};

use admit::{
    Auth, AuthBuilder, BoxError, Callbacks, Claims, Client, Decision, Email, Environment, HttpClient, Profile,
    SignInAttempt,
};
use admit_providers::microsoft_entra_id;
use admit_providers::microsoft_entra_id::MicrosoftEntraId;
use admit_testkit::{FixedClock, FixedRandom};
use async_trait::async_trait;
use serde_json::{Value, json};

use browser::Browser;
use pretend::Pretend;

const ORIGIN: &str = "https://app.example";
const CALLBACK: &str = "https://app.example/api/auth/callback/microsoft-entra-id";
const CLIENT_ID: &str = "6731de76-14a6-49ae-97bc-6eba6914391e";
const SECRET: &str = "aBc8Q~0123456789-abcdefghijklmnopqrstuv";
const HOST: &str = "https://login.microsoftonline.com";
/// Two companies, and the tenant of all personal accounts.
const CONTOSO: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const FABRIKAM: &str = "11111111-2222-4333-8444-555555555555";
const PERSONAL: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
const ADA: &str = "690222be-ff1a-4d56-abd1-7e4f7d38e474";

/// A site, and the authority that its people come from.
struct Site<E = Pretend> {
    auth: Auth,
    entra: E,
    clock: FixedClock,
    /// Who stood at the door, in the engine's words.
    seen: Seen,
}

impl Site {
    /// A site for everybody.
    fn new() -> Self {
        Self::with(&format!("{HOST}/common"), |provider| provider)
    }

    /// A site whose authority answers below that address, and whose provider is described otherwise.
    fn with(address: &str, describe: impl FnOnce(MicrosoftEntraId) -> MicrosoftEntraId) -> Self {
        Self::and(address, describe, |builder| builder)
    }

    fn and(
        address: &str,
        describe: impl FnOnce(MicrosoftEntraId) -> MicrosoftEntraId,
        configure: impl FnOnce(AuthBuilder) -> AuthBuilder,
    ) -> Self {
        let clock = FixedClock::default();
        let entra = Pretend::below(address, &clock);
        Self::at(entra, clock, describe(microsoft_entra_id(Client::new(CLIENT_ID, SECRET))), configure)
    }

    /// Signs in; the account's identifier.
    async fn sign_in(&self) -> String {
        self.browser().sign_in().await;
        self.seen.last().subject
    }

    /// Fails to sign in; the reason.
    async fn refused(&self) -> String {
        let mut browser = self.browser();
        let answer = browser.trip().await;
        assert_eq!(browser.session().await, Value::Null);
        browser::reason(&answer)
    }
}

impl<E: HttpClient + Clone> Site<E> {
    /// A site that reaches its authority in process.
    fn at(
        entra: E,
        clock: FixedClock,
        provider: MicrosoftEntraId,
        configure: impl FnOnce(AuthBuilder) -> AuthBuilder,
    ) -> Self {
        let seen = Seen::default();
        let builder = Auth::builder(ORIGIN)
            .secret("a secret for tests, thirty-two bytes or more")
            .environment(Environment::default())
            .clock(clock.clone())
            .random(FixedRandom::new(2))
            .http_client(entra.clone())
            .callbacks(seen.clone())
            .provider(provider);
        Self { auth: configure(builder).build().unwrap(), entra, clock, seen }
    }
}

impl<E> Site<E> {
    fn browser(&self) -> Browser<'_, E> {
        Browser::new(self)
    }
}

/// Lets everybody in, and remembers the last who came.
#[derive(Clone, Debug, Default)]
struct Seen(Arc<Mutex<Option<Person>>>);

/// Whom the application's callback was shown.
#[derive(Clone, Debug)]
struct Person {
    subject: String,
    email: Option<Email>,
    claims: Claims,
}

impl Seen {
    fn last(&self) -> Person {
        self.0.lock().unwrap().clone().unwrap()
    }
}

#[async_trait]
impl Callbacks for Seen {
    async fn sign_in(&self, attempt: &SignInAttempt<'_>) -> Result<Decision, BoxError> {
        let Profile { subject, email, .. } = attempt.profile.clone();
        *self.0.lock().unwrap() = Some(Person { subject, email, claims: attempt.claims.clone() });
        Ok(Decision::Allow)
    }
}

/// An issuer of the cloud that everybody uses.
fn issuer(tid: &str) -> String {
    format!("{HOST}/{tid}/v2.0")
}

/// What a token says of Ada in a tenant, and by whom it was issued.
fn ada_in(tid: &str) -> Value {
    json!({ "iss": issuer(tid), "tid": tid, "oid": ADA, "ver": "2.0", "name": "Ada Byron" })
}
