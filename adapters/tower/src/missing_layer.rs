//! What is said when nobody has set sign-in up for a route.

use std::fmt;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};

/// The request has come past no [`AuthLayer`](crate::AuthLayer): a mistake of the site's, not of who makes the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MissingLayer;

impl MissingLayer {
    /// What is answered then: 500, and where to look.
    pub fn response(self) -> Response<Bytes> {
        let mut response = Response::new(Bytes::from_static(TOLD.as_bytes()));
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        response.headers_mut().insert(CONTENT_TYPE, PLAIN_TEXT);
        response
    }
}

impl fmt::Display for MissingLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("admit is not set up for this route; put AuthLayer::new(auth) around it")
    }
}

impl std::error::Error for MissingLayer {}

const TOLD: &str = "Sign-in is not set up for this address; the log says what to call.";
const PLAIN_TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
