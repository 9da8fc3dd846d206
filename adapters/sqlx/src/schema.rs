//! The tables, and their changes from release to release.

use sqlx::{Connection as _, PgConnection, PgPool};

use crate::PostgresError;
use crate::address::Address;

/// Makes the tables, or changes those of an earlier release. It may be called at any time, by any number of nodes.
///
/// Where there is nothing to do, it needs no right to change tables.
pub async fn migrate(pool: &PgPool) -> Result<(), PostgresError> {
    let mut connection = pool.acquire().await.map_err(PostgresError::Migration)?;
    bring_up(&mut connection).await
}

/// Which schema the tables are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaVersion {
    /// The one that is there; 0 if there is none.
    pub found: i32,
    /// The newest that this release knows, and makes.
    pub known: i32,
}

/// Looks which schema the tables are of, and changes nothing. The address is one for [`PostgresStore::connect`].
///
/// [`PostgresStore::connect`]: crate::PostgresStore::connect
pub async fn schema_version(url: &str) -> Result<SchemaVersion, PostgresError> {
    let mut connection = Address::parse(url)?.connect().await?;
    let found = found(&mut connection).await.map_err(PostgresError::Migration)?;
    let _ = connection.close().await;
    Ok(SchemaVersion { found, known: KNOWN })
}

pub(crate) async fn bring_up(connection: &mut PgConnection) -> Result<(), PostgresError> {
    if found(connection).await.map_err(PostgresError::Migration)? == KNOWN {
        return Ok(());
    }
    let found = apply(connection).await.map_err(PostgresError::Migration)?;
    if found > KNOWN {
        return Err(PostgresError::Newer { found, known: KNOWN });
    }
    Ok(())
}

/// The schema that is there; 0 if there is none.
async fn found(connection: &mut PgConnection) -> sqlx::Result<i32> {
    // Not by `to_regclass`: it may remember from before a lock was waited for that there was none.
    let there = "select exists (select from pg_class where relname = 'admit_schema' and pg_table_is_visible(oid))";
    if !sqlx::query_scalar::<_, bool>(there).fetch_one(&mut *connection).await? {
        return Ok(0);
    }
    sqlx::query_scalar("select coalesce(max(version), 0) from admit_schema").fetch_one(connection).await
}

/// One transaction for all that is missing, behind a lock that ends with it: of two nodes that start at once, one waits
/// and finds it done.
async fn apply(connection: &mut PgConnection) -> sqlx::Result<i32> {
    let mut transaction = connection.begin().await?;
    sqlx::query("set local lock_timeout = '60s'").execute(&mut *transaction).await?;
    sqlx::query("select pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *transaction).await?;
    let mut version = found(&mut transaction).await?;
    for (number, change) in (1..).zip(CHANGES) {
        if number > version {
            sqlx::raw_sql(change).execute(&mut *transaction).await?;
            sqlx::query("insert into admit_schema (version) values ($1)")
                .bind(number)
                .execute(&mut *transaction)
                .await?;
            version = number;
        }
    }
    transaction.commit().await?;
    Ok(version)
}

/// What made each schema of the one before. A change that was released is never edited.
const CHANGES: [&str; 2] = [include_str!("schema/1.sql"), include_str!("schema/2.sql")];
const KNOWN: i32 = 2;
/// `admit` in ASCII; other applications lock other numbers.
const LOCK: i64 = 0x61_646d_6974;
