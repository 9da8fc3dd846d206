//! The environment of the application, read as the application reads it: its address, its secrets, its stores.
//!
//! | variable | says |
//! |---|---|
//! | `AUTH_URL`, else `NEXTAUTH_URL` | where people reach the application |
//! | `AUTH_SECRET`, `AUTH_SEAL_KEY` | what tokens are sealed with |
//! | `AUTH_<ID>_ID`, `AUTH_<ID>_SECRET` and so on | the registration with a provider |
//! | `DATABASE_URL` | `sqlite:FILE` or `postgres://…` |
//! | `REDIS_URL` | a Redis |

use std::path::Path;

use admit::{Auth, AuthBuilder, Environment, Provider, Secret};
use admit_redis::RedisStore;
use admit_sqlite::SqliteStore;
use admit_sqlx::PostgresStore;
use clap::{Args, ValueEnum};

use crate::exit::Failure;
use crate::providers;

/// Where the application keeps its tokens.
#[derive(Clone, Debug, Args)]
pub(crate) struct Stores {
    /// Where tokens are kept, if both DATABASE_URL and REDIS_URL are set [default: the database]
    #[arg(long, value_enum)]
    tokens_in: Option<Home>,
    /// What the names of keys in Redis begin with, if the application chose it
    #[arg(long, value_name = "PREFIX")]
    redis_prefix: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Home {
    /// What DATABASE_URL names
    Database,
    /// What REDIS_URL names
    Redis,
}

/// What DATABASE_URL names, opened. Clones share it.
#[derive(Clone, Debug)]
pub(crate) enum Database {
    Sqlite(SqliteStore),
    Postgres(PostgresStore),
}

/// The application's sign-in, about to be built, and its database, which is opened once.
pub(crate) struct Site {
    pub(crate) builder: AuthBuilder,
    pub(crate) database: Database,
}

/// Sign-in as the application has it: one provider, and its token store.
pub(crate) async fn auth(provider: impl Provider, stores: &Stores) -> Result<Auth, Failure> {
    let builder = builder()?.provider(provider);
    Ok(match stores.home()? {
        Home::Redis => builder.token_store(stores.redis().await?),
        Home::Database => Database::open().await?.tokens(builder),
    }
    .build()?)
}

/// Sign-in as the application has it: every provider that the environment configures, its users, tokens, evidence and
/// audit. Without a database there are no users.
pub(crate) async fn site(stores: &Stores) -> Result<Site, Failure> {
    let database = Database::open().await?;
    let builder = providers::configured().into_iter().fold(builder()?, AuthBuilder::provider);
    Ok(Site { builder: with_stores(builder, stores, &database).await?, database })
}

/// Sign-in with one provider and everything that is kept, for a job that asks it.
pub(crate) async fn asking(provider: impl Provider, stores: &Stores, writes: bool) -> Result<Auth, Failure> {
    let database = Database::open_for(writes).await?;
    Ok(with_stores(builder()?.provider(provider), stores, &database).await?.build()?)
}

/// Everything that is kept, for a job that asks nobody: it goes on where a provider has ended, or its registration has.
pub(crate) async fn stored(stores: &Stores, writes: bool) -> Result<Auth, Failure> {
    let database = Database::open_for(writes).await?;
    Ok(with_stores(builder()?.for_jobs(), stores, &database).await?.build()?)
}

async fn with_stores(builder: AuthBuilder, stores: &Stores, database: &Database) -> Result<AuthBuilder, Failure> {
    let builder = match stores.home()? {
        Home::Redis => builder.token_store(stores.redis().await?),
        Home::Database => database.tokens(builder),
    };
    Ok(database.accounts(builder))
}

fn builder() -> Result<AuthBuilder, Failure> {
    let url = base_url().ok_or_else(|| missing("AUTH_URL"))?;
    Ok(Auth::builder(url).environment(Environment::process()))
}

/// Where people reach the application.
pub(crate) fn base_url() -> Option<String> {
    text("AUTH_URL").or_else(|| text("NEXTAUTH_URL"))
}

impl Stores {
    /// Where tokens are kept.
    pub(crate) fn home(&self) -> Result<Home, Failure> {
        let set = |name, home| text(name).map(|_| home);
        let home = self.tokens_in.or_else(|| set("DATABASE_URL", Home::Database));
        home.or_else(|| set("REDIS_URL", Home::Redis)).ok_or_else(|| missing("DATABASE_URL or REDIS_URL"))
    }

