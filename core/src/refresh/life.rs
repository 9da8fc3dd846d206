//! How long an access token is handed out, and when it is wanted to be renewed.

use std::time::Duration;

use crate::Timestamp;
use crate::account::GrantedAccount;
use crate::kept_tokens::KeptTokens;

/// The instants of an access token's life.
#[derive(Clone, Copy, Debug)]
pub(super) struct Life {
    granted_at: Timestamp,
    expires_at: Option<Timestamp>,
    refresh_at: Option<Timestamp>,
    can_be_refreshed: bool,
}

impl Life {
    pub(super) fn of(account: &GrantedAccount) -> Self {
        let tokens = &account.tokens;
        Self {
            granted_at: account.grant.granted_at,
            expires_at: tokens.expires_at,
            refresh_at: tokens.refresh_at,
            can_be_refreshed: tokens.refresh_token.is_some(),
        }
    }

    pub(super) fn of_kept(kept: &KeptTokens) -> Self {
        Self {
            granted_at: kept.granted_at(),
            expires_at: kept.expires_at(),
            refresh_at: kept.refresh_at(),
            can_be_refreshed: kept.refresh_token().is_some(),
        }
    }

    /// Whether it can be handed out. One whose end nobody knows is taken to live an hour, if it can be refreshed, and for
    /// ever, if it cannot.
    ///
    /// The margin is at most half of the token's life: else one that lives shorter would be refreshed at every request.
    pub(super) fn is_fresh(&self, now: Timestamp, margin: Duration) -> bool {
        match self.end() {
            Some(end) => end.since(now) > margin.min(end.since(self.granted_at) / 2),
            None => true,
        }
    }

    /// Whether the provider wants it to be renewed, though it lives on. Not before half of its life, or a strange answer
    /// would have one refreshed at every request.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        let Some(at) = self.refresh_at.filter(|_| self.can_be_refreshed) else { return false };
        now >= self.half().map_or(at, |half| half.max(at))
    }

    /// When half of it is over.
    pub(super) fn half(&self) -> Option<Timestamp> {
        self.end().map(|end| end.before(end.since(self.granted_at) / 2))
    }

    pub(super) fn end(&self) -> Option<Timestamp> {
        let assumed = || self.can_be_refreshed.then(|| self.granted_at + ASSUMED_LIFE);
        self.expires_at.or_else(assumed)
    }
}

const ASSUMED_LIFE: Duration = Duration::from_secs(3600);
