//! A pretend OpenID provider, which keeps to the letter of OpenID Connect and departs from it on demand.
//!
//! It publishes its discovery document and its keys, sends the browser back with a code, and exchanges the code for
//! tokens, one of them an ID token that it signs. It is stricter than real ones: a request without `state`, `nonce` or
//! PKCE is a mistake of the application's, is refused, and is kept in [`violations`](PretendOidc::violations).
//!
//! Its keys are in its source, so that its tokens repeat. They prove nothing.
//!
//! ```
//! use std::sync::Arc;
//!
//! use admit::{Auth, Client, Environment, OAuthProvider};
//! use admit_testkit::{FixedClock, PretendOidc};
//!
//! let clock = FixedClock::default();
//! let company = PretendOidc::builder("app-id", "secret", "https://app.example/api/auth/callback/company")
//!     .clock(Arc::new(clock.clone()))
//!     .build();
//! let auth = Auth::builder("https://app.example")
//!     .secret("a secret for tests, thirty-two bytes or more")
//!     .environment(Environment::default())
//!     .provider(OAuthProvider::oidc("company", "Our company", company.issuer(), Client::new("app-id", "secret")))
//!     .clock(clock)
//!     .http_client(company)
//!     .build();
//! assert!(auth.is_ok());
//! ```

mod asked;
mod authorize;
mod builder;
mod client_auth;
mod desk;
mod end_session;
mod fault;
mod id_token;
mod offered;
mod pages;
mod pushed;
mod revoke;
mod token;
mod transport;

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use admit::http::HttpRequest;
use admit::provider::SigningAlgorithm;
use admit::{Clock, Random, Timestamp};
use serde_json::Value;

pub use crate::held::Held;
pub use builder::Builder;
pub use client_auth::ClientAuth;
pub use fault::{Fault, Stage};

use crate::desk::Desk;
use crate::held::Gate;
use crate::keys::SigningKey;

/// A handle to one pretend OpenID provider. Clones share everything.
///
/// As an [`admit::HttpClient`] it is the back channel of an application under test;
/// [`authorize`](Self::authorize) plays the person at its page; [`Builder::serve_on`] puts it on a loopback socket.
#[derive(Clone)]
pub struct PretendOidc {
    config: Arc<Config>,
    state: Arc<Mutex<State>>,
}

impl PretendOidc {
    /// Starts to describe one with a registered application: its id, its client secret and its callback address.
    pub fn builder(
        client_id: impl Into<String>,
        client_secret: impl Into<String>,
        redirect_uri: impl Into<String>,
    ) -> Builder {
        Builder::new(client_id.into(), client_secret.into(), redirect_uri.into())
    }

    /// Its issuer identifier.
    pub fn issuer(&self) -> &str {
        &self.config.issuer
    }

    /// Signs with another key from now on. Those before it are published no more, unless `overlap` says so.
    pub fn rotate_keys(&self, overlap: bool) {
        let mut state = self.state();
        state.turn += 1;
        if !overlap {
            state.keys.clear();
        }
        let next = SigningKey::new(self.config.algorithm, state.turn);
        state.keys.insert(0, next);
    }

