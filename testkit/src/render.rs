//! Writes requests and responses down for snapshots: start line, sorted headers, readable body.
//!
//! Nothing is hidden. With [`FixedClock`](crate::FixedClock) and [`FixedRandom`](crate::FixedRandom) nothing needs to
//! be: a snapshot that changes from run to run has found an input that was not handed in.

use std::fmt::Write as _;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use serde_json::Value;
use url::form_urlencoded;

/// A request as text.
///
/// ```
/// use bytes::Bytes;
///
/// let request = http::Request::post("https://idp.example/token")
///     .header("Content-Type", "application/x-www-form-urlencoded")
///     .body(Bytes::from_static(b"grant_type=refresh_token&assertion=a%2Bb"))
///     .unwrap();
/// assert_eq!(
///     admit_testkit::render::request(&request),
///     "POST https://idp.example/token\n\
///      content-type: application/x-www-form-urlencoded\n\
///      \n\
///      grant_type = refresh_token\n\
///      assertion = a+b\n"
/// );
/// ```
pub fn request(request: &Request<Bytes>) -> String {
    let mut out = format!("{} {}\n", request.method(), request.uri());
    message(&mut out, request.headers(), request.body());
    out
}

/// A response as text. The lines of `Set-Cookie` keep their order, which browsers follow.
///
/// ```
/// use bytes::Bytes;
///
/// let response = http::Response::builder().header("Content-Type", "application/json").body(Bytes::from("{\"a\":1}"));
/// assert_eq!(
///     admit_testkit::render::response(&response.unwrap()),
///     "200 OK\ncontent-type: application/json\n\n{\n  \"a\": 1\n}\n"
/// );
/// ```
pub fn response(response: &Response<Bytes>) -> String {
    let mut out = format!("{}\n", response.status());
    message(&mut out, response.headers(), response.body());
    out
}

fn message(out: &mut String, headers: &HeaderMap, body: &Bytes) {
    let mut lines: Vec<_> = headers.iter().collect();
    // The sort is stable: values of one name stay in their order.
    lines.sort_by_key(|(name, _)| name.as_str());
    for (name, value) in lines {
        let _ = writeln!(out, "{name}: {}", String::from_utf8_lossy(value.as_bytes()));
    }
    if !body.is_empty() {
        let media_type = headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        out.push('\n');
        out.push_str(&readable(media_type.unwrap_or_default(), body));
        if !out.ends_with('\n') {
            out.push('\n');
        }
    }
}

fn readable(media_type: &str, body: &[u8]) -> String {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if essence == "application/x-www-form-urlencoded" {
        return form_urlencoded::parse(body).fold(String::new(), |mut out, (name, value)| {
            let _ = writeln!(out, "{name} = {value}");
            out
        });
    }
    if essence == "application/json" || essence.ends_with("+json") {
        let pretty = serde_json::from_slice::<Value>(body).and_then(|json| serde_json::to_string_pretty(&json));
        if let Ok(pretty) = pretty {
            return pretty;
        }
    }
    match std::str::from_utf8(body) {
        Ok(text) => text.to_owned(),
        Err(_) => format!("({} bytes)", body.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_sorted_and_cookies_keep_their_order() {
        let message = Response::builder()
            .status(302)
            .header("Set-Cookie", "z=1")
            .header("Location", "/home")
            .header("Set-Cookie", "a=2")
            .body(Bytes::new())
            .unwrap();
        insta::assert_snapshot!(response(&message), @r"
        302 Found
        location: /home
        set-cookie: z=1
        set-cookie: a=2
        ");
    }

    #[test]
    fn a_body_that_is_not_what_it_says_is_shown_as_it_is() {
        let with = |body: &'static [u8]| {
            response(&Response::builder().header("Content-Type", "application/json").body(body.into()).unwrap())
        };
        assert!(with(b"<html>").ends_with("\n\n<html>\n"));
        assert!(with(b"\xff\xfe").ends_with("\n\n(2 bytes)\n"));
    }
}
