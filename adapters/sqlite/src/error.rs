//! Why the file could not be opened, and how SQLite's failures are told to whoever uses a port.

use std::error::Error as StdError;
use std::io;
use std::path::PathBuf;

use admit::store::StoreError;
use rusqlite::ErrorCode;
use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE};

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process held on to the file for as long as we wait.
    #[error("sqlite: {path}: another process keeps it locked; end that process, or its transaction", path = path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// SQLite finds the file broken.
    #[error("sqlite: {path}: the file is damaged; restore it, its -wal included, from a backup", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The operating system says no.
    #[error("sqlite: {path}: cannot be opened", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What it says.
        source: io::Error,
    },
    /// The path leads to a directory.
    #[error("sqlite: {path}: is a directory; name a file in it", path = path.display())]
    IsDirectory {
        /// The directory.
        path: PathBuf,
    },
    /// The file was written by a later release.
    #[error(
        "sqlite: {path}: its tables are of version {found}, this release knows {known}; run the release that made them, or a later one",
        path = path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The version of its tables.
        found: i64,
        /// The latest version that this release knows.
        known: i64,
    },
    /// The directory that the file would be in is not there.
    #[error("sqlite: {path}: its directory is not there; make it, or name another path", path = path.display())]
    NoDirectory {
        /// The file.
        path: PathBuf,
    },
    /// There is no write-ahead log to be had where the file is.
    #[error(
        "sqlite: {path}: a write-ahead log is not possible there, the journal stays {mode:?}; put the file on a local disk",
        path = path.display()
    )]
    NoWriteAheadLog {
        /// The file.
        path: PathBuf,
        /// How the file is kept instead.
        mode: String,
    },
    /// The file is something else.
    #[error("sqlite: {path}: is not an SQLite database; name another path", path = path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// The file can be read, and not be written.
    #[error("sqlite: {path}: cannot be written; let this process write to the file and its directory", path = path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// SQLite fails in another way.
    #[error("sqlite: {path}: the tables cannot be prepared", path = path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: Box<dyn StdError + Send + Sync>,
    },
}

impl OpenError {
    pub(crate) fn new(path: PathBuf, source: rusqlite::Error) -> Self {
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { path },
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { path, source: source.into() },
            Some(ErrorCode::NotADatabase) => Self::NotADatabase { path },
            Some(ErrorCode::ReadOnly) => Self::ReadOnly { path },
            _ => Self::Sqlite { path, source: source.into() },
        }
    }
}

/// Why some work was not done.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The port has a word for it.
    Refused(StoreError),
    Sqlite(rusqlite::Error),
}

impl From<StoreError> for Failure {
    fn from(refused: StoreError) -> Self {
        Self::Refused(refused)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refused) => refused,
            Failure::Sqlite(error) => unavailable(error),
        }
    }
}

/// What is to be unique and would not be is a conflict.
pub(crate) fn conflicts(error: rusqlite::Error) -> Failure {
    match error.sqlite_error().map(|error| error.extended_code) {
        Some(SQLITE_CONSTRAINT_PRIMARYKEY | SQLITE_CONSTRAINT_UNIQUE) => StoreError::Conflict.into(),
        _ => error.into(),
    }
}

pub(crate) fn unavailable(error: impl StdError + Send + Sync + 'static) -> StoreError {
    StoreError::Unavailable(Box::new(error))
}

/// Whether SQLite would have had to wait for another connection.
pub(crate) fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}