    /// Changes the discovery document from now on; `null` takes a member away.
    pub fn publish(&self, members: &Value) {
        let mut state = self.state();
        state
            .published
            .extend(members.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())));
    }

    /// Takes other proofs of who its client is from now on.
    pub fn require(&self, client_auth: ClientAuth) {
        self.state().client_auth = client_auth;
    }

    /// Fails the next request at that stage. Several are used up one by one.
    pub fn fail_once(&self, stage: Stage, fault: Fault) {
        self.state().once.push((stage, fault));
    }

    /// Fails every request at that stage, until [`clear_faults`](Self::clear_faults).
    pub fn fail_always(&self, stage: Stage, fault: Fault) {
        self.state().always.push((stage, fault));
    }

    /// Works again.
    pub fn clear_faults(&self) {
        let mut state = self.state();
        state.once.clear();
        state.always.clear();
    }

    /// Lets requests to that stage wait until what is returned is dropped.
    pub fn hold(&self, stage: Stage) -> Held {
        let gate = Gate::default();
        self.state().gates.insert(stage, gate.clone());
        Held::new(gate)
    }

    /// The requests that came to that stage, oldest first, secrets and all: of those among the last 1000 of all.
    pub fn requests(&self, stage: Stage) -> Vec<HttpRequest> {
        let state = self.state();
        state.requests.iter().filter(|(at, _)| *at == stage).map(|(_, request)| request.clone()).collect()
    }

    /// How many requests came to that stage, whatever became of them.
    pub fn count(&self, stage: Stage) -> usize {
        self.state().counts.get(&stage).copied().unwrap_or(0)
    }

    /// What was asked that a correct application never asks, in words, without any secret.
    pub fn violations(&self) -> Vec<String> {
        self.state().violations.clone()
    }

    /// Forgets requests and violations; grants, keys and faults stay.
    pub fn reset_log(&self) {
        let mut state = self.state();
        state.requests.clear();
        state.counts.clear();
        state.violations.clear();
        state.desk.timeline.clear();
    }

    fn violation(&self, what: impl Into<String>) {
        let mut state = self.state();
        if state.violations.len() < KEPT {
            state.violations.push(what.into());
        }
    }

    /// Held for a few lines at a time, and never over an `await`.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Timestamp {
        self.config.clock.now()
    }

    /// A value that is not used again.
    fn fresh(&self, kind: &str) -> String {
        let mut bytes = [0; 16];
        self.config.random.fill(&mut bytes);
        format!("{kind}-{:032x}", u128::from_be_bytes(bytes))
    }
}

impl fmt::Debug for PretendOidc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PretendOidc").field("issuer", &self.config.issuer).finish_non_exhaustive()
    }
}

/// What does not change once it is built.
struct Config {
    app_name: String,
    issuer: String,
    client_id: String,
    client_secret: String,
    redirect_uris: Vec<String>,
    post_logout_redirect_uris: Vec<String>,
    algorithm: SigningAlgorithm,
    lifetime: Duration,
    documents_live: Duration,
    sends_iss: bool,
    signs_userinfo: bool,
    pushed: Pushed,
    offers_revocation: bool,
    /// By login. The claims of the ID token first, then those that only the userinfo endpoint gives.
    people: BTreeMap<String, (Value, Value)>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

struct State {
    /// The newest first.
    keys: Vec<SigningKey>,
    /// How many keys there have been.
    turn: usize,
    published: BTreeMap<String, Value>,
    client_auth: ClientAuth,
    /// The `jti` of every assertion that came.
    assertions: HashSet<String>,
    /// The requests that were pushed, by reference, each with its end.
    pushed: HashMap<String, (Vec<(String, String)>, Timestamp)>,
    codes: HashMap<String, Grant>,
    access_tokens: HashMap<String, Grant>,
    refresh_tokens: HashMap<String, Grant>,
    once: Vec<(Stage, Fault)>,
    always: Vec<(Stage, Fault)>,
    gates: BTreeMap<Stage, Gate>,
    /// The last of them: a pretend server may run for weeks on somebody's desk.
    requests: VecDeque<(Stage, HttpRequest)>,
    counts: BTreeMap<Stage, usize>,
    violations: Vec<String>,
    desk: Desk,
}

impl State {
    fn record(&mut self, stage: Stage, request: &HttpRequest) {
        *self.counts.entry(stage).or_default() += 1;
        if self.requests.len() == KEPT {
            self.requests.pop_front();
        }
        self.requests.push_back((stage, request.clone()));
    }
}

/// How many requests and violations are remembered.
const KEPT: usize = 1000;

/// Whether authorization requests are pushed (RFC 9126).
#[derive(Clone, Copy, PartialEq)]
enum Pushed {
    Unknown,
    Offered,
    Required,
}

/// What a person agreed to.
#[derive(Clone)]
struct Grant {
    login: String,
    scope: String,
    nonce: String,
    redirect_uri: String,
    code_challenge: String,
    authenticated_at: Timestamp,
}
