//! What admit's own benchmarks reach behind the feature `internals`. Exempt from semver: it may change with any release.

use crate::jwe::{Keys, check_times};
use crate::{Random, Secret, Timestamp, Token};

/// The keys of a session cookie.
#[derive(Debug)]
pub struct SessionCookie(Keys);

impl SessionCookie {
    /// Derives the keys for the cookie of that name. The newest secret comes first; there must be one.
    pub fn derive(secrets: &[Secret], cookie_name: &str) -> Self {
        Self(Keys::derive(secrets, cookie_name))
    }

    /// Seals serialized claims.
    pub fn seal(&self, claims: &[u8], random: &dyn Random) -> String {
        self.0.seal(claims, random)
    }

    /// Opens a token that is valid now.
    pub fn open(&self, token: &str, now: Timestamp) -> Option<Token> {
        let claims = self.0.open(token).ok()?;
        let token = serde_json::from_slice(&claims).ok()?;
        check_times(&token, now).ok()?;
        Some(token)
    }
}
