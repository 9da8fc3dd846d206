//! The store: who reads where, and who writes.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use admit::store::StoreError;
use rusqlite::Connection;
use tokio::task::spawn_blocking;

use crate::error::{Failure, OpenError, unavailable};
use crate::open;
use crate::readers::Readers;
use crate::writer::Writer;

/// Sessions, tokens, users, what may happen once, what is known of accounts and what was done to them, in one SQLite file.
/// Clones share what they have open.
///
/// Its methods are those of the ports, and have to be called within a tokio runtime.
#[derive(Clone)]
pub struct SqliteStore(Arc<Parts>);

/// Readers are let go of first, so that the writer is the last to close the file, and can tidy up its log.
struct Parts {
    readers: Readers,
    writer: Writer,
}

impl SqliteStore {
    /// Opens the file, and makes it if it is not there, for its owner's eyes only. Tables are made or brought up to
    /// date; several processes may do so at once.
    ///
    /// The file may be the application's own: tables of admit's begin with `admit_`, and no others are touched. But it
    /// is kept with a write-ahead log from then on.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        let path = path.as_ref().to_owned();
        match spawn_blocking({
            let path = path.clone();
            move || Self::open_here(&path)
        })
        .await
        {
            Ok(opened) => opened,
            Err(gone) => Err(OpenError::Io { path, source: io::Error::other(gone) }),
        }
    }

    fn open_here(path: &Path) -> Result<Self, OpenError> {
        // An absolute path is neither `:memory:` nor a `file:` URL, and means the same after a change of directory.
        let path: PathBuf =
            std::path::absolute(path).map_err(|source| OpenError::Io { path: path.to_owned(), source })?;
        let connection = open::prepare(&path)?;
        let writer = Writer::start(connection).map_err(|source| OpenError::Io { path: path.clone(), source })?;
        Ok(Self(Arc::new(Parts { readers: Readers::new(path), writer })))
    }

    /// Looks something up on the thread that asks. On another one if it would have to wait here.
    pub(crate) async fn read<T, Q>(&self, query: Q) -> Result<T, StoreError>
    where
        T: Send + 'static,
        Q: Fn(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        match self.0.readers.at_once(&query) {
            Some(read) => read.map_err(unavailable),
            None => self.read_aside(query).await,
        }
    }

    /// Looks something up on a thread that may wait: for what takes long.
    pub(crate) async fn read_aside<T, Q>(&self, query: Q) -> Result<T, StoreError>
    where
        T: Send + 'static,
        Q: Fn(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let store = self.clone();
        spawn_blocking(move || store.0.readers.patiently(&query)).await.map_err(unavailable)?.map_err(unavailable)
    }

    /// Does some work as one step, whether or not the caller stays to hear of it.
    pub(crate) async fn write<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    {
        self.0.writer.write(work).await
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SqliteStore")
    }
}
