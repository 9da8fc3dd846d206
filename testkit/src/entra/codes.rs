//! Codes and refresh tokens, and the rules by which they die.
//!
//! 1. A code works once, for ten minutes, and at the authority that issued it.
//! 2. A refresh token lives for 90 days. Each use brings another, and ends none.
//! 3. A refresh token is bound to the person and the client; neither to a tenant nor to a resource.

use std::time::Duration;

use admit::Timestamp;
use serde_json::Value;

use super::authority::Authority;
use super::scope::Scopes;

/// What a person agreed to.
#[derive(Clone)]
pub(super) struct Grant {
    pub(super) login: String,
    pub(super) tenant: String,
    pub(super) scopes: Scopes,
    /// What the authorization request asked for, beyond scopes.
    pub(super) claims: Option<Value>,
}

pub(super) struct Code {
    pub(super) grant: Grant,
    pub(super) authority: Authority,
    pub(super) redirect_uri: String,
    pub(super) nonce: Option<String>,
    pub(super) code_challenge: String,
    pub(super) until: Timestamp,
    pub(super) is_spent: bool,
}

pub(super) struct RefreshToken {
    pub(super) grant: Grant,
    pub(super) until: Timestamp,
    pub(super) is_revoked: bool,
}

pub(super) const CODE_LIFETIME: Duration = Duration::from_secs(10 * 60);
pub(super) const REFRESH_TOKEN_LIFETIME: Duration = Duration::from_secs(90 * 24 * 60 * 60);