    /// What REDIS_URL names.
    pub(crate) async fn redis(&self) -> Result<RedisStore, Failure> {
        let url = text("REDIS_URL").map(Secret::new).ok_or_else(|| missing("REDIS_URL"))?;
        let store = RedisStore::connect(url.expose()).await?;
        Ok(match &self.redis_prefix {
            Some(prefix) => store.prefix(prefix),
            None => store,
        })
    }
}

impl Database {
    /// Opens it, and brings its tables up to date, as the application does.
    pub(crate) async fn open() -> Result<Self, Failure> {
        match Address::read()?.ok_or_else(|| missing("DATABASE_URL"))? {
            Address::Sqlite(file) => Ok(Self::Sqlite(sqlite(&file).await?)),
            Address::Postgres(url) => Ok(Self::Postgres(PostgresStore::connect(url.expose()).await?)),
        }
    }

    /// Opens it for somebody who writes, or does not: then no tables are made.
    pub(crate) async fn open_for(writes: bool) -> Result<Self, Failure> {
        if !writes {
            check_tables().await?;
        }
        Self::open().await
    }

    /// As the home of tokens.
    pub(crate) fn tokens(&self, builder: AuthBuilder) -> AuthBuilder {
        match self.clone() {
            Self::Sqlite(store) => builder.token_store(store),
            Self::Postgres(store) => builder.token_store(store),
        }
    }

    /// As the home of users, and of what is known of their accounts and was done to them.
    pub(crate) fn accounts(&self, builder: AuthBuilder) -> AuthBuilder {
        match self.clone() {
            Self::Sqlite(store) => builder.user_store(store.clone()).evidence_store(store.clone()).audit_store(store),
            Self::Postgres(store) => builder.user_store(store.clone()).evidence_store(store.clone()).audit_store(store),
        }
    }

    /// As the home of sessions.
    pub(crate) fn sessions(&self, builder: AuthBuilder) -> AuthBuilder {
        match self.clone() {
            Self::Sqlite(store) => builder.session_store(store),
            Self::Postgres(store) => builder.session_store(store),
        }
    }
}

/// What DATABASE_URL says. It may hold a password.
#[derive(Debug)]
pub(crate) enum Address {
    Sqlite(String),
    Postgres(Secret),
}

impl Address {
    /// `None` if it is not set.
    pub(crate) fn read() -> Result<Option<Self>, Failure> {
        let Some(url) = text("DATABASE_URL") else { return Ok(None) };
        match url.split_once(':') {
            Some(("sqlite", file)) => Ok(Some(Self::Sqlite(file.strip_prefix("//").unwrap_or(file).to_owned()))),
            Some(("postgres" | "postgresql", _)) => Ok(Some(Self::Postgres(Secret::new(url)))),
            // Not shown: it may hold a password.
            _ => Err(Failure::Environment("DATABASE_URL is neither sqlite:FILE nor postgres://…".to_owned())),
        }
    }
}

/// That nothing would have to be made before the database can be used.
pub(crate) async fn check_tables() -> Result<(), Failure> {
    let (found, known) = match Address::read()?.ok_or_else(|| missing("DATABASE_URL"))? {
        Address::Sqlite(file) => {
            is_there(&file)?;
            let version = admit_sqlite::schema_version(&file)?;
            (version.found, version.known)
        }
        Address::Postgres(url) => {
            let version = admit_sqlx::schema_version(url.expose()).await?;
            (version.found.into(), version.known.into())
        }
    };
    if found < known {
        return Err(Failure::Environment(format!(
            "DATABASE_URL has tables of version {found}, {known} needed, and without --apply none are made; start the \
             application once, or say --apply"
        )));
    }
    Ok(())
}

async fn sqlite(file: &str) -> Result<SqliteStore, Failure> {
    is_there(file)?;
    Ok(SqliteStore::open(file).await?)
}

/// A file that is not there is a mistake, and none is made.
fn is_there(file: &str) -> Result<(), Failure> {
    if Path::new(file).is_file() {
        return Ok(());
    }
    Err(Failure::Environment(format!("DATABASE_URL names {file}, and there is no such file")))
}

pub(crate) fn missing(name: &str) -> Failure {
    Failure::Environment(format!("{name} is not set; set it as the application has it"))
}

/// A variable that is set and not blank.
pub(crate) fn text(name: &str) -> Option<String> {
    #[allow(clippy::disallowed_methods, reason = "the one file where the command reads the environment")]
    let value = std::env::var_os(name)?.into_string().ok()?;
    Some(value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// The names of the variables that are set and not blank, in the order of the alphabet.
pub(crate) fn names() -> Vec<String> {
    #[allow(clippy::disallowed_methods, reason = "the one file where the command reads the environment")]
    let all = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let mut names: Vec<String> = all.filter(|name| text(name).is_some()).collect();
    names.sort();
    names
}
