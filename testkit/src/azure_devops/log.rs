//! What was asked of the pretend server.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use admit::http::HttpRequest;
use http::header::{AUTHORIZATION, COOKIE};

use super::Stage;
use crate::form::{is_form, pairs};

/// One request that came in.
///
/// Its `Debug` hides what is secret; [`parameter`](Self::parameter) and [`request`](Self::request) show it, so that a
/// test can compare.
#[derive(Clone)]
pub struct RecordedRequest {
    /// Where it came.
    pub stage: Stage,
    request: HttpRequest,
    parameters: Vec<(String, String)>,
}

impl RecordedRequest {
    pub(super) fn new(stage: Stage, request: &HttpRequest) -> Self {
        let mut parameters = pairs(request.uri().query().unwrap_or_default().as_bytes());
        if is_form(request) {
            parameters.extend(pairs(request.body()));
        }
        Self { stage, request: request.clone(), parameters }
    }

    /// The method: `POST`.
    pub fn method(&self) -> &str {
        self.request.method().as_str()
    }

    /// The path: `/oauth2/token`.
    pub fn path(&self) -> &str {
        self.request.uri().path()
    }

    /// The parameters' names in their order: those of the query, then those of the form.
    pub fn parameter_names(&self) -> Vec<&str> {
        self.parameters.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// The decoded value of a parameter of the query or the form, secret or not.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The request as it came, secrets and all: for [`render`](crate::render::request) and byte-exact comparison.
    pub fn request(&self) -> &HttpRequest {
        &self.request
    }

    /// The parameters, with what is secret blotted out.
    pub(super) fn redacted(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parameters.iter().map(|(name, value)| {
            let shown = if SECRETS.contains(&name.as_str()) { BLOT } else { value.as_str() };
            (name.as_str(), shown)
        })
    }
}

impl fmt::Debug for RecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: BTreeMap<_, _> = self
            .request
            .headers()
            .iter()
            .map(|(name, value)| {
                let secret = value.is_sensitive() || [AUTHORIZATION, COOKIE].contains(name);
                (name.as_str(), if secret { BLOT } else { value.to_str().unwrap_or("(not ASCII)") })
            })
            .collect();
        f.debug_struct("RecordedRequest")
            .field("stage", &self.stage)
            .field("method", &self.method())
            .field("path", &self.path())
            .field("parameters", &self.redacted().collect::<Vec<_>>())
            .field("headers", &headers)
            .finish_non_exhaustive()
    }
}

/// The requests, their counts, and what was wrong with them.
#[derive(Default)]
pub(super) struct Log {
    requests: VecDeque<RecordedRequest>,
    counts: BTreeMap<Stage, usize>,
    pub(super) code_exchanges: usize,
    pub(super) refreshes: usize,
    pub(super) violations: Vec<String>,
}

impl Log {
    pub(super) fn record(&mut self, request: RecordedRequest) {
        *self.counts.entry(request.stage).or_default() += 1;
        if request.stage == Stage::Token {
            match request.parameter("grant_type") {
                Some(super::JWT_BEARER) => self.code_exchanges += 1,
                Some("refresh_token") => self.refreshes += 1,
                _ => {}
            }
        }
        if self.requests.len() == KEPT {
            self.requests.pop_front();
        }
        self.requests.push_back(request);
    }

    pub(super) fn violation(&mut self, what: impl Into<String>) {
        if self.violations.len() < KEPT {
            self.violations.push(what.into());
        }
    }

    pub(super) fn requests(&self) -> Vec<RecordedRequest> {
        self.requests.iter().cloned().collect()
    }

    pub(super) fn count(&self, stage: Stage) -> usize {
        self.counts.get(&stage).copied().unwrap_or(0)
    }
}

const BLOT: &str = "…";
const SECRETS: &[&str] = &["client_assertion", "assertion", "code", "state", "client_secret", "refresh_token"];
/// A pretend server may run for weeks on somebody's desk.
const KEPT: usize = 1000;
