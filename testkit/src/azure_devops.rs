//! A pretend Azure DevOps, as strict as the real one is on its good days, and stricter where that finds mistakes.
//!
//! It speaks what Azure DevOps speaks: `response_type=Assertion`, the five fields of its token request, `jwt-bearer`
//! tokens whose lifetime is a string, capitalised errors, and a sign-in page with status 203 where others answer 401.
//! What an application must never send (an unknown parameter, a sixth field, an `Authorization` header at the token
//! endpoint) is refused and kept in [`violations`](PretendAzureDevOps::violations).

mod anonymous;
mod answer;
mod asked;
mod authorize;
mod browser;
mod builder;
mod control;
mod data;
mod desk;
mod fault;
mod grants;
mod identity;
mod jwt;
mod log;
mod offered;
mod pages;
mod rest;
mod sample;
mod scopes;
mod server;
mod token;
mod transport;
mod wiql;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use admit::{Clock, Random, Timestamp};

pub use browser::{Callback, NoCallback};
pub use builder::Builder;
pub use data::{Build, BuildOutcome, Organization, Person, Project, Repository, WorkItem};
pub use fault::{Fault, Stage};
pub use identity::Identity;
pub use log::RecordedRequest;
pub use token::{CLIENT_ASSERTION_TYPE, JWT_BEARER};
pub use transport::{BASE_URL, Dropped};

pub use crate::served::Served;

pub(crate) use scopes::in_words;

use crate::PretendEntra;
use crate::desk::Desk;
use fault::Faults;
use grants::Grants;
use log::Log;

/// A handle to one pretend Azure DevOps. Clones share everything.
///
/// As an [`admit::HttpClient`] it is the back channel of an application under test; [`authorize`](Self::authorize)
/// plays the person at its pages; [`serve`](Self::serve) puts it on a loopback socket.
#[derive(Clone)]
pub struct PretendAzureDevOps {
    config: Arc<Config>,
    state: Arc<Mutex<State>>,
}

impl PretendAzureDevOps {
    /// Starts to describe one with a registered application: its id, its client secret and its callback address.
    pub fn builder(
        client_id: impl Into<String>,
        client_secret: impl Into<String>,
        redirect_uri: impl Into<String>,
    ) -> Builder {
        Builder::new(client_id.into(), client_secret.into(), redirect_uri.into())
    }

    /// Adds a client secret, valid from now on. Azure DevOps knows two at a time; here there may be any number.
    pub fn add_secret(&self, secret: &str) {
        self.state().grants.add_secret(secret);
    }

    /// Lets a client secret expire, and with it every token that was given out for it.
    pub fn expire_secret(&self, secret: &str) {
        self.state().grants.end_secret(secret, grants::SecretState::Expired);
    }

    /// Takes a client secret back, as regenerating it does, and with it every token given out for it.
    pub fn revoke_secret(&self, secret: &str) {
        self.state().grants.end_secret(secret, grants::SecretState::Revoked);
    }

    /// Ends all that a person has granted, as their "Authorizations" page does.
    pub fn revoke_grants(&self, login: &str) {
        self.state().grants.forget_person(login);
    }

    /// From now on that person consents without being asked; with `None`, the pages are shown again.
    pub fn auto_consent(&self, login: Option<&str>) {
        self.state().auto_consent = login.map(str::to_owned);
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

    /// The requests since the start or the last [`reset_log`](Self::reset_log), oldest first: at most the last 1000.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.state().log.requests()
    }

    /// How many requests came to that stage, whatever became of them.
    pub fn count(&self, stage: Stage) -> usize {
        self.state().log.count(stage)
    }

    /// How many token requests wanted to exchange a code, whatever became of them.
    pub fn code_exchanges(&self) -> usize {
        self.state().log.code_exchanges
    }

    /// How many token requests wanted to refresh, whatever became of them.
    pub fn refreshes(&self) -> usize {
        self.state().log.refreshes
    }

    /// How often that person's refresh token was replaced by the next.
    pub fn rotations(&self, login: &str) -> usize {
        self.state().grants.rotations.get(login).copied().unwrap_or(0)
    }

    /// How often a refresh token came a second time, with
    /// [`revoke_families_on_reuse`](Builder::revoke_families_on_reuse).
    pub fn reuses(&self) -> usize {
        self.state().grants.reuses
    }

    /// What was asked that a correct application never asks, in words, without any secret.
    pub fn violations(&self) -> Vec<String> {
        self.state().log.violations.clone()
    }

    /// Forgets requests, counts and violations; grants and faults stay.
    pub fn reset_log(&self) {
        let mut state = self.state();
        state.log = Log::default();
        state.desk.timeline.clear();
    }

    /// Held for a few lines at a time, and never over an `await`.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Timestamp {
        self.config.clock.now()
    }
}

impl fmt::Debug for PretendAzureDevOps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PretendAzureDevOps").field("client_id", &self.config.client_id).finish_non_exhaustive()
    }
}

/// What does not change once it is built.
struct Config {
    app_name: String,
    client_id: String,
    redirect_uris: Vec<String>,
    scopes: Vec<String>,
    http_on_loopback: bool,
    lifetime: Duration,
    lifetime_as_number: bool,
    people: Vec<Person>,
    /// Where in `people` a login is: there may be ten thousand.
    places: HashMap<String, usize>,
    /// The scope that `identities/me` takes.
    identity_scope: String,
    /// Whose tokens it takes beside its own.
    entra: Option<PretendEntra>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    /// When it was built: sample data is dated from here, so that it does not move while somebody looks.
    started: Timestamp,
}

impl Config {
    fn person(&self, login: &str) -> Option<&Person> {
        self.people.get(*self.places.get(login)?)
    }
}

struct State {
    grants: Grants,
    faults: Faults,
    log: Log,
    desk: Desk,
    auto_consent: Option<String>,
}
