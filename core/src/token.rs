//! The claims of a session: what its cookie or record holds, and what the `jwt` callback shapes.

mod json;

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::private_claim::PrivateClaim;

pub(crate) use json::Written;

/// The claims of a session, in Auth.js's names: `sub`, `name`, `email`, `picture`, `iat`, `exp`, `jti`, and whatever
/// the application adds. admit's own claim is not among them.
///
/// An Auth.js server writes `null` for what it does not know; that survives a round trip.
#[derive(Clone, Default, PartialEq)]
pub struct Token {
    /// `sub`: the user's id.
    pub subject: Option<String>,
    /// `name`: the name to show.
    pub name: Option<String>,
    /// `email`: the e-mail address.
    pub email: Option<String>,
    /// `picture`: the address of a picture.
    pub picture: Option<String>,
    /// `iat`: when it was sealed, in seconds since the epoch. Set by the engine.
    pub issued_at: Option<i64>,
    /// `exp`: when it ends, in seconds since the epoch. Set by the engine.
    pub expires_at: Option<i64>,
    /// `nbf`: before when it does not count. Read, never written by us.
    pub not_before: Option<i64>,
    /// `jti`: its own id. Set by the engine.
    pub id: Option<String>,
    /// Every other claim.
    pub extra: Map<String, Value>,
    /// Which of name, email and picture stood there as `null`.
    pub(crate) nulls: Nulls,
    /// admit's own claim, taken off before a callback sees the token.
    pub(crate) private: Option<Arc<PrivateClaim>>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Nulls {
    pub(crate) name: bool,
    pub(crate) email: bool,
    pub(crate) picture: bool,
}

impl Token {
    /// Sets a claim of the application's own.
    ///
    /// The registered names (`sub`, `exp`, …) are fields; setting one here has no effect on the session.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        self.extra.insert(name.into(), value.into());
    }

    /// A claim of the application's own.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.extra.get(name)
    }
}

impl fmt::Debug for Token {
    /// Names the claims; their values are personal and may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("subject", &self.subject)
            .field("expires_at", &self.expires_at)
            .field("extra", &self.extra.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
