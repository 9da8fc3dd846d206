//! Forms and queries, as pretend servers read them.

use admit::http::HttpRequest;
use http::header::CONTENT_TYPE;
use url::form_urlencoded;

/// Whether the body is a form, by what it says of itself.
pub(crate) fn is_form(request: &HttpRequest) -> bool {
    request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

/// The decoded pairs of a query or a form body.
pub(crate) fn pairs(encoded: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(encoded).into_owned().collect()
}
