//! Sessions, by the digests of what browsers hold.

use admit::Timestamp;
use admit::store::{SessionKey, SessionRecord, SessionStore, StoreError};
use async_trait::async_trait;
use rusqlite::{OptionalExtension, Row};

use crate::SqliteStore;
use crate::error::conflicts;
use crate::sql::{all, bits, instant, number, rows};

#[async_trait]
impl SessionStore for SqliteStore {
    async fn create(&self, record: SessionRecord) -> Result<(), StoreError> {
        self.write(move |sqlite| {
            let SessionRecord { key, user, data, created_at, expires_at, version } = record;
            let row = (key.0, user, data, created_at.unix_millis(), expires_at.unix_millis(), bits(version));
            sqlite.prepare_cached(CREATE)?.execute(row).map_err(conflicts)?;
            Ok(())
        })
        .await
    }

    async fn load(&self, key: &SessionKey) -> Result<Option<SessionRecord>, StoreError> {
        let key = *key;
        let found = move |row: &Row<'_>| known_by(key, row);
        self.read(move |sqlite| sqlite.prepare_cached(LOAD)?.query_row([key.0], found).optional()).await
    }

    async fn replace(&self, record: SessionRecord, expected: u64) -> Result<bool, StoreError> {
        self.write(move |sqlite| {
            let SessionRecord { key, user, data, created_at, expires_at, .. } = record;
            let version = bits(expected.wrapping_add(1));
            let row = (key.0, user, data, created_at.unix_millis(), expires_at.unix_millis(), version, bits(expected));
            Ok(sqlite.prepare_cached(REPLACE)?.execute(row)? == 1)
        })
        .await
    }

    async fn touch(&self, key: &SessionKey, expires_at: Timestamp) -> Result<bool, StoreError> {
        let key = key.0;
        self.write(move |sqlite| Ok(sqlite.prepare_cached(TOUCH)?.execute((key, expires_at.unix_millis()))? == 1)).await
    }

    async fn rotate(&self, old: &SessionKey, record: SessionRecord) -> Result<bool, StoreError> {
        let old = old.0;
        self.write(move |sqlite| {
            let SessionRecord { key, user, data, created_at, expires_at, version } = record;
            let row = (key.0, user, data, created_at.unix_millis(), expires_at.unix_millis(), bits(version), old);
            Ok(sqlite.prepare_cached(ROTATE)?.execute(row).map_err(conflicts)? == 1)
        })
        .await
    }

    async fn delete(&self, key: &SessionKey) -> Result<bool, StoreError> {
        let key = key.0;
        self.write(move |sqlite| Ok(sqlite.prepare_cached(DELETE)?.execute([key])? == 1)).await
    }

    async fn delete_all(&self, user: &str, except: Option<&SessionKey>) -> Result<u64, StoreError> {
        let (user, except) = (user.to_owned(), except.map(|key| key.0));
        self.write(move |sqlite| Ok(sqlite.prepare_cached(DELETE_ALL)?.execute((user, except))? as u64)).await
    }

    async fn list(&self, user: &str) -> Result<Vec<SessionRecord>, StoreError> {
        let user = user.to_owned();
        self.read_aside(move |sqlite| all(sqlite.prepare_cached(LIST)?, [&user], record)).await
    }

    async fn page(&self, after: Option<&SessionKey>, limit: usize) -> Result<Vec<SessionRecord>, StoreError> {
        // The empty key comes before all others, and is none.
        let after = after.map_or_else(Vec::new, |key| key.0.to_vec());
        self.read_aside(move |sqlite| all(sqlite.prepare_cached(PAGE)?, (&after, rows(limit)), record)).await
    }

    async fn delete_expired(&self, now: Timestamp, limit: usize) -> Result<u64, StoreError> {
        self.write(move |sqlite| {
            Ok(sqlite.prepare_cached(DELETE_EXPIRED)?.execute((now.unix_millis(), rows(limit)))? as u64)
        })
        .await
    }
}

fn record(row: &Row<'_>) -> rusqlite::Result<SessionRecord> {
    known_by(SessionKey(row.get(5)?), row)
}

/// A session whose key need not be read.
fn known_by(key: SessionKey, row: &Row<'_>) -> rusqlite::Result<SessionRecord> {
    Ok(SessionRecord {
        key,
        user: row.get(0)?,
        data: row.get(1)?,
        created_at: instant(row, 2)?,
        expires_at: instant(row, 3)?,
        version: number(row, 4)?,
    })
}

const CREATE: &str = "
INSERT INTO admit_sessions (key, user, data, created_at, expires_at, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

const LOAD: &str = "
SELECT user, data, created_at, expires_at, version FROM admit_sessions WHERE key = ?1";

const REPLACE: &str = "
UPDATE admit_sessions SET user = ?2, data = ?3, created_at = ?4, expires_at = ?5, version = ?6
WHERE key = ?1 AND version = ?7";

const TOUCH: &str = "
UPDATE admit_sessions SET expires_at = ?2 WHERE key = ?1";

const ROTATE: &str = "
UPDATE admit_sessions SET key = ?1, user = ?2, data = ?3, created_at = ?4, expires_at = ?5, version = ?6
WHERE key = ?7";

const DELETE: &str = "
DELETE FROM admit_sessions WHERE key = ?1";

const DELETE_ALL: &str = "
DELETE FROM admit_sessions WHERE user = ?1 AND key IS NOT ?2";

const LIST: &str = "
SELECT user, data, created_at, expires_at, version, key FROM admit_sessions WHERE user = ?1
ORDER BY created_at DESC, key";

const PAGE: &str = "
SELECT user, data, created_at, expires_at, version, key FROM admit_sessions WHERE key > ?1
ORDER BY key LIMIT ?2";

const DELETE_EXPIRED: &str = "
DELETE FROM admit_sessions WHERE rowid IN
    (SELECT rowid FROM admit_sessions WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)";
