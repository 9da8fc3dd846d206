//! Tokens, and who may refresh them.

use std::time::Duration;

use admit::Timestamp;
use admit::store::{AccountKey, Lease, StoreError, StoredTokens, Swap, TokenStore};
use async_trait::async_trait;
use sqlx::postgres::PgRow;
use sqlx::{Row as _, query};

use crate::PostgresStore;
use crate::ask::{failed, limit};

#[async_trait]
impl TokenStore for PostgresStore {
    async fn load(&self, account: &AccountKey) -> Result<Option<StoredTokens>, StoreError> {
        let select = "select provider, subject, sealed, refresh_at, version from admit_tokens
                      where provider = $1 and subject = $2";
        let row = self.find(|| query(select).bind(&account.provider).bind(&account.subject)).await?;
        row.as_ref().map(tokens).transpose()
    }

    async fn put(&self, tokens: StoredTokens) -> Result<u64, StoreError> {
        let upsert = query(
            "insert into admit_tokens as known (provider, subject, sealed, refresh_at, version)
             values ($1, $2, $3, $4, 1)
             on conflict (provider, subject) do update set
                 sealed = excluded.sealed, refresh_at = excluded.refresh_at, version = known.version + 1,
                 fence = null, leased_until = null
             returning version",
        );
        let upsert = upsert.bind(&tokens.account.provider).bind(&tokens.account.subject);
        let upsert = upsert.bind(&tokens.sealed).bind(tokens.refresh_at.map(Timestamp::unix_millis));
        let row = self.execute_returning(upsert).await?.ok_or_else(|| failed(sqlx::Error::RowNotFound))?;
        Ok(row.try_get::<i64, _>(0).map_err(failed)?.cast_unsigned())
    }

    async fn claim(&self, account: &AccountKey, now: Timestamp, lease: Duration) -> Result<Option<Lease>, StoreError> {
        // The server's clock: those of the nodes may be minutes apart.
        let claim = query(
            "with free as (
                 select provider, subject, leased_until is not null as lapsed from admit_tokens
                 where provider = $1 and subject = $2
                     and (leased_until is null or leased_until <= extract(epoch from clock_timestamp()) * 1000)
                 for update)
             update admit_tokens set fence = nextval('admit_fences'),
                 leased_until = floor(extract(epoch from clock_timestamp()) * 1000) + $3 from free
             where admit_tokens.provider = free.provider and admit_tokens.subject = free.subject
             returning fence, lapsed",
        );
        let claim = claim.bind(&account.provider).bind(&account.subject);
        let row = self.execute_returning(claim.bind(i64::try_from(lease.as_millis()).unwrap_or(i64::MAX))).await?;
        let Some(row) = row else { return Ok(None) };
        let fence = row.try_get::<i64, _>(0).map_err(failed)?.cast_unsigned();
        Ok(Some(Lease { fence, until: now + lease, lapsed: row.try_get(1).map_err(failed)? }))
    }

    async fn swap(&self, tokens: StoredTokens, expected: u64, lease: &Lease) -> Result<Swap, StoreError> {
        let next = expected.wrapping_add(1);
        let update = query(
            "update admit_tokens
             set sealed = $3, refresh_at = $4, version = $5, fence = null, leased_until = null
             where provider = $1 and subject = $2 and version = $6 and fence = $7",
        );
        let update = update.bind(&tokens.account.provider).bind(&tokens.account.subject);
        let update = update.bind(&tokens.sealed).bind(tokens.refresh_at.map(Timestamp::unix_millis));
        let update = update.bind(next.cast_signed()).bind(expected.cast_signed()).bind(lease.fence.cast_signed());
        if self.execute(update).await? == 1 {
            return Ok(Swap::Done(next));
        }
        // Asked afterwards: who waited for another's write would not see it in the same statement.
        Ok(Swap::Lost(TokenStore::load(self, &tokens.account).await?))
    }

    async fn release(&self, account: &AccountKey, lease: &Lease) -> Result<(), StoreError> {
        let release = query(
            "update admit_tokens set fence = null, leased_until = null
             where provider = $1 and subject = $2 and fence = $3",
        );
        let release = release.bind(&account.provider).bind(&account.subject).bind(lease.fence.cast_signed());
        self.execute(release).await.map(drop)
    }

    async fn delete(&self, account: &AccountKey) -> Result<bool, StoreError> {
        let delete = query("delete from admit_tokens where provider = $1 and subject = $2");
        Ok(self.execute(delete.bind(&account.provider).bind(&account.subject)).await? == 1)
    }

    async fn delete_under(&self, account: &AccountKey, lease: &Lease) -> Result<bool, StoreError> {
        let delete = query("delete from admit_tokens where provider = $1 and subject = $2 and fence = $3");
        let delete = delete.bind(&account.provider).bind(&account.subject).bind(lease.fence.cast_signed());
        Ok(self.execute(delete).await? == 1)
    }

    async fn due(&self, before: Timestamp, most: usize) -> Result<Vec<AccountKey>, StoreError> {
        let select = "select provider, subject from admit_tokens
                      where refresh_at < $1 order by refresh_at, provider, subject limit $2";
        let rows = self.find_all(|| query(select).bind(before.unix_millis()).bind(limit(most))).await?;
        rows.iter().map(|row| account(row).map_err(failed)).collect()
    }

    async fn page(&self, provider: &str, after: Option<&str>, most: usize) -> Result<Vec<StoredTokens>, StoreError> {
        let select = "select provider, subject, sealed, refresh_at, version from admit_tokens
                      where provider = $1 and ($2 is null or subject > $2) order by subject limit $3";
        let rows = self.find_all(|| query(select).bind(provider).bind(after).bind(limit(most))).await?;
        rows.iter().map(tokens).collect()
    }
}

fn tokens(row: &PgRow) -> Result<StoredTokens, StoreError> {
    let read = || {
        Ok(StoredTokens {
            account: account(row)?,
            sealed: row.try_get(2)?,
            refresh_at: row.try_get::<Option<i64>, _>(3)?.map(Timestamp::from_unix_millis),
            version: row.try_get::<i64, _>(4)?.cast_unsigned(),
        })
    };
    read().map_err(failed)
}

/// Of a row that begins with provider and subject.
pub(crate) fn account(row: &PgRow) -> sqlx::Result<AccountKey> {
    Ok(AccountKey { provider: row.try_get(0)?, subject: row.try_get(1)? })
}
