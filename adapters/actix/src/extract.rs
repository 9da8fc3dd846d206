//! Extractors: who makes this request, as a handler's argument.

use std::fmt;
use std::future::{Future, Ready, ready};
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use admit::{AccessTokenError, AuthError};
use serde::{Serialize, Serializer};

use crate::outbox::Failure;
use crate::slot::{self, Slot};
use crate::{Rejection, convert};

/// The session of the person who is signed in.
///
/// As an argument it lets nobody else in: a browser goes to sign in and comes back, a program gets 401.
/// `Option<Session>` lets everybody in, and a `Result<Session, Rejection>` says why there is none.
///
/// A store or a callback that fails is never taken for "nobody": the failure is logged, the middleware answers 503 or
/// 500, and the handler is not called, whichever of the three it takes. A handler that wants to deal with the failure
/// takes [`Current`] and asks that.
///
/// So does a task that outlives its request: there, no answer is left to stop it with. An `Option<Session>` that is
/// extracted in it is `None` after a failure, and only the log has it.
///
/// It is an [`admit::Session`] that actix-web can extract; that one itself is no argument for a handler.
/// `web::Json(session)` shows what `GET …/session` shows.
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

impl FromRequest for Session {
    type Error = Rejection;
    type Future = Extraction;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Extraction {
        let slot = match Slot::of(request) {
            Ok(slot) => slot,
            Err(rejection) => return Extraction(Step::Done(Some(Err(rejection)))),
        };
        Extraction(match slot.current(request).known_session() {
            Some(session) => Step::Done(Some(Ok(Self(session)))),
            None => Step::Asking(Box::pin(ask(slot, request.clone()))),
        })
    }
}

async fn ask(slot: Slot, request: HttpRequest) -> Result<Session, Rejection> {
    let current = slot.current(&request).clone();
    match current.shared_session().await {
        Ok(Some(session)) => Ok(Session(session)),
        Ok(None) => Err(Rejection::SignedOut(current)),
        Err(error) => {
            let failure = Failure { request, current: current.clone(), error: error.clone() };
            slot.outbox().report(failure).await;
            Err(Rejection::Unavailable(current, error))
        }
    }
}

/// The future in which a [`Session`] is extracted. Where the session is known it has ended by the time it is made.
pub struct Extraction(Step);

enum Step {
    /// What came of it, until it is taken.
    Done(Option<Result<Session, Rejection>>),
    Asking(Pin<Box<dyn Future<Output = Result<Session, Rejection>>>>),
}

impl Future for Extraction {
    type Output = Result<Session, Rejection>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            // Nobody polls a future again that has ended.
            Step::Done(result) => result.take().map_or(Poll::Pending, Poll::Ready),
            Step::Asking(future) => future.as_mut().poll(cx),
        }
    }
}

impl fmt::Debug for Extraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Extraction")
    }
}

/// The request at hand: who makes it, fresh tokens to act for them, and what to answer if that fails.
///
/// It is all that [`admit::Current`] is; the answers come as actix-web's own responses.
#[derive(Clone, Debug)]
pub struct Current(admit::Current);

impl Current {
    /// What the adapters share.
    pub fn into_inner(self) -> admit::Current {
        self.0
    }

    /// For somebody who is not signed in: a browser goes to sign in and comes back, a program gets 401.
    pub fn unauthenticated(&self) -> HttpResponse {
        convert::response(self.0.unauthenticated())
    }

    /// For somebody who is signed in and may not do this: 403.
    pub fn forbidden(&self) -> HttpResponse {
        convert::response(self.0.forbidden())
    }

    /// For when it cannot be said who is signed in.
    pub fn unavailable(&self, error: &AuthError) -> HttpResponse {
        convert::response(self.0.unavailable(error))
    }

    /// For when an access token cannot be had: the answer is the one that helps in this case.
    pub fn without_token(&self, error: &AccessTokenError) -> HttpResponse {
        convert::response(self.0.without_token(error))
    }
}

impl Deref for Current {
    type Target = admit::Current;

    fn deref(&self) -> &admit::Current {
        &self.0
    }
}

impl FromRequest for Current {
    type Error = Rejection;
    type Future = Ready<Result<Self, Rejection>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(slot::current(request).map(Self))
    }
}
