//! How the server is asked: within bounds, and once more where that is safe.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::hash::Hash;
use std::time::Duration;

use admit::store::StoreError;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgQueryResult, PgRow};
use sqlx::query::Query;
use sqlx::{Executor as _, PgPool, Postgres};

use crate::{PostgresStore, Unkeepable};

pub(crate) type Statement<'a> = Query<'a, Postgres, PgArguments>;

impl PostgresStore {
    /// The row that a question finds, if any. It is put again when its connection turns out to be broken, so it must
    /// not change anything.
    pub(crate) async fn find<'a>(
        &self,
        question: impl Fn() -> Statement<'a> + Send + Sync,
    ) -> Result<Option<PgRow>, StoreError> {
        // The row of a key is one.
        Ok(self.find_all(question).await?.into_iter().next())
    }

    /// The rows that a question finds, under the same condition.
    pub(crate) async fn find_all<'a>(
        &self,
        question: impl Fn() -> Statement<'a> + Send + Sync,
    ) -> Result<Vec<PgRow>, StoreError> {
        find_all(&self.pool, question).await
    }

    /// Carries out a statement; how many rows it met.
    pub(crate) async fn execute(&self, statement: Statement<'_>) -> Result<u64, StoreError> {
        let mut held = None;
        let done = async { held.insert(self.pool.acquire().await?).execute(statement).await };
        let done = tokio::time::timeout(PATIENCE, done).await;
        conclude(done, held).map(|done: PgQueryResult| done.rows_affected())
    }

    /// Carries out a statement; the row that it returns, if any.
    pub(crate) async fn execute_returning(&self, statement: Statement<'_>) -> Result<Option<PgRow>, StoreError> {
        let mut held = None;
        let done = async { held.insert(self.pool.acquire().await?).fetch_optional(statement).await };
        let done = tokio::time::timeout(PATIENCE, done).await;
        conclude(done, held)
    }
}

/// The rows that a question finds. It is put again when its connection turns out to be broken, so it must not change
/// anything.
pub(crate) async fn find_all<'a>(
    pool: &PgPool,
    question: impl Fn() -> Statement<'a> + Send + Sync,
) -> Result<Vec<PgRow>, StoreError> {
    let mut held = None;
    let answer = async {
        // After a restart every connection that rested is broken. Each attempt uses up one of them.
        let mut left = pool.options().get_max_connections();
        loop {
            let connection = held.insert(pool.acquire().await?);
            match connection.fetch_all(question()).await {
                Err(error) if left > 0 && is_broken(&error) => {
                    left -= 1;
                    connection.close_on_drop();
                }
                answer => return answer,
            }
        }
    };
    let answer = tokio::time::timeout(PATIENCE, answer).await;
    conclude(answer, held)
}

/// The row of each key, of those that were found in any order.
pub(crate) fn in_order<K: Eq + Hash, R: Clone>(
    keys: &[K],
    found: impl Iterator<Item = Result<(K, R), StoreError>>,
) -> Result<Vec<Option<R>>, StoreError> {
    let found: HashMap<_, _> = found.collect::<Result<_, _>>()?;
    Ok(keys.iter().map(|key| found.get(key).cloned()).collect())
}

/// Carries out several steps as one, if they take no longer than they may.
pub(crate) async fn in_time<T>(steps: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    tokio::time::timeout(PATIENCE, steps).await.unwrap_or_else(|_| Err(unavailable(TookTooLong)))
}

/// A connection that failed or was given up is not used again.
fn conclude<T>(
    answer: Result<sqlx::Result<T>, tokio::time::error::Elapsed>,
    held: Option<PoolConnection<Postgres>>,
) -> Result<T, StoreError> {
    let given_up = match &answer {
        Ok(Ok(_)) => false,
        Ok(Err(error)) => is_broken(error),
        Err(_) => true,
    };
    if let Some(mut connection) = held.filter(|_| given_up) {
        connection.close_on_drop();
    }
    match answer {
        Ok(answer) => answer.map_err(failed),
        Err(_) => Err(unavailable(TookTooLong)),
    }
}

/// What the server's refusal means to whoever asked.
pub(crate) fn failed(error: sqlx::Error) -> StoreError {
    match error.as_database_error().and_then(|error| error.code()).as_deref() {
        Some(UNIQUE_VIOLATION) => StoreError::Conflict,
        // Accounts refer to users, and nothing else refers to anything.
        Some(FOREIGN_KEY_VIOLATION) => StoreError::UnknownUser,
        Some(NO_SUCH_CHARACTER | UNTRANSLATABLE) => unavailable(Unkeepable::Character),
        Some(LIMIT_EXCEEDED) => unavailable(Unkeepable::Long),
        _ => unavailable(error),
    }
}

/// A number of rows, as the server counts.
pub(crate) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

fn unavailable(error: impl StdError + Send + Sync + 'static) -> StoreError {
    StoreError::Unavailable(Box::new(error))
}

/// Whether the connection is at fault, and not the statement.
fn is_broken(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        // Class 57P: the server shuts down, has crashed, or ends this connection. Class 08: the connection itself.
        sqlx::Error::Database(error) => {
            error.code().is_some_and(|code| code.starts_with("57P") || code.starts_with("08"))
        }
        _ => false,
    }
}

#[derive(Debug, thiserror::Error)]
#[error("PostgreSQL did not answer within {} seconds", PATIENCE.as_secs())]
struct TookTooLong;

/// How long a question may take, with the wait for a connection and with further attempts.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);
const UNIQUE_VIOLATION: &str = "23505";
const FOREIGN_KEY_VIOLATION: &str = "23503";
const NO_SUCH_CHARACTER: &str = "22021";
const UNTRANSLATABLE: &str = "22P05";
const LIMIT_EXCEEDED: &str = "54000";
