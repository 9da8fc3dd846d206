//! What may happen once.

use std::fmt;

use async_trait::async_trait;

use super::StoreError;
use crate::Timestamp;

/// Remembers keys for a while, so that a callback is consumed once, on whichever node it arrives.
#[async_trait]
pub trait Once: fmt::Debug + Send + Sync + 'static {
    /// Whether this call is the first with this key; remembered until `until`, and not before `now` forgotten.
    async fn claim(&self, key: &str, now: Timestamp, until: Timestamp) -> Result<bool, StoreError>;

    /// Removes up to `limit` keys that ended by `now`; how many there were. For a store that forgets by itself there is
    /// nothing to do.
    async fn delete_expired(&self, now: Timestamp, limit: usize) -> Result<u64, StoreError> {
        let _ = (now, limit);
        Ok(0)
    }
}
