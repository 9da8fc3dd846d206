//! Extractors: who makes this request, as a handler's argument.

use std::ops::Deref;
use std::sync::Arc;

use admit::{AccessTokenError, AuthError};
use admit_tower::CurrentExt as _;
use axum_core::body::Body;
use axum_core::extract::{FromRequestParts, OptionalFromRequestParts};
use axum_core::response::Response;
use http::request::Parts;
use serde::{Serialize, Serializer};

use crate::Rejection;

/// The session of the person who is signed in.
///
/// As an argument it lets nobody else in: a browser goes to sign in and comes back, a program gets 401.
/// `Option<Session>` lets everybody in. A store that fails is an error for either.
///
/// It is an [`admit::Session`] that axum can extract; that one itself is no argument for a handler.
/// `Json(session)` shows what `GET …/session` shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Session(Arc<admit::Session>);

impl Session {
    /// The session itself.
    pub fn into_inner(self) -> admit::Session {
        Arc::unwrap_or_clone(self.0)
    }
}

/// For testing handlers by themselves.
impl From<admit::Session> for Session {
    fn from(session: admit::Session) -> Self {
        Self(Arc::new(session))
    }
}

impl Deref for Session {
    type Target = admit::Session;

    fn deref(&self) -> &admit::Session {
        &self.0
    }
}

/// As `GET …/session` answers.
impl Serialize for Session {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<S: Sync> FromRequestParts<S> for Session {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        let current = parts.current()?;
        match current.shared_session().await {
            Ok(Some(session)) => Ok(Self(session)),
            Ok(None) => Err(Rejection::SignedOut(current)),
            Err(error) => Err(Rejection::Unavailable(current, error)),
        }
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for Session {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Rejection> {
        let current = parts.current()?;
        match current.shared_session().await {
            Ok(session) => Ok(session.map(Self)),
            Err(error) => Err(Rejection::Unavailable(current, error)),
        }
    }
}

/// The request at hand: who makes it, fresh tokens to act for them, and what to answer if that fails.
///
/// It is all that [`admit::Current`] is; the answers come as axum's own responses.
#[derive(Clone, Debug)]
pub struct Current(admit::Current);

impl Current {
    /// What the adapters share.
    pub fn into_inner(self) -> admit::Current {
        self.0
    }

    /// For somebody who is not signed in: a browser goes to sign in and comes back, a program gets 401.
    pub fn unauthenticated(&self) -> Response {
        self.0.unauthenticated().map(Body::from)
    }

    /// For somebody who is signed in and may not do this: 403.
    pub fn forbidden(&self) -> Response {
        self.0.forbidden().map(Body::from)
    }

    /// For when it cannot be said who is signed in.
    pub fn unavailable(&self, error: &AuthError) -> Response {
        self.0.unavailable(error).map(Body::from)
    }

    /// For when an access token cannot be had: the answer is the one that helps in this case.
    pub fn without_token(&self, error: &AccessTokenError) -> Response {
        self.0.without_token(error).map(Body::from)
    }
}

impl Deref for Current {
    type Target = admit::Current;

    fn deref(&self) -> &admit::Current {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for Current {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        Ok(Self(parts.current()?))
    }
}
