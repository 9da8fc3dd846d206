//! Somebody who visits the application: a jar of cookies, the headers they always send, and what they were answered.

use std::net::SocketAddr;

use admit::Auth;
use http::header::{CONTENT_TYPE, COOKIE, HOST, LOCATION, SET_COOKIE};
use http::{HeaderName, Request};

use super::message::Message;
use super::stage::Stage;
use super::transcript::Transcript;
use super::wire::{Answer, Connection};
use crate::CookieJar;

/// How a visitor gets in.
#[derive(Clone)]
pub(super) enum Door {
    /// Through the adapter, as everybody does.
    Socket(SocketAddr),
    /// To the engine itself, without an adapter between.
    Engine(Auth),
}

/// Keeps cookies and follows nothing by itself.
#[derive(Clone)]
pub(super) struct Visitor<'a> {
    stage: &'a Stage,
    door: Door,
    pub(super) jar: CookieJar,
    /// Sent with every request.
    pub(super) headers: Vec<(String, Vec<u8>)>,
}

impl<'a> Visitor<'a> {
    pub(super) fn new(stage: &'a Stage, door: Door, jar: CookieJar) -> Self {
        Self { stage, door, jar, headers: Vec::new() }
    }

    /// From now on with that header.
    pub(super) fn with(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// As a browser asks for pages.
    pub(super) fn browsing(self) -> Self {
        self.with("accept", "text/html,*/*;q=0.8").with("sec-fetch-mode", "navigate")
    }

    pub(super) async fn get(&mut self, target: &str) -> Answer {
        self.send(Message::get(target)).await
    }

    pub(super) async fn post(&mut self, target: &str, form: &[(&str, &str)]) -> Answer {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.send(Message::post(target, form).form()).await
    }

    /// The message as this visitor sends it: with their headers and cookies.
    pub(super) fn dress(&self, mut message: Message) -> Message {
        message.headers.extend(self.headers.iter().cloned());
        match self.jar.header(true) {
            Some(cookies) => message.header(COOKIE.as_str(), cookies),
            None => message,
        }
    }

    /// One request over a connection of its own. What the answer sets is kept.
    pub(super) async fn send(&mut self, message: Message) -> Answer {
        let message = self.dress(message);
        let answer = match &self.door {
            Door::Socket(address) => {
                let mut connection = Connection::open(*address).await;
                connection.send(message.bytes()).await;
                let answer = connection.answer(&message.method).await;
                answer.unwrap_or_else(|| panic!("no answer to {} {}", message.method, message.target))
            }
            Door::Engine(auth) => auth.handle(request(message)).await,
        };
        self.jar.apply(answer.headers());
        assert_eq!(self.jar.refused(), [""; 0]);
        answer
    }

    /// The same, written down.
    pub(super) async fn tell(&mut self, transcript: &mut Transcript, message: Message) -> Answer {
        let asked = message.clone();
        let answer = self.send(message).await;
        transcript.exchange(&asked, &answer);
        answer
    }

    pub(super) async fn csrf(&mut self, base: &str) -> String {
        let answer = self.get(&format!("{base}/csrf")).await;
        let json: serde_json::Value = serde_json::from_slice(answer.body()).expect("JSON");
        json["csrfToken"].as_str().expect("a token").to_owned()
    }

    /// Goes to the provider, consents, and stands before the callback. Gives its path and query.
    pub(super) async fn consent(&mut self, base: &str, login: &str, back_to: &str) -> String {
        let csrf = self.csrf(base).await;
        let form = [("csrfToken", csrf.as_str()), ("callbackUrl", back_to)];
        let away = self.post(&format!("{base}/signin/azure-devops"), &form).await;
        let callback = self.stage.azure.authorize_as(login, &location(&away)).await;
        callback.expect("the provider sends the browser back").path_and_query()
    }

    /// Signs in; the last answer.
    pub(super) async fn sign_in(&mut self, base: &str, login: &str) -> Answer {
        let callback = self.consent(base, login, "/me").await;
        let back = self.get(&callback).await;
        assert!(location(&back).ends_with("/me"), "{}", location(&back));
        back
    }
}

/// As an adapter would hand it over.
fn request(message: Message) -> Request<bytes::Bytes> {
    let mut request = Request::new(message.body.into());
    *request.method_mut() = message.method;
    *request.uri_mut() = message.target.parse().expect("an address");
    request.headers_mut().insert(HOST, http::HeaderValue::from_static("app.example"));
    for (name, value) in message.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
        request.headers_mut().append(name, http::HeaderValue::from_bytes(&value).expect("a value"));
    }
    request
}

pub(super) fn text(answer: &Answer) -> String {
    String::from_utf8(answer.body().to_vec()).expect("text")
}

/// All values of a header, with a bar between.
pub(super) fn header(answer: &Answer, name: HeaderName) -> String {
    let values: Vec<_> =
        answer.headers().get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    values.join(" | ")
}

pub(super) fn location(answer: &Answer) -> String {
    header(answer, LOCATION)
}

pub(super) fn media_type(answer: &Answer) -> String {
    header(answer, CONTENT_TYPE)
}

/// The names of the cookies that an answer sets, in their order.
pub(super) fn cookies(answer: &Answer) -> Vec<String> {
    let lines = answer.headers().get_all(SET_COOKIE).iter();
    lines
        .map(|line| String::from_utf8_lossy(line.as_bytes()).split('=').next().unwrap_or_default().to_owned())
        .collect()
}
