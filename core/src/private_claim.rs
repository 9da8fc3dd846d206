//! admit's own claim in a session: what Auth.js has no place for, under one name that it carries along unread.
//!
//! It holds the session's id, when it began, the user's epoch, and the accounts with their tokens. An Auth.js server
//! that re-encodes the session keeps it, since it keeps claims it does not know. Member names are short, because the
//! claim is part of a cookie.

use aws_lc_rs::digest::{self, SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::kept_tokens::KeptTokens;
use crate::{Random, SessionOrigin, Timestamp, Token, random};

/// The claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct PrivateClaim {
    /// The session's id: new at every sign-in, the same in every re-encoding.
    pub(crate) sid: String,
    /// When the person signed in.
    pub(crate) started_at: Timestamp,
    /// The user's epoch at that time.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) epoch: u64,
    /// Until when at most, if its provider said so.
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    pub(crate) ends_at: Option<Timestamp>,
    /// From where, if the application said so.
    #[serde(rename = "o", default, skip_serializing_if = "SessionOrigin::is_unknown")]
    pub(crate) origin: SessionOrigin,
    /// The provider of which an account may be offered to be connected.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    pub(crate) offered: Option<String>,
    /// The accounts the session was begun with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) accounts: Vec<SessionAccount>,
}

impl PrivateClaim {
    /// For a session that begins now.
    pub(crate) fn begin(now: Timestamp, epoch: u64, random: &dyn Random) -> Self {
        let sid = random::token(random);
        let origin = SessionOrigin::default();
        Self { sid, started_at: now, epoch, ends_at: None, origin, offered: None, accounts: Vec::new() }
    }

    /// For a session of Auth.js's making. The id follows from the token's own, so that every copy of it has the same.
    pub(crate) fn adopt(token: &Token, now: Timestamp) -> Self {
        let identity = match &token.id {
            Some(id) => format!("jti {id}"),
            None => format!("sub {:?} iat {:?}", token.subject, token.issued_at),
        };
        let digest = digest::digest(&SHA256, identity.as_bytes());
        Self {
            sid: format!("js.{}", URL_SAFE_NO_PAD.encode(digest.as_ref())),
            started_at: token.issued_at.map_or(now, Timestamp::from_unix_seconds).min(now),
            epoch: 0,
            ends_at: None,
            origin: SessionOrigin::default(),
            offered: None,
            accounts: Vec::new(),
        }
    }

    pub(crate) fn account(&self, provider: &str) -> Option<&SessionAccount> {
        self.accounts.iter().find(|account| account.provider == provider)
    }

    /// Whether the session is of Auth.js's making. When its person signed in is not known then: Auth.js notes the
    /// instant of the last re-encoding.
    pub(crate) fn is_adopted(&self) -> bool {
        self.sid.starts_with("js.")
    }

    /// Puts an account in the place of the one at the same provider, which need not be offered then.
    pub(crate) fn set_account(&mut self, account: SessionAccount) {
        self.offered.take_if(|offered| *offered == account.provider);
        match self.accounts.iter_mut().find(|known| known.provider == account.provider) {
            Some(known) => *known = account,
            None => self.accounts.push(account),
        }
    }

    pub(crate) fn remove_account(&mut self, provider: &str, subject: &str) {
        self.accounts.retain(|account| account.provider != provider || account.subject != subject);
    }
}

fn is_zero(epoch: &u64) -> bool {
    *epoch == 0
}

/// An account in a session: named, and with its tokens unless a token store has them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SessionAccount {
    #[serde(rename = "p")]
    pub(crate) provider: String,
    #[serde(rename = "s")]
    pub(crate) subject: String,
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    pub(crate) kept: Option<KeptTokens>,
    /// What tells the provider at sign-out who it is.
    #[serde(rename = "h", default, skip_serializing_if = "Option::is_none")]
    pub(crate) logout_hint: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_copy_of_a_foreign_session_gets_the_same_id() {
        let now = Timestamp::from_unix_seconds(2_000);
        let token = Token { id: Some("j".to_owned()), issued_at: Some(1_000), ..Token::default() };
        let later = PrivateClaim::adopt(&token, Timestamp::from_unix_seconds(3_000));
        assert_eq!(PrivateClaim::adopt(&token, now), later);
        assert_eq!(later.started_at, Timestamp::from_unix_seconds(1_000));
    }
}
