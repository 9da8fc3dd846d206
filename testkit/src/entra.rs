//! A pretend Microsoft Entra ID with several tenants, and the slice of Microsoft Graph that sign-in touches.
//!
//! It keeps to the wire as Microsoft documents it, with its oddities: the issuer of `common` and `organizations` is a
//! template, PKCE is not advertised, keys have an `issuer` and no `alg`, scopes without a resource are Graph's, a token
//! request gets a token for one resource, and errors come as `AADSTS` with a trace id. What a correct application never
//! asks (no PKCE, no `nonce`, a `login_hint` beside `prompt=select_account`) is refused and kept in
//! [`violations`](PretendEntra::violations).
//!
//! In process it answers for `https://login.microsoftonline.com` and `https://graph.microsoft.com`, so an application
//! under test need not be told of another host. On a socket both are the socket's address.
//!
//! Its keys are in its source, so that its tokens repeat. They prove nothing.
//!
//! ```
//! use std::sync::Arc;
//!
//! use admit_testkit::entra::{FABRIKAM, GRAPH_HOST};
//! use admit_testkit::{FixedClock, FixedRandom, PretendEntra};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let entra = PretendEntra::builder("app-id", "secret", "https://app.example/callback")
//!     .clock(Arc::new(FixedClock::default()))
//!     .random(Arc::new(FixedRandom::new(1)))
//!     .build();
//! let url = format!(
//!     "https://login.microsoftonline.com/{FABRIKAM}/oauth2/v2.0/authorize?client_id=app-id&response_type=code\
//!      &redirect_uri=https%3A%2F%2Fapp.example%2Fcallback&scope=openid%20profile&state=s1&nonce=n1\
//!      &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
//! );
//! let callback = entra.authorize_as("norma", &url).await?;
//! assert_eq!(callback.parameter("state"), Some("s1"));
//! assert_eq!(entra.violations(), [""; 0]);
//! assert_eq!(GRAPH_HOST, "https://graph.microsoft.com");
//! # Ok(())
//! # }
//! ```

mod access_token;
mod asked;
mod authority;
mod authorize;
mod builder;
mod client;
mod codes;
mod desk;
mod directory;
mod documents;
mod fault;
mod graph;
mod id_token;
mod key_ring;
mod logout;
mod offered;
mod pages;
mod person;
mod refusal;
mod reply;
mod request;
mod sample;
mod scope;
mod token;
mod transport;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use admit::http::HttpRequest;
use admit::{Clock, Random, Timestamp};
use serde_json::Value;

pub use builder::Builder;
pub use directory::{Account, Tenant};
pub use fault::{Fault, Stage};
pub use refusal::Refusal;
pub use sample::{FABRIKAM, LAMPLIGHT};
pub use scope::{AZURE_DEVOPS, GRAPH};

pub use crate::held::Held;

pub(crate) use access_token::Bearer;
pub(crate) use scope::Resource;

use client::{Credential, SecretState};
use codes::{Code, RefreshToken};
use fault::Faults;
use key_ring::KeyRing;

use crate::desk::Desk;
use crate::guid;
use crate::held::Gate;

/// Microsoft's own address for sign-in.
pub const LOGIN_HOST: &str = "https://login.microsoftonline.com";
/// Microsoft Graph's own address.
pub const GRAPH_HOST: &str = "https://graph.microsoft.com";
/// The tenant of all personal accounts.
pub const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// A handle to one pretend Entra ID. Clones share everything.
///
/// As an [`admit::HttpClient`] it is the back channel of an application under test;
/// [`authorize_as`](Self::authorize_as) plays the person at its pages; [`Builder::serve_on`] puts it on a loopback
/// socket.
#[derive(Clone)]
pub struct PretendEntra {
    config: Arc<Config>,
    state: Arc<Mutex<State>>,
}

impl PretendEntra {
    /// Starts to describe one with a registered application: its id, its client secret and its callback address.
    pub fn builder(
        client_id: impl Into<String>,
        client_secret: impl Into<String>,
        redirect_uri: impl Into<String>,
    ) -> Builder {
        Builder::new(client_id.into(), client_secret.into(), redirect_uri.into())
    }

    /// What addresses of sign-in begin with: `https://login.microsoftonline.com`, or the socket's address.
    pub fn login_host(&self) -> &str {
        &self.config.login_host
    }

    /// What addresses of Microsoft Graph begin with.
    pub fn graph_host(&self) -> &str {
        &self.config.graph_host
    }

