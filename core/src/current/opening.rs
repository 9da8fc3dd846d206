//! Finding out who makes a request: at once if that is known, else once for all who ask.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Inner;
use super::signed_in::{Shown, SignedIn};
use crate::cookie::first;
use crate::live::{self, Home, Live};
use crate::opened::{self, Opened};
use crate::{AuthError, Current, JwtCause, Timestamp, issue};

impl Current {
    pub(crate) fn is_known_to_be_signed_in(&self) -> bool {
        self.known_to_be_signed_in().is_some()
    }

    pub(super) fn known_to_be_signed_in(&self) -> Option<&SignedIn> {
        self.told(self.known()?).ok().flatten()
    }

    pub(super) async fn opened(&self) -> Result<Option<&SignedIn>, AuthError> {
        self.told(match self.known() {
            Some(known) => known,
            // In a box, since most requests have no need of it.
            None => Box::pin(self.opened_once()).await,
        })
    }

    fn told<'a>(&self, opened: &'a Result<Option<SignedIn>, AuthError>) -> Result<Option<&'a SignedIn>, AuthError> {
        match opened {
            Ok(_) if self.0.ended.load(Ordering::Acquire) => Ok(None),
            Ok(signed_in) => Ok(signed_in.as_ref()),
            Err(error) => Err(error.clone()),
        }
    }

    /// What was opened in this request, or what is remembered of earlier ones.
    fn known(&self) -> Option<&Result<Option<SignedIn>, AuthError>> {
        let Inner { opened, is_unknown, .. } = &*self.0;
        opened.get().or_else(|| {
            let recalled = if is_unknown.load(Ordering::Relaxed) { None } else { self.recalled() };
            let Some(signed_in) = recalled else {
                is_unknown.store(true, Ordering::Relaxed);
                return None;
            };
            Some(opened.get_or_init(|| Ok(Some(signed_in))))
        })
    }

    fn recalled(&self) -> Option<SignedIn> {
        let Inner { realm, head, .. } = &*self.0;
        if realm.sessions.is_some() {
            return None;
        }
        let value = first(head.cookies(), &realm.cookies.session)?;
        let now = realm.clock.now();
        let (live, contents) = live::recall(realm, value, now)?;
        let shown = Shown::Opened(contents, live.expires_at);
        let changed = matches!(live.home, Home::Cookie { adopted: true });
        Some(self.signed_in(shown, live, changed, now))
    }

    async fn opened_once(&self) -> &Result<Option<SignedIn>, AuthError> {
        let Inner { opened, opening, .. } = &*self.0;
        let _others_wait = opening.lock().await;
        match opened.get() {
            Some(opened) => opened,
            None => {
                let came_of_it = self.open().await;
                opened.get_or_init(|| came_of_it)
            }
        }
    }

    async fn open(&self) -> Result<Option<SignedIn>, AuthError> {
        let (inner, sent) = (&self.0, self.sent());
        match opened::open(&inner.realm, &sent.own, &sent.v4, JwtCause::Read).await? {
            Opened::SignedOut { delete_cookies } => {
                inner.ended.store(delete_cookies, Ordering::Release);
                Ok(None)
            }
            Opened::SignedIn { live, contents, changed } => {
                let shown = match inner.realm.callbacks {
                    None => Shown::Opened(contents, live.expires_at),
                    Some(_) => Shown::Made(Arc::new(opened::show(&inner.realm, &live, live.expires_at, None).await?)),
                };
                Ok(Some(self.signed_in(shown, live, changed, inner.realm.clock.now())))
            }
        }
    }

    fn signed_in(&self, shown: Shown, live: Live, changed: bool, now: Timestamp) -> SignedIn {
        let is_old = issue::is_old(self.realm(), &live, now);
        SignedIn::new(shown, live, changed, is_old)
    }
}
