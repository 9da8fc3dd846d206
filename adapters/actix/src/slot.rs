//! The place in a request where the one [`Current`] of that request is kept, made by whoever asks first.

use std::cell::OnceCell;
use std::fmt;
use std::rc::Rc;

use actix_web::{HttpMessage as _, HttpRequest};
use admit::{Auth, Current};

use crate::outbox::Outbox;
use crate::{Rejection, convert};

/// Put into the extensions of a request by the middleware, which keeps a clone.
#[derive(Clone)]
pub(crate) struct Slot(Rc<Inner>);

struct Inner {
    auth: Auth,
    current: OnceCell<Current>,
    outbox: Outbox,
}

impl Slot {
    pub(crate) fn new(auth: Auth) -> Self {
        Self(Rc::new(Inner { auth, current: OnceCell::new(), outbox: Outbox::default() }))
    }

    /// The slot of the innermost middleware around whoever asks.
    pub(crate) fn of(request: &HttpRequest) -> Result<Self, Rejection> {
        let slot = request.extensions().get().cloned();
        slot.ok_or_else(|| {
            tracing::error!(
                path = request.path(),
                "admit is asked who is there, and is not set up for this route: call .with_auth(auth) on the App, or \
                 .wrap(AuthMiddleware::new(auth)), after the guards"
            );
            Rejection::MissingLayer
        })
    }

    /// Who makes that request.
    pub(crate) fn current(&self, request: &HttpRequest) -> &Current {
        let Inner { auth, current, .. } = &*self.0;
        current.get_or_init(|| convert::current(auth, request))
    }

    /// What was made, if anybody asked.
    pub(crate) fn asked(&self) -> Option<&Current> {
        self.0.current.get()
    }

    /// Where failures go that an extractor cannot tell by itself.
    pub(crate) fn outbox(&self) -> &Outbox {
        &self.0.outbox
    }
}

/// Who makes that request.
pub(crate) fn current(request: &HttpRequest) -> Result<Current, Rejection> {
    Ok(Slot::of(request)?.current(request).clone())
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").field("asked", &self.asked().is_some()).finish_non_exhaustive()
    }
}