    /// The issuer of that tenant's tokens.
    pub fn issuer(&self, tenant: &str) -> String {
        self.config.issuer(tenant)
    }

    /// The id by which a tenant knows somebody: the claim `oid`. `None` if it does not.
    pub fn object_id(&self, login: &str, tenant: &str) -> Option<String> {
        self.config.account(login).filter(|account| account.is_in(tenant)).map(|account| account.object_id(tenant))
    }

    /// Adds a client secret, valid from now on.
    pub fn add_secret(&self, secret: &str) {
        self.state().secrets.push((secret.to_owned(), SecretState::Valid));
    }

    /// Lets a client secret expire. Tokens that it helped to get stay good.
    pub fn expire_secret(&self, secret: &str) {
        let mut state = self.state();
        for (known, current) in &mut state.secrets {
            if known == secret {
                *current = SecretState::Expired;
            }
        }
    }

    /// Signs with other keys from now on. Those before them are published no more, unless `overlap` says so.
    pub fn rotate_keys(&self, overlap: bool) {
        self.state().keys.rotate(overlap);
    }

    /// Changes the discovery documents from now on; `null` takes a member away.
    pub fn publish(&self, members: &Value) {
        let mut state = self.state();
        state
            .published
            .extend(members.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())));
    }

    /// From now on that person is signed in and consents without being asked; with `None`, the pages are shown again.
    pub fn auto_consent(&self, login: Option<&str>) {
        self.state().auto_consent = login.map(str::to_owned);
    }

    /// Forgets what a person has agreed to. Their tokens stay good.
    pub fn withdraw_consent(&self, login: &str) {
        self.state().consents.retain(|(known, _), _| known != login);
    }

    /// Ends a person's refresh tokens, as an administrator does who revokes their sessions.
    pub fn revoke_sessions(&self, login: &str) {
        for token in self.state().refresh_tokens.values_mut().filter(|token| token.grant.login == login) {
            token.is_revoked = true;
        }
    }

    /// From now on a token is given out only if the person was sent here with at least these `claims`: the claims
    /// challenge of Conditional Access. `null` ends it.
    pub fn require_claims(&self, claims: Value) {
        self.state().required_claims = (!claims.is_null()).then_some(claims);
    }

    /// Fails the next request at that stage. Several are used up one by one.
    pub fn fail_once(&self, stage: Stage, fault: Fault) {
        self.state().faults.once(stage, fault);
    }

    /// Fails every request at that stage, until [`clear_faults`](Self::clear_faults).
    pub fn fail_always(&self, stage: Stage, fault: Fault) {
        self.state().faults.always(stage, fault);
    }

    /// Works again.
    pub fn clear_faults(&self) {
        self.state().faults = Faults::default();
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
        state.desk.timeline.clear();
        state.violations.clear();
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

    fn fresh_guid(&self) -> String {
        guid::fresh(self.config.random.as_ref())
    }
}

impl fmt::Debug for PretendEntra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PretendEntra").field("client_id", &self.config.client_id).finish_non_exhaustive()
    }
}

/// What does not change once it is built.
struct Config {
    app_name: String,
    client_id: String,
    redirect_uris: Vec<String>,
    /// The only tenant whose people it takes, if it is registered for one.
    single_tenant: Option<String>,
    /// What proves the client besides its secrets.
    credentials: Vec<Credential>,
    /// Claims that are there only for those who asked at the registration.
    optional_claims: BTreeSet<String>,
    lifetime: Duration,
    login_host: String,
    graph_host: String,
    tenants: Vec<Tenant>,
    accounts: Vec<Account>,
    /// Where an account is in the list, by its login.
    places: HashMap<String, usize>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl Config {
    fn account(&self, login: &str) -> Option<&Account> {
        self.places.get(login).and_then(|place| self.accounts.get(*place))
    }

    fn issuer(&self, tenant: &str) -> String {
        format!("{}/{tenant}/v2.0", self.login_host)
    }
}

struct State {
    secrets: Vec<(String, SecretState)>,
    /// The ids of clients' assertions that were here.
    assertions: HashSet<String>,
    keys: KeyRing,
    published: BTreeMap<String, Value>,
    codes: HashMap<String, Code>,
    refresh_tokens: HashMap<String, RefreshToken>,
    access_tokens: HashMap<String, Bearer>,
    /// What was agreed to, in whole names, by login and tenant.
    consents: BTreeMap<(String, String), BTreeSet<String>>,
    auto_consent: Option<String>,
    required_claims: Option<Value>,
    faults: Faults,
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
