//! What may happen once.

use admit::Timestamp;
use admit::store::{Once, StoreError};
use async_trait::async_trait;

use crate::SqliteStore;
use crate::sql::rows;

#[async_trait]
impl Once for SqliteStore {
    async fn claim(&self, key: &str, now: Timestamp, until: Timestamp) -> Result<bool, StoreError> {
        let key = key.to_owned();
        self.write(move |sqlite| {
            let mut claim = sqlite.prepare_cached(CLAIM)?;
            Ok(claim.execute((key, now.unix_millis(), until.unix_millis()))? == 1)
        })
        .await
    }

    async fn delete_expired(&self, now: Timestamp, limit: usize) -> Result<u64, StoreError> {
        self.write(move |sqlite| {
            Ok(sqlite.prepare_cached(DELETE_EXPIRED)?.execute((now.unix_millis(), rows(limit)))? as u64)
        })
        .await
    }
}

const CLAIM: &str = "
INSERT INTO admit_once (key, until) VALUES (?1, ?3)
ON CONFLICT (key) DO UPDATE SET until = excluded.until WHERE until <= ?2";

const DELETE_EXPIRED: &str = "
DELETE FROM admit_once WHERE key IN (SELECT key FROM admit_once WHERE until <= ?1 ORDER BY until LIMIT ?2)";
