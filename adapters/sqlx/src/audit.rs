//! What was done to accounts.

use admit::Timestamp;
use admit::store::{AccountKey, AuditEntry, AuditPlace, AuditStore, StoreError};
use async_trait::async_trait;
use sqlx::postgres::PgRow;
use sqlx::{Row as _, query};

use crate::PostgresStore;
use crate::ask::{failed, limit};

#[async_trait]
impl AuditStore for PostgresStore {
    async fn record(&self, entry: AuditEntry) -> Result<(), StoreError> {
        let insert = query(
            "insert into admit_audit (id, at, actor, action, provider, subject, user_id, detail)
             values ($1, $2, $3, $4, $5, $6, $7, $8::json) on conflict (id) do nothing",
        );
        let (detail, account) = (serde_json::to_string(&entry.detail), entry.account.as_ref());
        let detail = detail.map_err(|error| StoreError::Unavailable(error.into()))?;
        let insert = insert.bind(&entry.id).bind(entry.at.unix_millis()).bind(&entry.actor).bind(&entry.action);
        let insert = insert.bind(account.map(|key| &key.provider)).bind(account.map(|key| &key.subject));
        match self.execute(insert.bind(&entry.user).bind(detail)).await? {
            0 => Err(StoreError::Conflict),
            _ => Ok(()),
        }
    }

    async fn about(&self, account: &AccountKey) -> Result<Vec<AuditEntry>, StoreError> {
        let select = "select id, at, actor, action, provider, subject, user_id, detail::text from admit_audit
                      where provider = $1 and subject = $2 order by at, id";
        let rows = self.find_all(|| query(select).bind(&account.provider).bind(&account.subject)).await?;
        rows.iter().map(entry).collect()
    }

    async fn page(&self, after: Option<&AuditPlace>, most: usize) -> Result<Vec<AuditEntry>, StoreError> {
        let select = "select id, at, actor, action, provider, subject, user_id, detail::text from admit_audit
                      where $1 is null or (at, id) > ($1, $2) order by at, id limit $3";
        let (at, id) = (after.map(|place| place.at.unix_millis()), after.map(|place| &place.id));
        let rows = self.find_all(|| query(select).bind(at).bind(id).bind(limit(most))).await?;
        rows.iter().map(entry).collect()
    }
}

fn entry(row: &PgRow) -> Result<AuditEntry, StoreError> {
    let read = || {
        let at = Timestamp::from_unix_millis(row.try_get(1)?);
        let mut entry = AuditEntry::new(
            row.try_get::<String, _>(0)?,
            at,
            row.try_get::<String, _>(2)?,
            row.try_get::<String, _>(3)?,
        );
        entry.account = match (row.try_get(4)?, row.try_get(5)?) {
            (Some(provider), Some(subject)) => Some(AccountKey { provider, subject }),
            _ => None,
        };
        entry.user = row.try_get(6)?;
        entry.detail = serde_json::from_str(row.try_get(7)?).map_err(|error| sqlx::Error::Decode(error.into()))?;
        Ok(entry)
    };
    read().map_err(failed)
}
