//! A clock that stands still, and an HTTP client that gives prepared answers and keeps what it was asked.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use admit::http::HttpError;
use admit::{Clock, HttpClient, HttpRequest, HttpResponse, Timestamp};
use async_trait::async_trait;
use bytes::Bytes;

pub(crate) const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_295_606);

#[derive(Debug)]
pub(crate) struct StoppedClock;

#[async_trait]
impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        NOW
    }

    async fn sleep(&self, _: Duration) {
        std::future::pending().await
    }
}

#[derive(Debug)]
pub(crate) struct Replay {
    answers: Mutex<VecDeque<HttpResponse>>,
    requests: Mutex<Vec<HttpRequest>>,
}

impl Replay {
    pub(crate) fn new(answers: impl IntoIterator<Item = HttpResponse>) -> Self {
        Self { answers: Mutex::new(answers.into_iter().collect()), requests: Mutex::default() }
    }

    /// What was sent.
    pub(crate) fn requests(&self) -> Vec<HttpRequest> {
        self.requests.lock().unwrap().clone()
    }
}

#[async_trait]
impl HttpClient for Replay {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        self.requests.lock().unwrap().push(request);
        self.answers.lock().unwrap().pop_front().ok_or(HttpError::Refused("no answer was prepared"))
    }
}

pub(crate) fn answer(status: u16, body: impl Into<Bytes>) -> HttpResponse {
    http::Response::builder().status(status).body(body.into()).unwrap()
}
