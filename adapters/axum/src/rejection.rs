//! Why an extractor could not say who is there, and what is answered then.

use admit::AuthError;
use admit_tower::MissingLayer;
use axum_core::body::Body;
use axum_core::response::{IntoResponse, Response};

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

impl From<MissingLayer> for Rejection {
    fn from(_: MissingLayer) -> Self {
        Self::MissingLayer
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        match self {
            Self::MissingLayer => MissingLayer.response().map(Body::from),
            Self::SignedOut(current) => current.unauthenticated().map(Body::from),
            Self::Unavailable(current, error) => current.unavailable(&error).map(Body::from),
        }
    }
}
