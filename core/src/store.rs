//! The ports through which state is kept: sessions, tokens, users, and what may happen once.
//!
//! Stores generate nothing. Identifiers, instants and keys come as arguments, so that every store behaves alike and a
//! test can move time. What is secret arrives sealed.

mod audit;
mod evidence;
mod once;
mod sessions;
mod together;
mod tokens;
mod users;

use std::error::Error as StdError;

pub use audit::{AuditEntry, AuditPlace, AuditStore};
pub use evidence::{EvidenceStore, Mark, StoredEvidence};
pub use once::Once;
pub use sessions::{SessionKey, SessionRecord, SessionStore};
pub use together::{LookUp, Together};
pub use tokens::{AccountKey, Lease, StoredTokens, Swap, TokenStore};
pub use users::{EmailProof, LinkOutcome, NewUser, SecurityState, UnlinkOutcome, User, UserStore};

/// Why a store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// It cannot be reached or answered nonsense. Never mistaken for "there is no session".
    #[error("the store is unavailable")]
    Unavailable(#[source] Box<dyn StdError + Send + Sync>),
    /// Something of that key is there already.
    #[error("the store holds one with that key already")]
    Conflict,
    /// There is no user with that id.
    #[error("the store knows no such user")]
    UnknownUser,
}
