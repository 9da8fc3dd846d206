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
enum Home {
    /// What DATABASE_URL names
    Database,
    /// What REDIS_URL names
    Redis,
}

/// Sign-in as the application has it: one provider, and its token store.
pub(crate) async fn auth(provider: impl Provider, stores: &Stores) -> Result<Auth, Failure> {
    let url = text("AUTH_URL")
        .or_else(|| text("NEXTAUTH_URL"))
        .ok_or_else(|| Failure::Environment("AUTH_URL is not set; set it as the application has it".to_owned()))?;
    let builder = Auth::builder(url).environment(Environment::process()).provider(provider);
    Ok(with_tokens(builder, stores).await?.build()?)
}

async fn with_tokens(builder: AuthBuilder, stores: &Stores) -> Result<AuthBuilder, Failure> {
    let (database, redis) = (text("DATABASE_URL").map(Secret::new), text("REDIS_URL").map(Secret::new));
    let home = stores.tokens_in.or(database.as_ref().map(|_| Home::Database)).or(redis.as_ref().map(|_| Home::Redis));
    let missing = |name| Failure::Environment(format!("{name} is not set; set it as the application has it"));
    match home {
        Some(Home::Redis) => {
            let url = redis.ok_or_else(|| missing("REDIS_URL"))?;
            let store = RedisStore::connect(url.expose()).await?;
            Ok(builder.token_store(match &stores.redis_prefix {
                Some(prefix) => store.prefix(prefix),
                None => store,
            }))
        }
        Some(Home::Database) | None => {
            let url = database.ok_or_else(|| missing("DATABASE_URL or REDIS_URL"))?;
            match url.expose().split_once(':') {
                Some(("sqlite", file)) => Ok(builder.token_store(sqlite(file).await?)),
                Some(("postgres" | "postgresql", _)) => {
                    Ok(builder.token_store(PostgresStore::connect(url.expose()).await?))
                }
                // Not shown: it may hold a password.
                _ => Err(Failure::Environment("DATABASE_URL is neither sqlite:FILE nor postgres://…".to_owned())),
            }
        }
    }
}

/// A file that is not there is a mistake, and none is made.
async fn sqlite(file: &str) -> Result<SqliteStore, Failure> {
    let file = file.strip_prefix("//").unwrap_or(file);
    if !Path::new(file).is_file() {
        return Err(Failure::Environment(format!("DATABASE_URL names {file}, and there is no such file")));
    }
    Ok(SqliteStore::open(file).await?)
}

/// A variable that is set and not blank.
fn text(name: &str) -> Option<String> {
    #[allow(clippy::disallowed_methods, reason = "the one place where the command reads the environment")]
    let value = std::env::var_os(name)?.into_string().ok()?;
    Some(value.trim().to_owned()).filter(|value| !value.is_empty())
}
