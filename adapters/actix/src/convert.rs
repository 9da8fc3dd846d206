//! Between the two editions of the crate `http`: actix-web speaks 0.2, admit 1.
//!
//! 1. What one edition takes and the other does not makes a request malformed: 400. None is known; a test goes
//!    through all bytes.
//! 2. Scheme and host of an address are left behind. The base URL says where the site is.
//! 3. Whoever only asks who is there pays for the headers that are looked at, and for no others.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use admit::{Auth, Current, RequestHead};
use bytes::Bytes;

/// Who makes a request; nothing if it is malformed.
pub(crate) fn current(auth: &Auth, request: &HttpRequest) -> Option<Current> {
    let (method, uri) = (method(request)?, uri(request)?);
    let mut headers = http::HeaderMap::with_capacity(RequestHead::HEADERS.len());
    for name in RequestHead::HEADERS {
        for value in request.headers().get_all(name.as_str()) {
            headers.append(name.clone(), http::HeaderValue::from_bytes(value.as_bytes()).ok()?);
        }
    }
    Some(auth.current(&RequestHead::new(&method, &uri, &headers)))
}

/// A request for the engine; nothing if it is malformed.
pub(crate) fn request(request: &HttpRequest, body: Bytes) -> Option<http::Request<Bytes>> {
    let mut converted = http::Request::new(body);
    *converted.method_mut() = method(request)?;
    *converted.uri_mut() = uri(request)?;
    for (name, value) in request.headers() {
        let name = http::HeaderName::from_bytes(name.as_ref()).ok()?;
        converted.headers_mut().append(name, http::HeaderValue::from_bytes(value.as_bytes()).ok()?);
    }
    Some(converted)
}

/// The engine's answer. Its body is not copied.
pub(crate) fn response(answer: http::Response<Bytes>) -> HttpResponse {
    let (parts, body) = answer.into_parts();
    let status = StatusCode::from_u16(parts.status.as_u16()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::with_body(status, BoxBody::new(body));
    for (name, value) in &parts.headers {
        if let (Ok(name), Some(value)) = (HeaderName::from_bytes(name.as_ref()), header_value(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// A value that admit wrote.
pub(crate) fn header_value(value: &http::HeaderValue) -> Option<HeaderValue> {
    HeaderValue::from_bytes(value.as_bytes()).ok()
}

fn method(request: &HttpRequest) -> Option<http::Method> {
    http::Method::from_bytes(request.method().as_ref().as_bytes()).ok()
}

/// The address as the browser asked for it: actix-web's scopes leave it whole.
fn uri(request: &HttpRequest) -> Option<http::Uri> {
    match request.uri().path_and_query() {
        Some(path) => http::uri::PathAndQuery::try_from(path.as_str()).ok().map(http::Uri::from),
        None => Some(http::Uri::default()),
    }
}
