//! The rows of Auth.js, page by page.

use std::collections::HashSet;

use admit::store::{AccountKey, User};
use admit::{Timestamp, TokenSet};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgPool, Row as _};

use super::tables::Tables;

/// An account as Auth.js keeps it.
pub(crate) struct TheirAccount {
    pub(crate) row: String,
    pub(crate) user: String,
    pub(crate) key: AccountKey,
    /// Whether it is at a provider; others are a password, an e-mail address or a passkey.
    pub(crate) at_provider: bool,
    pub(crate) tokens: Option<TokenSet>,
}

/// A session as Auth.js keeps it.
pub(crate) struct TheirSession {
    pub(crate) row: String,
    pub(crate) user: String,
    pub(crate) value: String,
    pub(crate) expires_at: Timestamp,
    /// By which it is remembered; it does not tell the value.
    pub(crate) digest: String,
}

/// Auth.js's database.
pub(crate) struct Source<'a> {
    pub(crate) pool: &'a PgPool,
    pub(crate) tables: Tables,
}

impl Source<'_> {
    pub(crate) async fn users(&self, after: Option<&str>) -> sqlx::Result<Vec<User>> {
        let select = self.tables.page_of_users(after.is_some());
        let page = sqlx::query(AssertSqlSafe(select)).bind(PAGE);
        let page = if let Some(after) = after { page.bind(after) } else { page };
        page.fetch_all(self.pool).await?.iter().map(user).collect()
    }

    pub(crate) async fn accounts(&self, users: &[String]) -> sqlx::Result<Vec<TheirAccount>> {
        let select = sqlx::query(AssertSqlSafe(self.tables.accounts_of())).bind(users);
        select.fetch_all(self.pool).await?.iter().map(account).collect()
    }

    pub(crate) async fn sessions(&self, users: &[String], after: Option<&str>) -> sqlx::Result<Vec<TheirSession>> {
        let select = self.tables.sessions_of(after.is_some());
        let page = sqlx::query(AssertSqlSafe(select)).bind(PAGE).bind(users);
        let page = if let Some(after) = after { page.bind(after) } else { page };
        page.fetch_all(self.pool).await?.iter().map(session).collect()
    }

    /// Rows of a table that belong to nobody.
    pub(crate) async fn orphans(&self, table: &str, after: Option<&str>) -> sqlx::Result<Vec<String>> {
        let select = self.tables.orphans(table, after.is_some());
        let page = sqlx::query_scalar(AssertSqlSafe(select)).bind(PAGE);
        let page = if let Some(after) = after { page.bind(after) } else { page };
        page.fetch_all(self.pool).await
    }

    pub(crate) async fn same_address(&self) -> sqlx::Result<HashSet<String>> {
        let select = sqlx::query_scalar(AssertSqlSafe(self.tables.same_address()));
        Ok(select.fetch_all(self.pool).await?.into_iter().collect())
    }

    pub(crate) async fn shared_accounts(&self) -> sqlx::Result<HashSet<AccountKey>> {
        let rows = sqlx::query(AssertSqlSafe(self.tables.shared_accounts())).fetch_all(self.pool).await?;
        rows.iter().map(|row| Ok(AccountKey { provider: row.try_get(0)?, subject: row.try_get(1)? })).collect()
    }

    pub(crate) async fn verification_tokens(&self) -> sqlx::Result<u64> {
        let Some(select) = self.tables.count_of_verification_tokens() else { return Ok(0) };
        Ok(sqlx::query_scalar::<_, i64>(AssertSqlSafe(select)).fetch_one(self.pool).await?.cast_unsigned())
    }
}

fn user(row: &PgRow) -> sqlx::Result<User> {
    let mut user = User::new(row.try_get::<String, _>(0)?);
    let visible = |text: String| text.chars().filter(|c| !c.is_control()).collect::<String>();
    // As at a sign-in: what cannot be seen is no part of a name.
    user.name = text(row, 1)?.map(visible);
    user.email = text(row, 2)?;
    user.email_verified = user.email.is_some() && row.try_get::<Option<i64>, _>(3)?.is_some();
    user.image = text(row, 4)?.map(visible);
    Ok(user)
}

fn account(row: &PgRow) -> sqlx::Result<TheirAccount> {
    let kind: String = row.try_get(2)?;
    let tokens = text(row, 5)?.map(|access_token| {
        let mut tokens = TokenSet::new(access_token);
        tokens.refresh_token = text(row, 6)?.map(Into::into);
        tokens.expires_at = row.try_get::<Option<i64>, _>(7)?.map(Timestamp::from_unix_seconds);
        tokens.id_token = text(row, 8)?.map(Into::into);
        tokens.scope = text(row, 9)?;
        tokens.token_type = text(row, 10)?.unwrap_or(tokens.token_type);
        Ok::<_, sqlx::Error>(tokens)
    });
    Ok(TheirAccount {
        row: row.try_get(0)?,
        user: row.try_get(1)?,
        key: AccountKey { provider: row.try_get(3)?, subject: row.try_get(4)? },
        at_provider: matches!(kind.as_str(), "oauth" | "oidc"),
        tokens: tokens.transpose()?,
    })
}

fn session(row: &PgRow) -> sqlx::Result<TheirSession> {
    Ok(TheirSession {
        row: row.try_get(0)?,
        user: row.try_get(1)?,
        value: row.try_get(2)?,
        expires_at: Timestamp::from_unix_millis(row.try_get(3)?),
        digest: row.try_get(4)?,
    })
}

/// Text that is not empty.
fn text(row: &PgRow, at: usize) -> sqlx::Result<Option<String>> {
    Ok(row.try_get::<Option<String>, _>(at)?.filter(|text| !text.is_empty()))
}

/// So many rows are in memory at once.
pub(crate) const PAGE: i64 = 1_000;
