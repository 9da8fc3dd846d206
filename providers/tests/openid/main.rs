//! The smaller providers of OpenID Connect through the engine: a site, a pretend provider that poses as the real one, and
//! what becomes of a trip.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "this is a test, helpers included")]

#[path = "../address/mod.rs"]
mod address;
mod apple;
mod browser;
mod gitlab;
mod google;
mod keycloak;

use std::sync::{Arc, Mutex};

use admit::{Auth, AuthBuilder, BoxError, Callbacks, Claims, Decision, Environment, Profile, Provider, SignInAttempt};
use admit_testkit::oidc::{Builder, Fault, Stage};
use admit_testkit::{FixedClock, FixedRandom, PretendOidc};
use async_trait::async_trait;
use serde_json::{Value, json};

use browser::Browser;

const ORIGIN: &str = "https://app.example";
const CLIENT_ID: &str = "com.example.web";
const SECRET: &str = "a-secret";

/// A site with one provider, and the server that poses as it.
struct Site {
    auth: Auth,
    id: String,
    server: PretendOidc,
    clock: FixedClock,
    /// Who stood at the door, in the engine's words.
    seen: Seen,
}

impl Site {
    fn new(provider: impl Provider, issuer: &str) -> Self {
        Self::and(provider, issuer, |server| server, |builder| builder)
    }

    /// One whose server, and whose engine, are described otherwise.
    fn and(
        provider: impl Provider,
        issuer: &str,
        describe: impl FnOnce(Builder) -> Builder,
        configure: impl FnOnce(AuthBuilder) -> AuthBuilder,
    ) -> Self {
        let (clock, seen, id) = (FixedClock::default(), Seen::default(), provider.id().to_owned());
        let server = PretendOidc::builder(CLIENT_ID, SECRET, format!("{ORIGIN}/api/auth/callback/{id}"))
            .issuer(issuer)
            .post_logout_redirect_uri(format!("{ORIGIN}/api/auth/signout/{id}"))
            .clock(Arc::new(clock.clone()))
            .random(Arc::new(FixedRandom::new(7)));
        let server = describe(server).build();
        let builder = builder(provider)
            .clock(clock.clone())
            .random(FixedRandom::new(2))
            .http_client(server.clone())
            .callbacks(seen.clone());
        let auth = configure(builder).build().unwrap();
        Self { auth, id, server, clock, seen }
    }

    fn browser(&self) -> Browser<'_> {
        Browser::new(self)
    }

    /// Puts these claims into ID tokens from now on; `null` takes one away.
    fn says(&self, claims: Value) {
        self.server.clear_faults();
        self.server.fail_always(Stage::Token, Fault::Claims(claims));
    }

    /// Signs in; whom the application was shown.
    async fn sign_in(&self) -> Person {
        self.browser().sign_in().await;
        self.seen.0.lock().unwrap().clone().unwrap()
    }

    /// Fails to sign in; the reason.
    async fn refused(&self) -> String {
        let mut browser = self.browser();
        let answer = browser.trip().await;
        assert_eq!(browser.session().await, Value::Null);
        browser::reason(&answer)
    }
}

/// A site that has yet to be built, with nothing in its environment.
fn builder(provider: impl Provider) -> AuthBuilder {
    Auth::builder(ORIGIN)
        .secret("a secret for tests, thirty-two bytes or more")
        .environment(Environment::default())
        .danger_single_process_refresh()
        .provider(provider)
}

/// Why a site does not start.
fn problems(builder: AuthBuilder) -> String {
    builder.http_client(PretendOidc::builder("", "", "").build()).build().unwrap_err().to_string()
}

fn environment(variables: &[(&str, &str)]) -> Environment {
    variables.iter().copied().collect()
}

/// Lets everybody in, and remembers the last who came.
#[derive(Clone, Debug, Default)]
struct Seen(Arc<Mutex<Option<Person>>>);

/// Whom the application's callback was shown.
#[derive(Clone, Debug)]
struct Person {
    profile: Profile,
    claims: Claims,
}

impl Person {
    fn email_is_verified(&self) -> bool {
        self.profile.email.as_ref().is_some_and(admit::Email::is_verified)
    }
}

#[async_trait]
impl Callbacks for Seen {
    async fn sign_in(&self, attempt: &SignInAttempt<'_>) -> Result<Decision, BoxError> {
        *self.0.lock().unwrap() = Some(Person { profile: attempt.profile.clone(), claims: attempt.claims.clone() });
        Ok(Decision::Allow)
    }
}

/// Ada, with no more than an identifier.
fn nobody_in_particular(server: Builder) -> Builder {
    server.person("ada", json!({ "sub": "7" }), json!({}))
}
