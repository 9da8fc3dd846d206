//! Letting go of what has ended: sessions, and what may happen once.

use crate::{Auth, AuthError};

impl Auth {
    /// Removes up to `limit` sessions that have ended from the store, and as many keys of what may happen once; how many
    /// there were in all. Cheap enough for a timer; several processes may do it at once.
    ///
    /// # Errors
    /// When a store fails. What is gone by then is gone.
    pub async fn purge_expired(&self, limit: usize) -> Result<u64, AuthError> {
        let [sessions, once] = self.purge(limit).await?;
        Ok(sessions + once)
    }

    /// The same in batches of `limit`, until nothing is left that has ended.
    ///
    /// # Errors
    /// As [`purge_expired`](Self::purge_expired).
    pub async fn purge_all_expired(&self, limit: usize) -> Result<u64, AuthError> {
        let (limit, mut purged) = (limit.max(1), 0);
        loop {
            let batch = self.purge(limit).await?;
            purged += batch.iter().sum::<u64>();
            if batch.iter().all(|count| *count < limit as u64) {
                return Ok(purged);
            }
            // Requests come first.
            tokio::task::yield_now().await;
        }
    }

    async fn purge(&self, limit: usize) -> Result<[u64; 2], AuthError> {
        let realm = self.realm();
        let now = realm.clock.now();
        let sessions = match &realm.sessions {
            Some(store) => store.delete_expired(now, limit).await?,
            None => 0,
        };
        Ok([sessions, realm.once.delete_expired(now, limit).await?])
    }
}
