//! Why an extractor could not say who is there, and what is answered then.

use admit::AuthError;
use axum_core::body::Body;
use axum_core::response::{IntoResponse, Response};
use http::StatusCode;

/// Why an extractor of this crate gave nothing.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Rejection {
    /// The route has no [`AuthLayer`](crate::AuthLayer). The log says what to call.
    MissingLayer,
    /// Nobody is signed in.
    SignedOut(admit::Current),
    /// It cannot be said who is signed in.
    Unavailable(admit::Current, AuthError),
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        match self {
            Self::MissingLayer => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Sign-in is not set up for this address; the log says what to call.",
            )
                .into_response(),
            Self::SignedOut(current) => current.unauthenticated().map(Body::from),
            Self::Unavailable(current, error) => current.unavailable(&error).map(Body::from),
        }
    }
}
