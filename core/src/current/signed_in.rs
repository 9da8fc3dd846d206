//! Somebody who is signed in, as long as a request takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{Mutex, MutexGuard};

use crate::cookie_memory::Contents;
use crate::live::Live;
use crate::{Session, Timestamp};

pub(super) struct SignedIn {
    shown: Shown,
    live: Mutex<Live>,
    /// Whether somebody has asked for it who may change it.
    is_lent: AtomicBool,
    changed: AtomicBool,
    /// Whether it was old enough to be written anew when the request came.
    is_old: bool,
}

/// The session that the application sees.
pub(super) enum Shown {
    /// That of what was opened, now or for an earlier request, until then: it is made when it is first asked for, once
    /// for all requests.
    Opened(Arc<Contents>, Timestamp),
    /// What the `session` callback made.
    Made(Arc<Session>),
}

impl SignedIn {
    pub(super) fn new(shown: Shown, live: Live, changed: bool, is_old: bool) -> Self {
        let (is_lent, changed) = (AtomicBool::new(false), AtomicBool::new(changed));
        Self { shown, live: Mutex::new(live), is_lent, changed, is_old }
    }

    pub(super) fn session(&self) -> Arc<Session> {
        match &self.shown {
            Shown::Opened(contents, expires) => contents.session(*expires),
            Shown::Made(session) => Arc::clone(session),
        }
    }

    /// For one at a time.
    pub(super) async fn live(&self) -> MutexGuard<'_, Live> {
        self.is_lent.store(true, Ordering::Release);
        self.live.lock().await
    }

    /// That the cookie does not say any more what the session is.
    pub(super) fn set_changed(&self, changed: bool) {
        self.changed.fetch_or(changed, Ordering::AcqRel);
    }

    /// Whether it changed, asked by whoever writes it; with the lock held, so that a refresh that was under way is not
    /// missed.
    pub(super) fn take_changed(&self, _: &Live) -> bool {
        self.changed.swap(false, Ordering::AcqRel)
    }

    /// Whether it may have to be written: it changed, is old, or somebody refreshes, and what comes of it is to be
    /// waited for.
    pub(super) fn may_be_written(&self) -> bool {
        let is_held = self.is_lent.load(Ordering::Acquire) && self.live.try_lock().is_err();
        is_held || self.is_old || self.changed.load(Ordering::Acquire)
    }
}
