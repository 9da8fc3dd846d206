//! Tokens by account, and who may refresh them.

use std::time::Duration;

use admit::store::{AccountKey, Lease, StoreError, StoredTokens, Swap, TokenStore};
use admit::{Clock as _, SystemClock, Timestamp};
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row};

use crate::SqliteStore;
use crate::sql::{all, bits, number, rows};

#[async_trait]
impl TokenStore for SqliteStore {
    async fn load(&self, account: &AccountKey) -> Result<Option<StoredTokens>, StoreError> {
        let account = account.clone();
        self.read(move |sqlite| find(sqlite, &account)).await
    }

    async fn put(&self, tokens: StoredTokens) -> Result<u64, StoreError> {
        self.write(move |sqlite| {
            let StoredTokens { account, sealed, refresh_at, .. } = tokens;
            let row = (account.provider, account.subject, sealed, refresh_at.map(Timestamp::unix_millis));
            Ok(sqlite.prepare_cached(PUT)?.query_row(row, |row| number(row, 0))?)
        })
        .await
    }

    async fn claim(&self, account: &AccountKey, now: Timestamp, lease: Duration) -> Result<Option<Lease>, StoreError> {
        let account = account.clone();
        self.write(move |sqlite| {
            // The machine's clock: whoever has the file has it too. An application's own may be another.
            let here = SystemClock.now();
            let free = (&account.provider, &account.subject, here.unix_millis());
            let held = sqlite.prepare_cached(IS_FREE)?.query_row(free, |row| row.get(0)).optional()?;
            let Some(lapsed) = held else { return Ok(None) };
            let fence = sqlite.prepare_cached(NEXT_FENCE)?.query_row((), |row| number(row, 0))?;
            let row = (&account.provider, &account.subject, bits(fence), (here + lease).unix_millis());
            sqlite.prepare_cached(CLAIM)?.execute(row)?;
            Ok(Some(Lease { fence, until: now + lease, lapsed }))
        })
        .await
    }

    async fn swap(&self, tokens: StoredTokens, expected: u64, lease: &Lease) -> Result<Swap, StoreError> {
        let fence = lease.fence;
        self.write(move |sqlite| {
            let StoredTokens { account, sealed, refresh_at, .. } = tokens;
            let (refresh_at, version) = (refresh_at.map(Timestamp::unix_millis), expected.wrapping_add(1));
            let row =
                (&account.provider, &account.subject, sealed, refresh_at, bits(version), bits(expected), bits(fence));
            if sqlite.prepare_cached(SWAP)?.execute(row)? == 1 {
                return Ok(Swap::Done(version));
            }
            Ok(Swap::Lost(find(sqlite, &account)?))
        })
        .await
    }

    async fn release(&self, account: &AccountKey, lease: &Lease) -> Result<(), StoreError> {
        let (account, fence) = (account.clone(), lease.fence);
        self.write(move |sqlite| {
            sqlite.prepare_cached(RELEASE)?.execute((account.provider, account.subject, bits(fence)))?;
            Ok(())
        })
        .await
    }

    async fn delete(&self, account: &AccountKey) -> Result<bool, StoreError> {
        let account = account.clone();
        self.write(move |sqlite| Ok(sqlite.prepare_cached(DELETE)?.execute((account.provider, account.subject))? == 1))
            .await
    }

    async fn delete_under(&self, account: &AccountKey, lease: &Lease) -> Result<bool, StoreError> {
        let (account, fence) = (account.clone(), lease.fence);
        self.write(move |sqlite| {
            let row = (account.provider, account.subject, bits(fence));
            Ok(sqlite.prepare_cached(DELETE_UNDER)?.execute(row)? == 1)
        })
        .await
    }

    async fn due(&self, before: Timestamp, limit: usize) -> Result<Vec<AccountKey>, StoreError> {
        let account = |row: &Row<'_>| Ok(AccountKey { provider: row.get(0)?, subject: row.get(1)? });
        self.read_aside(move |sqlite| all(sqlite.prepare_cached(DUE)?, (before.unix_millis(), rows(limit)), account))
            .await
    }

    async fn page(&self, provider: &str, after: Option<&str>, limit: usize) -> Result<Vec<StoredTokens>, StoreError> {
        let (provider, after) = (provider.to_owned(), after.map(str::to_owned));
        self.read_aside(move |sqlite| match &after {
            None => all(sqlite.prepare_cached(FIRST_PAGE)?, (&provider, rows(limit)), tokens),
            Some(after) => all(sqlite.prepare_cached(NEXT_PAGE)?, (&provider, rows(limit), after), tokens),
        })
        .await
    }
}

fn find(sqlite: &Connection, account: &AccountKey) -> rusqlite::Result<Option<StoredTokens>> {
    sqlite.prepare_cached(LOAD)?.query_row((&account.provider, &account.subject), tokens).optional()
}

fn tokens(row: &Row<'_>) -> rusqlite::Result<StoredTokens> {
    Ok(StoredTokens {
        account: AccountKey { provider: row.get(0)?, subject: row.get(1)? },
        sealed: row.get(2)?,
        refresh_at: row.get::<_, Option<i64>>(3)?.map(Timestamp::from_unix_millis),
        version: number(row, 4)?,
    })
}

const LOAD: &str = "
SELECT provider, subject, sealed, refresh_at, version FROM admit_tokens WHERE provider = ?1 AND subject = ?2";

const PUT: &str = "
INSERT INTO admit_tokens (provider, subject, sealed, refresh_at, version) VALUES (?1, ?2, ?3, ?4, 1)
ON CONFLICT (provider, subject) DO UPDATE SET
    sealed = excluded.sealed, refresh_at = excluded.refresh_at, version = version + 1,
    lease_fence = NULL, lease_until = NULL
RETURNING version";

const IS_FREE: &str = "
SELECT lease_until IS NOT NULL FROM admit_tokens
WHERE provider = ?1 AND subject = ?2 AND (lease_until IS NULL OR lease_until <= ?3)";

const NEXT_FENCE: &str = "
UPDATE admit_fence SET last = last + 1 RETURNING last";

const CLAIM: &str = "
UPDATE admit_tokens SET lease_fence = ?3, lease_until = ?4 WHERE provider = ?1 AND subject = ?2";

const SWAP: &str = "
UPDATE admit_tokens SET sealed = ?3, refresh_at = ?4, version = ?5, lease_fence = NULL, lease_until = NULL
WHERE provider = ?1 AND subject = ?2 AND version = ?6 AND lease_fence = ?7";

const RELEASE: &str = "
UPDATE admit_tokens SET lease_fence = NULL, lease_until = NULL
WHERE provider = ?1 AND subject = ?2 AND lease_fence = ?3";

const DELETE: &str = "
DELETE FROM admit_tokens WHERE provider = ?1 AND subject = ?2";

const DELETE_UNDER: &str = "
DELETE FROM admit_tokens WHERE provider = ?1 AND subject = ?2 AND lease_fence = ?3";

const DUE: &str = "
SELECT provider, subject FROM admit_tokens WHERE refresh_at < ?1 ORDER BY refresh_at, provider, subject LIMIT ?2";

const FIRST_PAGE: &str = "
SELECT provider, subject, sealed, refresh_at, version FROM admit_tokens WHERE provider = ?1
ORDER BY subject LIMIT ?2";

const NEXT_PAGE: &str = "
SELECT provider, subject, sealed, refresh_at, version FROM admit_tokens WHERE provider = ?1 AND subject > ?3
ORDER BY subject LIMIT ?2";
