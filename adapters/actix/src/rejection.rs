//! Why an extractor could not say who is there, and what is answered then.

use std::error::Error;
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use admit::AuthError;

use crate::convert;

/// Why an extractor of this crate gave nothing.
///
/// A handler that takes a `Result<Session, Rejection>` sees [`SignedOut`](Self::SignedOut). It does not see
/// [`Unavailable`](Self::Unavailable): that is answered before it is called.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Rejection {
    /// The route has no [`AuthMiddleware`](crate::AuthMiddleware). The log says what to call.
    MissingLayer,
    /// Nobody is signed in.
    SignedOut(admit::Current),
    /// It cannot be said who is signed in.
    Unavailable(admit::Current, AuthError),
}

impl ResponseError for Rejection {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::SignedOut(current) if current.is_browser() => StatusCode::SEE_OTHER,
            Self::SignedOut(_) => StatusCode::UNAUTHORIZED,
            Self::Unavailable(_, AuthError::Store(_)) => StatusCode::SERVICE_UNAVAILABLE,
            Self::MissingLayer | Self::Unavailable(..) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::MissingLayer => HttpResponse::InternalServerError()
                .body("Sign-in is not set up for this address; the log says what to call."),
            Self::SignedOut(current) => convert::response(current.unauthenticated()),
            Self::Unavailable(current, error) => convert::response(current.unavailable(error)),
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingLayer => f.write_str("sign-in is not set up for this address"),
            Self::SignedOut(_) => f.write_str("nobody is signed in"),
            Self::Unavailable(_, error) => error.fmt(f),
        }
    }
}

impl Error for Rejection {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unavailable(_, error) => error.source(),
            _ => None,
        }
    }
}
