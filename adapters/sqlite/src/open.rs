//! How the file is made, and how connections to it are set up.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::error::{OpenError, is_busy};
use crate::schema;

/// Makes the file if it is not there, brings its tables up to date, and gives the connection that writes.
pub(crate) fn prepare(path: &Path) -> Result<Connection, OpenError> {
    let sqlite = |error| OpenError::new(path.to_owned(), error);
    if path.is_dir() {
        return Err(OpenError::IsDirectory { path: path.to_owned() });
    }
    if !path.parent().is_some_and(Path::is_dir) {
        return Err(OpenError::NoDirectory { path: path.to_owned() });
    }
    create(path).map_err(|source| match source.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => OpenError::ReadOnly { path: path.to_owned() },
        _ => OpenError::Io { path: path.to_owned(), source },
    })?;
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(sqlite)?;
    let mode = write_ahead(&connection).map_err(sqlite)?;
    if mode != "wal" {
        return Err(OpenError::NoWriteAheadLog { path: path.to_owned(), mode });
    }
    connection.busy_handler(Some(wait)).map_err(sqlite)?;
    // Each commit is on the disk before anybody hears of it. NORMAL would lose the last ones with the power, and a
    // refresh token that was rotated and lost is a grant that is lost. Commits are made for many writers at once, so
    // they share what this costs.
    connection.pragma_update(None, "synchronous", "FULL").map_err(sqlite)?;
    connection.pragma_update(None, "foreign_keys", true).map_err(sqlite)?;
    schema::migrate(&connection, path)?;
    Ok(connection)
}

/// A connection that only reads.
///
/// Not through a memory map: with a million sessions that saves a quarter of a look-up, with a thousand nothing, and
/// where a read fails, or somebody cuts the file short, the operating system ends the process.
pub(crate) fn reader(path: &Path) -> rusqlite::Result<Connection> {
    connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
}

/// Called by SQLite when another connection holds the lock it needs, with the number of times it has been.
///
/// SQLite's own handler comes to sleep for a tenth of a second, and so hardly ever meets the gap between two
/// transactions of a busy process. This one does: see `writer.rs` for the other half.
pub(crate) fn wait(times: i32) -> bool {
    thread::sleep(TRY_AGAIN_AFTER);
    times < PATIENCE
}

/// It fails at once where it would have to wait, until it is told how.
fn connect(path: &Path, access: OpenFlags) -> rusqlite::Result<Connection> {
    // A connection is used by one thread at a time, so SQLite need not lock it.
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_handler(None)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// SQLite would make the file readable by everybody. Its -wal and -shm get the rights that the file has.
fn create(path: &Path) -> io::Result<()> {
    // Closing a file ends all locks that this process has on it, also those of a store that another thread has opened
    // on it meanwhile. So nobody here gets past this point while a new file is still open, and one that is there is
    // not opened.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Of two that change the journal at once SQLite fails one without asking it to wait, so the waiting is done here.
fn write_ahead(connection: &Connection) -> rusqlite::Result<String> {
    let mut times = 0;
    loop {
        match connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0)) {
            Err(error) if is_busy(&error) && wait(times) => times += 1,
            changed => return changed,
        }
    }
}

/// More than there are different ones.
const STATEMENTS: usize = 64;
const TRY_AGAIN_AFTER: Duration = Duration::from_millis(1);
/// At least five seconds.
const PATIENCE: i32 = 5_000;
