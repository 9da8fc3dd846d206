//! Where sessions, tokens and users live, and what may happen once is remembered.

use std::sync::Arc;

use super::AuthBuilder;
use crate::Succession;
use crate::store::{AuditStore, EvidenceStore, Once, SessionStore, TokenStore, UserStore};

impl AuthBuilder {
    /// Keeps everything in one store: sessions, tokens, users, and what may happen once. A home that is to be elsewhere
    /// is named after it: `.store(postgres).session_store(redis)`.
    ///
    /// Which home to choose:
    /// - The cookie, with no store at all: no database, no read at a request. A session ends on other nodes when its
    ///   cookie does, and it has to fit the cookie with the tokens in it.
    /// - The cookie with [`token_store`](Self::token_store): as before, and refresh tokens that rotate are safe with
    ///   several nodes. The store is asked for a token only. With [`user_store`](Self::user_store) beside it all sessions
    ///   of a person can be ended everywhere.
    /// - The store: people see their sessions and end each of them, everywhere at once; large claims fit. Every request
    ///   that asks who is there costs a read.
    pub fn store(mut self, store: impl SessionStore + TokenStore + UserStore + Once + Clone) -> Self {
        self.sessions = Some(Arc::new(store.clone()));
        self.tokens = Some(Arc::new(store.clone()));
        self.users = Some(Arc::new(store.clone()));
        self.once = Some(Arc::new(store));
        self
    }

    /// Keeps sessions in a store, in place of the cookie.
    pub fn session_store(mut self, store: impl SessionStore) -> Self {
        self.sessions = Some(Arc::new(store));
        self
    }

    /// Keeps tokens in a store, in place of the session.
    pub fn token_store(mut self, store: impl TokenStore) -> Self {
        self.tokens = Some(Arc::new(store));
        self
    }

    /// Keeps users. Without one, a user is who their account says.
    pub fn user_store(mut self, store: impl UserStore) -> Self {
        self.users = Some(Arc::new(store));
        self
    }

    /// Remembers which callbacks were consumed. In this process's memory unless told otherwise.
    pub fn once(mut self, once: impl Once) -> Self {
        self.once = Some(Arc::new(once));
        self
    }

    /// Keeps what is known of accounts, for the day when their provider is no more: see [`Auth::evidence`](crate::Auth::evidence).
    pub fn evidence_store(mut self, store: impl EvidenceStore) -> Self {
        self.evidence = Some(Arc::new(store));
        self
    }

    /// Keeps who did what to accounts: see [`Auth::audit`](crate::Auth::audit).
    pub fn audit_store(mut self, store: impl AuditStore) -> Self {
        self.audit = Some(Arc::new(store));
        self
    }

    /// Lets one provider follow another: its people stay who they are.
    pub fn succession(mut self, succession: impl Succession) -> Self {
        self.succession = Some(Arc::new(succession));
        self
    }

    /// How many sessions a user may have, where sessions are stored: as many as they like unless told otherwise. When
    /// one more begins, those that began first end.
    pub fn max_sessions_per_user(mut self, most: usize) -> Self {
        self.max_sessions = Some(most.max(1));
        self
    }
}
