//! How a session that cannot be opened becomes an answer, whatever asked for it.
//!
//! actix-web makes an `Option<T>` of every extractor, in which any error is `None`. A store that fails would read as
//! "nobody is signed in". So an extractor does not return such an error: it puts it here and stays pending. The
//! middleware finds it, drops the handler with the extractor in it, and answers itself.
//!
//! 1. What is put here holds the request, which holds this. The middleware takes it out, or drops it with itself, so
//!    that nothing keeps itself alive.
//! 2. An extractor in a task of its own is not dropped with the handler. Once its request is answered it goes on, and
//!    returns the error after all.

use std::cell::RefCell;
use std::future::poll_fn;
use std::task::{Poll, Waker};

use actix_web::HttpRequest;
use actix_web::dev::ServiceResponse;
use admit::{AuthError, Current};

use crate::convert;

#[derive(Default)]
pub(crate) struct Outbox(RefCell<State>);

#[derive(Default)]
struct State {
    failure: Option<Failure>,
    /// Whether the request is answered, or nobody waits for its answer any more.
    is_closed: bool,
    middleware: Option<Waker>,
    /// Extractors that wait until it is.
    waiting: Vec<Waker>,
}

/// That it cannot be said who makes a request.
pub(crate) struct Failure {
    pub(crate) request: HttpRequest,
    pub(crate) current: Current,
    pub(crate) error: AuthError,
}

impl Failure {
    /// The cause goes to the log.
    pub(crate) fn answer(self) -> ServiceResponse {
        let response = convert::response(self.current.unavailable(&self.error));
        ServiceResponse::new(self.request, response)
    }
}

impl Outbox {
    /// Hands a failure to the middleware, and waits until it has answered. Within a handler that is never.
    pub(crate) async fn report(&self, failure: Failure) {
        let Some(middleware) = self.put(failure) else { return };
        middleware.inspect(Waker::wake_by_ref);
        poll_fn(|cx| {
            let mut state = self.0.borrow_mut();
            if state.is_closed {
                return Poll::Ready(());
            }
            state.waiting.push(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// The first failure counts. Nothing comes back when nobody answers it any more.
    fn put(&self, failure: Failure) -> Option<Option<Waker>> {
        let mut state = self.0.borrow_mut();
        if state.is_closed {
            tracing::error!(
                path = failure.request.path(),
                error = &failure.error as &(dyn std::error::Error + 'static),
                "the session could not be had, for a task that outlived its request"
            );
            return None;
        }
        state.failure.get_or_insert(failure);
        Some(state.middleware.take())
    }

    /// What the middleware has to answer.
    pub(crate) fn take(&self) -> Option<Failure> {
        self.0.borrow_mut().failure.take()
    }

    /// Whom to wake when there is a failure.
    pub(crate) fn listen(&self, waker: &Waker) {
        let mut state = self.0.borrow_mut();
        match &mut state.middleware {
            Some(known) => known.clone_from(waker),
            none => *none = Some(waker.clone()),
        }
    }

    /// The request is answered.
    pub(crate) fn close(&self) {
        let mut state = self.0.borrow_mut();
        state.is_closed = true;
        let left = std::mem::take(&mut *state);
        state.is_closed = true;
        drop(state);
        // Outside of the borrow: what is dropped or woken may look in here.
        left.waiting.iter().for_each(Waker::wake_by_ref);
    }
}
