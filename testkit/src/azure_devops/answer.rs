//! The kinds of answers the pretend server gives.

use admit::http::HttpResponse;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use http::{HeaderName, HeaderValue, StatusCode};
use maud::Markup;
use serde_json::{Value, json};

pub(super) fn json(status: StatusCode, body: &Value) -> HttpResponse {
    with_body(status, "application/json; charset=utf-8", body.to_string().into())
}

pub(super) fn html(status: StatusCode, page: Markup) -> HttpResponse {
    let mut response = with_body(status, "text/html; charset=utf-8", page.into_string().into());
    // The pages carry no script and load nothing. No `form-action`: it would stop the way back to the application.
    set(
        &mut response,
        http::header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
    );
    response
}

pub(super) fn redirect(to: &str) -> HttpResponse {
    let mut response = empty(StatusCode::FOUND);
    set(&mut response, LOCATION, to);
    response
}

pub(super) fn empty(status: StatusCode) -> HttpResponse {
    let mut response = HttpResponse::new(Bytes::new());
    *response.status_mut() = status;
    response
}

/// An error in the form of the REST API.
pub(super) fn exception(status: StatusCode, type_key: &str, message: &str, event_id: u32) -> HttpResponse {
    json(
        status,
        &json!({
            "$id": "1",
            "innerException": null,
            "message": message,
            "typeName": format!("Microsoft.VisualStudio.Services.Common.{type_key}, Microsoft.VisualStudio.Services.Common"),
            "typeKey": type_key,
            "errorCode": 0,
            "eventId": event_id,
        }),
    )
}

/// Sets a header, unless the value cannot be one: what a test hands in may be anything.
pub(super) fn set(response: &mut HttpResponse, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::try_from(value) {
        response.headers_mut().append(name, value);
    }
}

pub(super) fn with_body(status: StatusCode, media_type: &str, body: Bytes) -> HttpResponse {
    let mut response = empty(status);
    set(&mut response, CONTENT_TYPE, media_type);
    set(&mut response, CACHE_CONTROL, "no-store");
    *response.body_mut() = body;
    response
}
