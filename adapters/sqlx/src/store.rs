//! The store, and how it comes by its connections.

use std::fmt;
use std::time::Duration;

use admit::store::Together;
use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

use crate::address::Address;
use crate::ask::PATIENCE;
use crate::sessions::Sessions;
use crate::users::Standings;
use crate::{PostgresError, schema};

/// Sessions, tokens, users, what may happen once, what is known of accounts and what was done to them, in PostgreSQL.
/// Clones share their connections.
#[derive(Clone)]
pub struct PostgresStore {
    pub(crate) pool: PgPool,
    pub(crate) sessions: Together<Sessions>,
    pub(crate) standings: Together<Standings>,
}

impl PostgresStore {
    /// Opens up to ten connections of its own, as they are needed, and makes or changes the tables.
    ///
    /// If the server is neither on this machine nor behind a socket, and the address says no `sslmode`, it is
    /// `verify-full`. For other settings hand in a pool.
    pub async fn connect(url: &str) -> Result<Self, PostgresError> {
        let address = Address::parse(url)?;
        let mut first = address.connect().await?;
        schema::bring_up(&mut first).await?;
        let _ = first.close().await;
        Ok(Self::without_migrating(own_pool(address.options)))
    }

    /// Takes the application's pool, and makes or changes the tables.
    pub async fn new(pool: PgPool) -> Result<Self, PostgresError> {
        schema::migrate(&pool).await?;
        Ok(Self::without_migrating(pool))
    }

    /// Takes the application's pool, and the tables as they are. For those whose deployment calls
    /// [`migrate`](crate::migrate).
    pub fn without_migrating(pool: PgPool) -> Self {
        // Half of the connections at most, so that who writes does not wait for those who read.
        let places = (pool.options().get_max_connections() / 4).clamp(1, 2) as usize;
        let sessions = Together::new(Sessions(pool.clone()), places, PATIENCE);
        let standings = Together::new(Standings(pool.clone()), places, PATIENCE);
        Self { pool, sessions, standings }
    }

    /// The pool, for the application's own queries.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").field("connections", &self.pool.size()).finish_non_exhaustive()
    }
}

/// A pool that does not try each connection before it is used, which would be a second round trip for each read.
/// One that has rested is tried, so that a write after a quiet night does not fail over a connection that ended then.
fn own_pool(options: PgConnectOptions) -> PgPool {
    PgPoolOptions::new()
        .max_connections(10)
        .acquire_timeout(ACQUIRE)
        .test_before_acquire(false)
        .before_acquire(|connection, rest| {
            Box::pin(async move { Ok(rest.idle_for < RESTED || connection.ping().await.is_ok()) })
        })
        .connect_lazy_with(options)
}

/// How long a request may wait for a connection.
const ACQUIRE: Duration = Duration::from_secs(3);
const RESTED: Duration = Duration::from_secs(1);
