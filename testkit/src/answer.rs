//! The kinds of answers the pretend servers give.

use admit::http::HttpResponse;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

use crate::page::Page;

pub(crate) fn json(status: StatusCode, body: &Value) -> HttpResponse {
    with_body(status, "application/json; charset=utf-8", body.to_string().into())
}

pub(crate) fn html(status: StatusCode, page: Page) -> HttpResponse {
    page.into_response(status)
}

pub(crate) fn redirect(to: &str) -> HttpResponse {
    let mut response = empty(StatusCode::FOUND);
    set(&mut response, LOCATION, to);
    response
}

pub(crate) fn empty(status: StatusCode) -> HttpResponse {
    let mut response = HttpResponse::new(Bytes::new());
    *response.status_mut() = status;
    response
}

/// Sets a header, unless the value cannot be one: what a test hands in may be anything.
pub(crate) fn set(response: &mut HttpResponse, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::try_from(value) {
        response.headers_mut().append(name, value);
    }
}

pub(crate) fn with_body(status: StatusCode, media_type: &str, body: Bytes) -> HttpResponse {
    let mut response = empty(status);
    set(&mut response, CONTENT_TYPE, media_type);
    set(&mut response, CACHE_CONTROL, "no-store");
    *response.body_mut() = body;
    response
}
