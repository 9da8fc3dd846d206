//! admit's stores, opened, and what is kept in them.

use std::error::Error;
use std::sync::Arc;

use admit::AuthBuilder;
use admit::store::UserStore;
use admit_redis::RedisStore;
use admit_sqlite::SqliteStore;
use admit_sqlx::PostgresStore;

use super::Store;

/// A store of admit's.
#[derive(Clone, Debug)]
pub(super) enum Keeping {
    Sqlite(SqliteStore),
    Postgres(PostgresStore),
    Redis(RedisStore),
}

impl Keeping {
    pub(super) async fn open(store: Store, address: &str) -> Result<Self, Box<dyn Error>> {
        Ok(match store {
            Store::Sqlite => Self::Sqlite(SqliteStore::open(address).await?),
            Store::Postgres => Self::Postgres(PostgresStore::connect(address).await?),
            Store::Redis => Self::Redis(RedisStore::connect(address).await?),
        })
    }

    /// Sessions alone.
    pub(super) fn sessions(self, builder: AuthBuilder) -> AuthBuilder {
        match self {
            Self::Sqlite(store) => builder.session_store(store),
            Self::Postgres(store) => builder.session_store(store),
            Self::Redis(store) => builder.session_store(store),
        }
    }

    /// All that it can keep: users too, unless it is Redis.
    pub(super) fn everything(self, builder: AuthBuilder) -> AuthBuilder {
        match self {
            Self::Sqlite(store) => builder.store(store),
            Self::Postgres(store) => builder.store(store),
            Self::Redis(store) => builder.session_store(store.clone()).token_store(store.clone()).once(store),
        }
    }

    pub(super) fn users(&self) -> Option<Arc<dyn UserStore>> {
        match self {
            Self::Sqlite(store) => Some(Arc::new(store.clone())),
            Self::Postgres(store) => Some(Arc::new(store.clone())),
            Self::Redis(_) => None,
        }
    }
}
