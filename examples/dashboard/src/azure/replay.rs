//! An [`HttpClient`] that plays back answers and keeps what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use admit::http::HttpError;
use admit::{Clock, HttpClient, HttpRequest, HttpResponse, Timestamp};
use async_trait::async_trait;
use bytes::Bytes;

use super::AzureDevOps;

/// Answers in order. Asking once more than there are answers fails the test.
#[derive(Debug)]
pub(super) struct Replay {
    answers: Mutex<VecDeque<HttpResponse>>,
    asked: Mutex<Vec<HttpRequest>>,
}

impl Replay {
    pub(super) fn new(answers: impl IntoIterator<Item = HttpResponse>) -> Arc<Self> {
        Arc::new(Self { answers: Mutex::new(answers.into_iter().collect()), asked: Mutex::default() })
    }

    pub(super) fn azure(self: &Arc<Self>) -> AzureDevOps {
        AzureDevOps::new(Arc::clone(self) as Arc<dyn HttpClient>, Arc::new(Fixed))
    }

    /// `GET https://…`, one for each request.
    pub(super) fn lines(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().map(|request| format!("{} {}", request.method(), request.uri())).collect()
    }

    pub(super) fn request(&self, index: usize) -> HttpRequest {
        self.asked.lock().unwrap()[index].clone()
    }

    pub(super) fn unplayed(&self) -> usize {
        self.answers.lock().unwrap().len()
    }
}

#[async_trait]
impl HttpClient for Replay {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        self.asked.lock().unwrap().push(request);
        Ok(self.answers.lock().unwrap().pop_front().expect("an answer for every request"))
    }
}

/// The instant at which every test takes place.
#[derive(Debug)]
struct Fixed;

#[async_trait]
impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        NOW
    }

    async fn sleep(&self, _: std::time::Duration) {}
}

pub(super) const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_295_606);

pub(super) fn json(status: u16, body: &str) -> HttpResponse {
    with(status, "application/json; charset=utf-8; api-version=7.1", body)
}

pub(super) fn html(status: u16) -> HttpResponse {
    with(status, "text/html; charset=utf-8", "<!DOCTYPE html><title>Azure DevOps Services | Sign In</title>")
}

pub(super) fn with(status: u16, content_type: &str, body: &str) -> HttpResponse {
    http::Response::builder()
        .status(status)
        .header("content-type", content_type)
        .body(Bytes::copy_from_slice(body.as_bytes()))
        .unwrap()
}

pub(super) fn header(mut response: HttpResponse, name: &'static str, value: &str) -> HttpResponse {
    response.headers_mut().append(name, value.parse().unwrap());
    response
}

pub(super) fn refusal(status: u16, message: &str) -> HttpResponse {
    let body = serde_json::json!({
        "$id": "1", "innerException": null, "message": message, "typeName": "…", "errorCode": 0, "eventId": 3000,
    });
    json(status, &body.to_string())
}
