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
    /// Hands a failure to the middleware, and waits until it is answered. The first one counts.
    pub(crate) async fn report(&self, failure: Failure) {
        if let Some(middleware) = self.put(failure) {
            middleware.wake();
        }
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

    fn put(&self, failure: Failure) -> Option<Waker> {
        let mut state = self.0.borrow_mut();
        if !state.is_closed {
            state.failure.get_or_insert(failure);
            return state.middleware.take();
        }
        tracing::error!(
            path = failure.request.path(),
            error = &failure.error as &(dyn std::error::Error + 'static),
            "the session could not be had, for a task that outlived its request"
        );
        None
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.borrow().failure.is_none()
    }

    /// What the middleware has to answer.
    pub(crate) fn take(&self) -> Option<Failure> {
        self.0.borrow_mut().failure.take()
    }

    /// Whom to wake when there is a failure.
    pub(crate) fn listen(&self, waker: &Waker) {
        match &mut self.0.borrow_mut().middleware {
            Some(known) => known.clone_from(waker),
            none => *none = Some(waker.clone()),
        }
    }

    /// The request is answered. What was put here since goes with it.
    pub(crate) fn close(&self) {
        let left = self.0.replace(State { is_closed: true, ..State::default() });
        left.waiting.into_iter().for_each(Waker::wake);
    }
}
