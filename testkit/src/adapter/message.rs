//! A request, written by hand.

use http::Method;
use http::header::CONTENT_LENGTH;

/// A request as it goes onto the wire. Nothing is added but a `Host`, unless there is one.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) method: Method,
    pub(super) target: String,
    pub(super) headers: Vec<(String, Vec<u8>)>,
    pub(super) body: Vec<u8>,
}

impl Message {
    pub(super) fn new(method: Method, target: &str) -> Self {
        Self { method, target: target.to_owned(), headers: Vec::new(), body: Vec::new() }
    }

    pub(super) fn get(target: &str) -> Self {
        Self::new(Method::GET, target)
    }

    /// With a body and its length.
    pub(super) fn post(target: &str, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let mut message = Self::new(Method::POST, target).header(CONTENT_LENGTH.as_str(), body.len().to_string());
        message.body = body;
        message
    }

    pub(super) fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    pub(super) fn form(self) -> Self {
        self.header("content-type", "application/x-www-form-urlencoded")
    }

    pub(super) fn head(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target).into_bytes();
        if !self.headers.iter().any(|(name, _)| name == "host") {
            head.extend_from_slice(b"host: app.example\r\n");
        }
        for (name, value) in &self.headers {
            head.extend_from_slice(name.as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value);
            head.extend_from_slice(b"\r\n");
        }
        head.extend_from_slice(b"\r\n");
        head
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.head();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}
