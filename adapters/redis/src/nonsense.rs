//! What is there, but not as we wrote it.

use admit::store::StoreError;

/// Somebody else's value under a name of ours, say. Never "there is nothing".
pub(crate) fn nonsense(what: &'static str) -> StoreError {
    StoreError::Unavailable(Box::new(Nonsense(what)))
}

#[derive(Debug, thiserror::Error)]
#[error("redis: {0}")]
struct Nonsense(&'static str);
