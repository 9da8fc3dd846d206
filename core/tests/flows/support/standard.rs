//! A provider that keeps to RFC 6749, as far as an application's back channel sees it.

use std::sync::{Arc, Mutex, MutexGuard};

use admit::http::{HttpClient, HttpError, HttpRequest, HttpResponse};
use async_trait::async_trait;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Method, Response};
use serde_json::{Value, json};
use url::form_urlencoded;

/// Takes any code, and says that it was brought by whoever [`person`](Self::person) named last. Clones are one server.
#[derive(Clone, Debug)]
pub struct Standard(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    person: Value,
    access_token: String,
    requests: Vec<HttpRequest>,
}

impl Standard {
    pub fn new() -> Self {
        let person = json!({ "id": 7, "login": "mona", "name": "Mona Octave", "email": "mona@example.com" });
        let access_token = "gho_16C7e42F292c6912E7".to_owned();
        Self(Arc::new(Mutex::new(State { person, access_token, requests: Vec::new() })))
    }

    /// Who stands at the browser from now on.
    pub fn person(&self, person: Value) {
        self.state().person = person;
    }

    /// What is handed out from now on.
    pub fn access_token(&self, access_token: &str) {
        access_token.clone_into(&mut self.state().access_token);
    }

    /// The forms that came to the token endpoint.
    pub fn token_requests(&self) -> Vec<Vec<(String, String)>> {
        let state = self.state();
        let posts = state.requests.iter().filter(|request| request.method() == Method::POST);
        posts.map(|request| form_urlencoded::parse(request.body()).into_owned().collect()).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("a lock")
    }
}

#[async_trait]
impl HttpClient for Standard {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let mut state = self.state();
        let body = match *request.method() {
            Method::POST => json!({ "access_token": state.access_token, "token_type": "bearer" }),
            _ => state.person.clone(),
        };
        state.requests.push(request);
        let answer = Response::builder().header(CONTENT_TYPE, "application/json");
        Ok(answer.body(Bytes::from(body.to_string())).expect("an answer"))
    }
}

/// The value of a field in a form.
pub fn field<'a>(form: &'a [(String, String)], name: &str) -> Option<&'a str> {
    form.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}
