//! What was asked and answered, written down for a snapshot that all adapters share.
//!
//! Left out is what servers add or word by themselves: the date, how the connection goes on, how the body is framed,
//! the reason phrase. Long cookie values show their length, pages their title: that these are right to the byte is
//! shown by comparing with the engine's own answer, and what they should be is core's to say.

use bytes::Bytes;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, SET_COOKIE};
use http::{HeaderValue, Response};

use super::message::Message;
use super::wire::Answer;
use crate::render;

/// Lines of a row's snapshot.
#[derive(Debug, Default)]
pub(super) struct Transcript(String);

impl Transcript {
    /// A request line and the whole answer to it.
    pub(super) fn exchange(&mut self, asked: &Message, answer: &Answer) {
        self.line(&format!("> {} {}", asked.method, between(&asked.target, "?code=", "&", "…")));
        self.line(&render::response(&shown(answer)));
    }

    pub(super) fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    /// Compares with the snapshot of that name, if anything was told.
    pub(super) fn assert(&self, name: &str) {
        if self.0.is_empty() {
            return;
        }
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(SNAPSHOTS);
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name, self.0));
    }
}

/// An answer that came through an adapter is the engine's own, to the byte.
pub(super) fn assert_alike(served: &Answer, engines: &Answer, what: &str) {
    let (served, engines) = (essence(served), essence(engines));
    assert_eq!(served.status(), engines.status(), "{what}");
    assert_eq!(served.headers(), engines.headers(), "{what}");
    assert!(served.body() == engines.body(), "{what}: {}", String::from_utf8_lossy(served.body()));
}

/// The answer without what is its server's own.
fn essence(answer: &Answer) -> Answer {
    let mut essence = Response::new(answer.body().clone());
    *essence.status_mut() = answer.status();
    for (name, value) in answer.headers().iter().filter(|(name, _)| !SERVERS_OWN.contains(&name.as_str())) {
        essence.headers_mut().append(name, value.clone());
    }
    essence
}

/// The same, with what is long made short.
fn shown(answer: &Answer) -> Answer {
    let (mut parts, body) = essence(answer).into_parts();
    for (name, value) in &mut parts.headers {
        let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
        let short = if *name == SET_COOKIE {
            cookie(&text)
        } else if *name == CONTENT_SECURITY_POLICY {
            between(&text, "'sha256-", "'", "…")
        } else {
            text
        };
        *value = HeaderValue::from_bytes(short.as_bytes()).expect("a value");
    }
    let is_page = parts.headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    let body = if is_page { page(&body) } else { body };
    Response::from_parts(parts, body)
}

fn cookie(line: &str) -> String {
    let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
    let (name, value) = pair.split_once('=').expect("a pair");
    if value.len() <= LONG { line.to_owned() } else { format!("{name}=({} bytes);{attributes}", value.len()) }
}

fn page(body: &Bytes) -> Bytes {
    let html = String::from_utf8_lossy(body);
    let is_whole = html.starts_with("<!DOCTYPE html>") && html.trim_end().ends_with("</html>");
    let title = html.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>")).map(|(title, _)| title);
    format!("({} page: {})", if is_whole { "whole" } else { "broken" }, title.unwrap_or_default()).into()
}

fn between(text: &str, before: &str, after: &str, instead: &str) -> String {
    let cut = text.split_once(before).and_then(|(head, rest)| Some((head, rest.split_once(after)?.1)));
    cut.map_or_else(|| text.to_owned(), |(head, tail)| format!("{head}{before}{instead}{after}{tail}"))
}

const SERVERS_OWN: [&str; 5] = ["connection", "content-length", "date", "keep-alive", "transfer-encoding"];
const LONG: usize = 100;
const SNAPSHOTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/adapter/snapshots");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_long_or_the_servers_own_is_left_out_and_the_rest_stands() {
        let value = "v".repeat(LONG + 1);
        let answer = Response::builder()
            .status(403)
            .header("date", "today")
            .header("content-length", "1")
            .header("x-odd", "stays")
            .header("set-cookie", format!("long={value}; Path=/"))
            .header("set-cookie", "short=v; Path=/")
            .header("content-security-policy", "style-src 'sha256-abc='; img-src 'self'")
            .header("content-type", "text/html; charset=utf-8")
            .body(Bytes::from("<!DOCTYPE html><title>Half a page</title>"));
        let mut transcript = Transcript::default();
        transcript.exchange(&Message::get("/callback?code=secret&state=s"), &answer.unwrap());
        insta::assert_snapshot!(transcript.0, @r"
        > GET /callback?code=…&state=s
        403 Forbidden
        content-security-policy: style-src 'sha256-…'; img-src 'self'
        content-type: text/html; charset=utf-8
        set-cookie: long=(101 bytes); Path=/
        set-cookie: short=v; Path=/
        x-odd: stays

        (broken page: Half a page)
        ");
    }

    #[test]
    #[should_panic(expected = "a page")]
    fn one_byte_of_difference_is_a_difference() {
        let answer = |body: &'static str| Response::new(Bytes::from_static(body.as_bytes()));
        assert_alike(&answer("same"), &answer("same"), "a text");
        assert_alike(&answer("same"), &answer("some"), "a page");
    }
}
