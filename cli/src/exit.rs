//! How a command ends, as a number that scripts can tell apart.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use admit::http::HttpError;
use admit::store::StoreError;
use admit::{AuthError, ConfigError, RemintError};
use admit_migration::{EnrichError, ImportIdentitiesError, MoveError};

/// How a command that ran ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is as it was wanted.
    Done,
    /// Something is left to do.
    Left,
    /// The environment, or what it names, is not in order.
    Configuration,
    /// A provider or a store failed.
    Failed,
    /// Somebody interrupted it.
    Interrupted,
}

/// Why a command could not run, or not to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A variable is missing or makes no sense.
    #[error("{0}")]
    Environment(String),
    /// The configuration does not do.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The SQLite file is of no use.
    #[error(transparent)]
    Sqlite(#[from] admit_sqlite::OpenError),
    /// PostgreSQL is of no use.
    #[error(transparent)]
    Postgres(#[from] admit_sqlx::PostgresError),
    /// Redis is of no use.
    #[error(transparent)]
    Redis(#[from] admit_redis::ConnectError),
    /// Grants could not be minted anew, or not all of them.
    #[error(transparent)]
    Remint(#[from] RemintError),
    /// What Auth.js kept could not be taken over, or not all of it.
    #[error(transparent)]
    Import(#[from] admit_sqlx::AuthJsError),
    /// Azure DevOps could not be asked, or not about everybody.
    #[error(transparent)]
    Enrich(#[from] EnrichError),
    /// An export of identities was not taken over, or not all of it.
    #[error(transparent)]
    Identities(#[from] ImportIdentitiesError),
    /// The move could not go on.
    #[error(transparent)]
    Move(#[from] MoveError),
    /// A store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no client for HTTP.
    #[error("there is no way to the network")]
    Http(#[source] HttpError),
    /// Nothing can be served there.
    #[error("the pretend providers cannot listen; choose other ports by --port")]
    Listen(#[source] io::Error),
    /// Nobody reads the result.
    #[error("the result could not be written")]
    Output(#[source] io::Error),
    /// Signals cannot be heard.
    #[error("interrupts cannot be heard")]
    Signals(#[source] io::Error),
    /// There is no runtime.
    #[error("the runtime cannot be started")]
    Runtime(#[source] io::Error),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Left => 1,
            Exit::Configuration => 2,
            Exit::Failed => 3,
            Exit::Interrupted => 130,
        })
    }
}

impl Failure {
    /// How the command ends by it.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Environment(_) | Self::Config(_) | Self::Sqlite(_) | Self::Listen(_) => Exit::Configuration,
            Self::Import(admit_sqlx::AuthJsError::Schema(_))
            | Self::Postgres(admit_sqlx::PostgresError::Address(_)) => Exit::Configuration,
            Self::Remint(
                RemintError::UnknownProvider(_)
                | RemintError::NoSecret(_)
                | RemintError::NoTokenStore
                | RemintError::SecretRefused(_)
                | RemintError::NothingTaken { .. },
            ) => Exit::Configuration,
            Self::Enrich(
                EnrichError::UnknownProvider(_)
                | EnrichError::NoTokenStore
                | EnrichError::NoEvidenceStore
                | EnrichError::NoTokens(_)
                | EnrichError::Store(AuthError::Unsealable),
            ) => Exit::Configuration,
            Self::Identities(
                ImportIdentitiesError::NoEvidenceStore
                | ImportIdentitiesError::Unreadable(_)
                | ImportIdentitiesError::Store(AuthError::Unsealable),
            ) => Exit::Configuration,
            Self::Move(
                MoveError::NoUserStore
                | MoveError::NoEvidenceStore
                | MoveError::NoAuditStore
                | MoveError::Auth(AuthError::Unsealable),
            ) => Exit::Configuration,
            _ => Exit::Failed,
        }
    }

    /// Says what is wrong, and why.
    pub(crate) fn tell(&self, to: &mut impl Write) {
        let mut text = format!("admit: {self}");
        let mut cause = self.source();
        while let Some(error) = cause {
            text.push_str(&format!(": {error}"));
            cause = error.source();
        }
        // To nobody, if the stream is closed.
        let _ = writeln!(to, "{text}");
    }
}

/// The numbers, for `--help`.
pub(crate) const HELP: &str = "\
Exit codes:
  0    done, nothing is left
  1    something is left, or worth a look; the result says what
  2    the usage or the configuration is wrong, a secret that the provider refuses among it
  3    a provider or a store failed; run it once more
  130  interrupted; run it once more";
