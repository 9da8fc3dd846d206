//! What may happen once.

use admit::Timestamp;
use admit::store::{Once, StoreError};
use async_trait::async_trait;
use sqlx::query;

use crate::PostgresStore;
use crate::ask::limit;

#[async_trait]
impl Once for PostgresStore {
    async fn claim(&self, key: &str, now: Timestamp, until: Timestamp) -> Result<bool, StoreError> {
        // Whoever comes second waits for the first, and then sees what the first has written.
        let claim = query(
            "insert into admit_once as known (key, until) values ($1, $3)
             on conflict (key) do update set until = excluded.until where known.until <= $2",
        );
        Ok(self.execute(claim.bind(key).bind(now.unix_millis()).bind(until.unix_millis())).await? == 1)
    }

    async fn delete_expired(&self, now: Timestamp, most: usize) -> Result<u64, StoreError> {
        let purge = query(
            "with over as materialized (
                 select key from admit_once where until <= $1 order by until limit $2 for update skip locked
             )
             delete from admit_once using over where admit_once.key = over.key",
        );
        self.execute(purge.bind(now.unix_millis()).bind(limit(most))).await
    }
}
