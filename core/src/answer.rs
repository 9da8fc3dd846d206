//! Answers: the few shapes the wire has, and the headers each carries.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, EXPIRES, LOCATION, PRAGMA, RETRY_AFTER, SET_COOKIE};
use http::{HeaderValue, Response, StatusCode};
use serde::Serialize;
use serde_json::json;

use crate::cookie::Cookie;

/// An answer before its cookies are written.
pub(crate) type Answer = Response<Bytes>;

/// JSON, with nothing but its content type.
///
/// What cannot be written as JSON is answered as nothing: only an application's own claims could be at fault.
pub(crate) fn plain_json(status: StatusCode, value: &impl Serialize) -> Answer {
    let body = serde_json::to_vec(value).unwrap_or_else(|error| {
        tracing::error!(%error, "an answer cannot be written as JSON");
        b"null".to_vec()
    });
    let mut answer = Response::new(Bytes::from(body));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

/// JSON that nobody may keep.
pub(crate) fn json_no_store(status: StatusCode, value: &impl Serialize) -> Answer {
    let mut answer = plain_json(status, value);
    no_store(&mut answer);
    answer
}

/// The same; if it is 503, with the advice to come again soon.
pub(crate) fn unavailable(status: StatusCode, value: &impl Serialize) -> Answer {
    let mut answer = json_no_store(status, value);
    advise(&mut answer);
    answer
}

/// Says when to come again, if the answer is that it cannot be had now (RFC 9110 §10.2.3).
pub(crate) fn advise(answer: &mut Answer) {
    if answer.status() == StatusCode::SERVICE_UNAVAILABLE {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(SOON));
    }
}

/// A redirect that nobody may keep. The location is written by us, so it fits a header; if it ever did not, the home
/// page is gone to.
pub(crate) fn redirect(status: StatusCode, location: &str) -> Answer {
    let mut answer = Response::new(Bytes::new());
    *answer.status_mut() = status;
    let location = HeaderValue::try_from(location).unwrap_or_else(|_| HeaderValue::from_static("/"));
    answer.headers_mut().insert(LOCATION, location);
    no_store(&mut answer);
    answer
}

/// The wire's answer to what it does not understand.
pub(crate) fn bad_request(status: StatusCode) -> Answer {
    plain_json(status, &"Bad request.")
}

/// Turns a redirect into the JSON that the official client asks for. Cookies and `Location` as on the wire.
pub(crate) fn as_json(answer: Answer, status: StatusCode) -> Answer {
    let Some(location) = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok()) else {
        return answer;
    };
    let body = Bytes::from(json!({ "url": location }).to_string());
    let (mut parts, _) = answer.into_parts();
    parts.status = status;
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Response::from_parts(parts, body)
}

/// Writes cookies; of two with one name the later counts.
pub(crate) fn set_cookies(answer: &mut Answer, cookies: &[Cookie]) {
    for (place, cookie) in cookies.iter().enumerate() {
        let overridden = cookies.iter().skip(place + 1).any(|later| later.name == cookie.name);
        if let Some(value) = cookie.header().filter(|_| !overridden) {
            answer.headers_mut().append(SET_COOKIE, value);
        }
    }
    if !cookies.is_empty() && !answer.headers().contains_key(CACHE_CONTROL) {
        answer.headers_mut().insert(CACHE_CONTROL, NO_STORE);
    }
}

/// Forbids every cache to keep the answer.
fn no_store(answer: &mut Answer) {
    let headers = answer.headers_mut();
    headers.insert(CACHE_CONTROL, NO_STORE);
    headers.insert(EXPIRES, HeaderValue::from_static("0"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
}

pub(crate) const NO_STORE: HeaderValue = HeaderValue::from_static("private, no-cache, no-store");
/// In seconds: a database that is started again is back by then.
const SOON: &str = "5";
