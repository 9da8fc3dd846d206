//! What is remembered while a person signs out at the provider, in one small sealed cookie.
//!
//! There is nothing to lose in it: whoever comes back without it, or with another, is signed out all the same and lands
//! at home.

use serde::{Deserialize, Serialize};

use crate::cookie::{Cookie, CookieNames, Life};
use crate::csrf::same;
use crate::pending::{PENDING_LIFE, PENDING_SECONDS};
use crate::seal::Sealer;
use crate::{Random, Timestamp};

/// A person on the way to the provider and back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Leaving {
    pub(crate) state: String,
    pub(crate) provider: String,
    /// Where the browser goes in the end.
    pub(crate) return_to: String,
    pub(crate) begun_at: Timestamp,
}

impl Leaving {
    /// The cookie that remembers it.
    pub(crate) fn cookie(&self, names: &CookieNames, sealer: &Sealer, random: &dyn Random) -> Option<Cookie> {
        let plain = serde_json::to_vec(self).ok()?;
        let value = sealer.seal_text(&plain, names.leaving.as_bytes(), random);
        let life = Life::For(PENDING_SECONDS, self.begun_at + PENDING_LIFE);
        Some(Cookie::sealed(&names.leaving, value, names.secure).life(life))
    }

    /// Opens a cookie, if it is of the person who comes back now.
    pub(crate) fn open(
        value: &str,
        names: &CookieNames,
        sealer: &Sealer,
        provider: &str,
        state: &str,
        now: Timestamp,
    ) -> Option<Self> {
        let leaving: Self = serde_json::from_slice(&sealer.open_text(value, names.leaving.as_bytes()).ok()?).ok()?;
        let is_theirs = leaving.provider == provider && same(&leaving.state, state);
        (is_theirs && now < leaving.begun_at + PENDING_LIFE).then_some(leaving)
    }
}
