//! Sessions.

use admit::Timestamp;
use admit::store::{LookUp, SessionKey, SessionRecord, SessionStore, StoreError};
use async_trait::async_trait;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row as _, query};

use crate::PostgresStore;
use crate::ask::{Statement, failed, find_all, in_order, limit};

#[async_trait]
impl SessionStore for PostgresStore {
    async fn create(&self, record: SessionRecord) -> Result<(), StoreError> {
        let insert = query(
            "insert into admit_sessions (key, user_id, data, created_at, expires_at, version)
             values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        );
        match self.execute(bind(insert, &record, record.version)).await? {
            0 => Err(StoreError::Conflict),
            _ => Ok(()),
        }
    }

    async fn load(&self, key: &SessionKey) -> Result<Option<SessionRecord>, StoreError> {
        self.sessions.find(*key).await
    }

    async fn replace(&self, record: SessionRecord, expected: u64) -> Result<bool, StoreError> {
        let update = query(
            "update admit_sessions set user_id = $2, data = $3, created_at = $4, expires_at = $5, version = $6
             where key = $1 and version = $7",
        );
        let update = bind(update, &record, expected.wrapping_add(1)).bind(expected.cast_signed());
        Ok(self.execute(update).await? == 1)
    }

    async fn touch(&self, key: &SessionKey, expires_at: Timestamp) -> Result<bool, StoreError> {
        let update = query("update admit_sessions set expires_at = $2 where key = $1");
        Ok(self.execute(update.bind(&key.0[..]).bind(expires_at.unix_millis())).await? == 1)
    }

    async fn rotate(&self, old: &SessionKey, record: SessionRecord) -> Result<bool, StoreError> {
        // The row gets another key, so there is no moment at which both are there, or neither.
        let update = query(
            "update admit_sessions
             set key = $1, user_id = $2, data = $3, created_at = $4, expires_at = $5, version = $6 where key = $7",
        );
        Ok(self.execute(bind(update, &record, record.version).bind(&old.0[..])).await? == 1)
    }

    async fn delete(&self, key: &SessionKey) -> Result<bool, StoreError> {
        let delete = query("delete from admit_sessions where key = $1");
        Ok(self.execute(delete.bind(&key.0[..])).await? == 1)
    }

    async fn delete_all(&self, user: &str, except: Option<&SessionKey>) -> Result<u64, StoreError> {
        let delete = query("delete from admit_sessions where user_id = $1 and key is distinct from $2");
        self.execute(delete.bind(user).bind(except.map(|key| &key.0[..]))).await
    }

    async fn list(&self, user: &str) -> Result<Vec<SessionRecord>, StoreError> {
        let select = "select key, user_id, data, created_at, expires_at, version from admit_sessions
                      where user_id = $1 order by created_at desc, key";
        self.find_all(|| query(select).bind(user)).await?.iter().map(record).collect()
    }

    async fn page(&self, after: Option<&SessionKey>, most: usize) -> Result<Vec<SessionRecord>, StoreError> {
        let select = "select key, user_id, data, created_at, expires_at, version from admit_sessions
                      where key > $1 order by key limit $2";
        // Every key comes after the empty one.
        let after = after.map_or(&[][..], |key| &key.0[..]);
        self.find_all(|| query(select).bind(after).bind(limit(most))).await?.iter().map(record).collect()
    }

    async fn delete_expired(&self, now: Timestamp, most: usize) -> Result<u64, StoreError> {
        // A session that is being used or ended at this moment is left for the next time.
        let purge = query(
            "with over as materialized (
                 select key from admit_sessions where expires_at <= $1
                 order by expires_at limit $2 for update skip locked
             )
             delete from admit_sessions using over where admit_sessions.key = over.key",
        );
        self.execute(purge.bind(now.unix_millis()).bind(limit(most))).await
    }
}

/// Sessions, asked for at requests.
pub(crate) struct Sessions(pub(crate) PgPool);

impl LookUp for Sessions {
    type Key = SessionKey;
    type Row = SessionRecord;

    async fn ask(&self, keys: &[SessionKey]) -> Result<Vec<Option<SessionRecord>>, StoreError> {
        let rows = match keys {
            [key] => {
                let select = "select key, user_id, data, created_at, expires_at, version from admit_sessions
                              where key = $1";
                find_all(&self.0, || query(select).bind(&key.0[..])).await?
            }
            keys => {
                let select = "select key, user_id, data, created_at, expires_at, version from admit_sessions
                              where key = any($1)";
                let keys: Vec<_> = keys.iter().map(|key| &key.0[..]).collect();
                find_all(&self.0, || query(select).bind(&keys)).await?
            }
        };
        in_order(keys, rows.iter().map(|row| record(row).map(|record| (record.key, record))))
    }
}

/// `$1` to `$6`.
fn bind<'a>(statement: Statement<'a>, record: &'a SessionRecord, version: u64) -> Statement<'a> {
    statement
        .bind(&record.key.0[..])
        .bind(&record.user)
        .bind(&record.data)
        .bind(record.created_at.unix_millis())
        .bind(record.expires_at.unix_millis())
        .bind(version.cast_signed())
}

fn record(row: &PgRow) -> Result<SessionRecord, StoreError> {
    let read = || {
        Ok(SessionRecord {
            key: SessionKey(row.try_get(0)?),
            user: row.try_get(1)?,
            data: row.try_get(2)?,
            created_at: Timestamp::from_unix_millis(row.try_get(3)?),
            expires_at: Timestamp::from_unix_millis(row.try_get(4)?),
            version: row.try_get::<i64, _>(5)?.cast_unsigned(),
        })
    };
    read().map_err(failed)
}
