//! Where a dashboard keeps its users, sessions and tokens: one of the databases, and Redis for the sessions if there is one.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use admit::{AuthBuilder, MemoryStore, Random as _, Secret, SystemRandom};
use admit_redis::RedisStore;
use admit_sqlite::SqliteStore;
use admit_sqlx::PostgresStore;

use crate::Settings;
use crate::settings::Database;

/// Why there is nowhere to keep anything.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeptError {
    /// The SQLite file is of no use.
    #[error(transparent)]
    Sqlite(#[from] admit_sqlite::OpenError),
    /// PostgreSQL is of no use.
    #[error(transparent)]
    Postgres(#[from] admit_sqlx::PostgresError),
    /// Redis is of no use.
    #[error(transparent)]
    Redis(#[from] admit_redis::ConnectError),
    /// The secret cannot be kept beside the SQLite file.
    #[error("{file}: the secret that sessions are sealed with cannot be kept there; set AUTH_SECRET")]
    Secret {
        /// The file.
        file: String,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// Opens what the settings name, and has it keep everything.
pub(crate) async fn keep(settings: &Settings, builder: AuthBuilder) -> Result<AuthBuilder, KeptError> {
    let mut builder = match &settings.database {
        Database::Sqlite(file) => builder.store(SqliteStore::open(file).await?),
        Database::Postgres(url) => builder.store(PostgresStore::connect(url.expose()).await?),
        Database::Memory => builder.store(MemoryStore::new()),
    };
    if let Some(url) = &settings.redis {
        let redis = RedisStore::connect(url.expose()).await?;
        builder = builder.session_store(redis.clone()).once(redis);
    }
    if settings.has_secret {
        return Ok(builder);
    }
    match &settings.database {
        Database::Sqlite(file) => Ok(builder.secret(secret_beside(file)?)),
        Database::Postgres(_) | Database::Memory => Ok(builder.secret(random_secret())),
    }
}

/// The secret of the run before, or a new one.
fn secret_beside(database: &Path) -> Result<Secret, KeptError> {
    let file = database.with_extension("secret");
    let known = |file: &Path| fs::read_to_string(file).map(|text| Secret::from(text.trim().to_owned()));
    let kept = known(&file).or_else(|error| match error.kind() {
        io::ErrorKind::NotFound => match write_new(&file, &random_secret()) {
            // Another process was faster, and both need the same.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => known(&file),
            written => written.and_then(|()| known(&file)),
        },
        _ => Err(error),
    });
    kept.map_err(|source| KeptError::Secret { file: file.display().to_string(), source })
}

/// Whole or not at all, and for nobody else to read.
fn write_new(file: &Path, secret: &str) -> io::Result<()> {
    let draft = file.with_extension(format!("secret.{}", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&draft)?.write_all(secret.as_bytes())?;
    let linked = fs::hard_link(&draft, file);
    fs::remove_file(&draft)?;
    linked
}

/// 256 bits, in hexadecimal digits.
pub(crate) fn random_secret() -> String {
    let mut bytes = [0; 32];
    SystemRandom.fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
