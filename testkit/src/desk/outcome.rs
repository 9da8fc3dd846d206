//! What came of a request, in a line that a person reads.

use admit::http::HttpResponse;
use http::header::{CONTENT_TYPE, LOCATION};
use serde_json::Value;
use url::Url;

use super::at_most;
use super::error_of::error_of;
use crate::azure_devops::Dropped;
use crate::page::Told;

/// What came of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    /// `None` if nothing was answered.
    pub(super) status: Option<u16>,
    pub(super) words: String,
    /// Whether it is as whoever asked had hoped.
    pub(super) is_good: bool,
}

impl Outcome {
    pub(super) fn of(answer: &Result<HttpResponse, Dropped>) -> Self {
        let Ok(response) = answer else {
            let words = "the connection was dropped without an answer".to_owned();
            return Self { status: None, words, is_good: false };
        };
        let status = response.status();
        let (words, is_good) = match response.extensions().get::<Told>() {
            Some(Told(told)) => (told.clone(), status.is_success()),
            None if status.is_redirection() => way(response),
            None => match serde_json::from_slice(body(response)).ok() {
                Some(body) => in_json(&body),
                None => (other(response), true),
            },
        };
        let is_good = is_good && !status.is_client_error() && !status.is_server_error();
        Self { status: Some(status.as_u16()), words: at_most(&words, LONGEST), is_good }
    }
}

/// Where the browser is sent, and with what. What is secret of it is not told.
fn way(response: &HttpResponse) -> (String, bool) {
    let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    let Some(url) = location.and_then(|location| Url::parse(location).ok()) else {
        return ("the browser was sent on".to_owned(), true);
    };
    let value = |name: &str| url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned());
    let there = format!("{}{}", url.origin().ascii_serialization(), url.path());
    match (value("error"), value("code")) {
        (Some(error), _) => (format!("the browser was sent back to {there} with the error {error}"), false),
        (None, Some(_)) => (format!("the browser was sent back to {there} with a code"), true),
        (None, None) => (format!("the browser was sent on to {there}"), true),
    }
}

fn in_json(body: &Value) -> (String, bool) {
    if let Some(error) = error_of(body) {
        return (format!("refused: {error}"), false);
    }
    let tokens: Vec<_> = TOKENS.iter().filter(|(name, _)| body.get(name).is_some()).map(|(_, words)| *words).collect();
    let words = match tokens.as_slice() {
        [] => "answered".to_owned(),
        [only] => format!("gave out {only}"),
        [first @ .., last] => format!("gave out {} and {last}", first.join(", ")),
    };
    (words, true)
}

/// For whatever else there is: what it is, if it says so.
fn other(response: &HttpResponse) -> String {
    let media_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    match (media_type, response.status().canonical_reason()) {
        (Some(media_type), _) if !response.body().is_empty() => format!("answered with {media_type}"),
        (_, Some(reason)) => reason.to_lowercase(),
        (_, None) => "answered".to_owned(),
    }
}

/// A body that was made huge on purpose is not read.
fn body(response: &HttpResponse) -> &[u8] {
    if response.body().len() > LARGEST { b"" } else { response.body() }
}

const TOKENS: [(&str, &str); 3] =
    [("access_token", "an access token"), ("refresh_token", "a refresh token"), ("id_token", "an ID token")];
const LARGEST: usize = 64 * 1024;
const LONGEST: usize = 300;

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn told(status: u16, header: (&str, &str), body: &str) -> (String, bool) {
        let response = http::Response::builder().status(status).header(header.0, header.1);
        let outcome = Outcome::of(&Ok(response.body(Bytes::from(body.to_owned())).unwrap()));
        assert_eq!(outcome.status, Some(status));
        (outcome.words, outcome.is_good)
    }

    #[test]
    fn each_kind_of_answer_is_told_in_words() {
        let json = ("content-type", "application/json");
        let to = |url: &'static str| ("location", url);
        for (answer, words, is_good) in [
            (
                told(200, json, r#"{"access_token":"a","refresh_token":"r"}"#),
                "gave out an access token and a refresh token",
                true,
            ),
            (told(200, json, r#"{"value":[]}"#), "answered", true),
            (told(200, json, r#"{"Error":"invalid_grant"}"#), "refused: invalid_grant", false),
            (told(400, json, r#"{"error":"invalid_grant"}"#), "refused: invalid_grant", false),
            (
                told(302, to("https://app.example/cb?code=secret&state=s"), ""),
                "the browser was sent back to https://app.example/cb with a code",
                true,
            ),
            (
                told(302, to("https://app.example/cb?error=access_denied"), ""),
                "the browser was sent back to https://app.example/cb with the error access_denied",
                false,
            ),
            (
                told(302, to("https://app.example/bye?state=s"), ""),
                "the browser was sent on to https://app.example/bye",
                true,
            ),
            (told(200, ("content-type", "image/png"), "\u{89}PNG"), "answered with image/png", true),
            (told(429, ("retry-after", "5"), ""), "too many requests", false),
        ] {
            assert_eq!(answer, (words.to_owned(), is_good));
        }
        assert!(!Outcome::of(&Err(Dropped)).is_good);
    }

    #[test]
    fn what_is_told_has_an_end() {
        let (words, _) = told(400, ("a", "b"), &format!(r#"{{"error":"{}"}}"#, "x".repeat(5_000)));
        assert_eq!(words.chars().count(), LONGEST + 1);
    }
}
