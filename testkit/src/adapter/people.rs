//! What the application knows of people: their roles, and how much their sessions hold.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use admit::{BoxError, Callbacks, Event, Events, JwtCause, Session, SessionCause, Token};
use async_trait::async_trait;
use tokio::sync::watch;

/// Norma may do everything, Bo is an administrator and no auditor. Clones are the same.
#[derive(Clone, Debug, Default)]
pub(super) struct People {
    weight: Arc<AtomicUsize>,
    sign_ins: Arc<watch::Sender<usize>>,
    opened: Arc<AtomicUsize>,
}

impl People {
    /// From now on every session holds that many bytes more than it needs.
    pub(super) fn weigh(&self, bytes: usize) {
        self.weight.store(bytes, Ordering::SeqCst);
    }

    /// Returns once that many people have signed in.
    pub(super) async fn until_signed_in(&self, count: usize) {
        // The sender lives as long as this does.
        let _ = self.sign_ins.subscribe().wait_for(|sign_ins| *sign_ins >= count).await;
    }

    /// How often a session was opened to be shown.
    pub(super) fn opened(&self) -> usize {
        self.opened.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Callbacks for People {
    async fn jwt(&self, mut token: Token, _: JwtCause<'_>) -> Result<Option<Token>, BoxError> {
        let weight = self.weight.load(Ordering::SeqCst);
        if weight > 0 {
            token.insert("groups", "g".repeat(weight));
        } else {
            token.extra.remove("groups");
        }
        Ok(Some(token))
    }

    async fn session(&self, mut session: Session, _: SessionCause<'_>) -> Result<Session, BoxError> {
        self.opened.fetch_add(1, Ordering::SeqCst);
        let roles: &[&str] = match session.user.name.as_deref() {
            Some("Norma Paulk") => &["admin", "auditor"],
            Some(_) => &["admin"],
            None => &[],
        };
        session.user.extra.insert("roles".to_owned(), roles.into());
        Ok(session)
    }
}

#[async_trait]
impl Events for People {
    async fn record(&self, event: &Event<'_>) {
        if matches!(event, Event::SignIn { .. }) {
            self.sign_ins.send_modify(|sign_ins| *sign_ins += 1);
        }
    }
}
