//! How fast requests follow each other: as fast as was asked for, and no faster than the provider wants.
//!
//! What an answer asks for, `http/pause.rs` reads.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use crate::http::{HttpError, LONGEST_PAUSE, pause_asked};
use crate::realm::Realm;
use crate::{Clock, HttpClient, HttpRequest, HttpResponse, Timestamp};

/// When the next request may go.
#[derive(Debug)]
pub(super) struct Pace {
    interval: Duration,
    next: Option<Timestamp>,
    wanted: Arc<Mutex<Option<Timestamp>>>,
}

/// The realm's client, with an ear for what answers say of the pace.
#[derive(Debug)]
pub(super) struct Watched {
    http: Arc<dyn HttpClient>,
    clock: Arc<dyn Clock>,
    wanted: Arc<Mutex<Option<Timestamp>>>,
}

impl Pace {
    pub(super) fn new(per_second: NonZeroU32) -> Self {
        Self { interval: Duration::from_secs(1) / per_second.get(), next: None, wanted: Arc::default() }
    }

    /// How long the next request has to wait.
    pub(super) fn pause(&self, now: Timestamp) -> Duration {
        self.next.map(|next| next.since(now)).unwrap_or_default()
    }

    /// Waits until the next request may go, which is taken to go then.
    pub(super) async fn wait(&mut self, clock: &dyn Clock) {
        let pause = self.pause(clock.now());
        if !pause.is_zero() {
            clock.sleep(pause).await;
        }
        self.next = Some(clock.now() + self.interval);
    }

    /// Takes what the last answer said.
    pub(super) fn heed(&mut self, now: Timestamp) {
        if let Some(wanted) = self.wanted.lock().unwrap_or_else(PoisonError::into_inner).take() {
            self.next = self.next.max(Some(wanted.min(now + LONGEST_PAUSE)));
        }
    }

    pub(super) fn watch(&self, realm: &Realm) -> Watched {
        Watched { http: Arc::clone(&realm.http), clock: Arc::clone(&realm.clock), wanted: Arc::clone(&self.wanted) }
    }
}

#[async_trait]
impl HttpClient for Watched {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let answer = self.http.send(request).await?;
        let now = self.clock.now();
        let pause = pause_asked(&answer, now);
        if !pause.is_zero() {
            *self.wanted.lock().unwrap_or_else(PoisonError::into_inner) = Some(now + pause);
        }
        Ok(answer)
    }
}
