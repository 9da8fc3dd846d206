//! Connections that read, on whatever thread asks.
//!
//! A look-up by key takes some microseconds, less than handing it to another thread and back. With a write-ahead log it
//! waits for no writer. So it is made on the thread that asks, with a connection that nobody else uses meanwhile. That
//! thread never waits for a lock and never opens a file; where it would have to, a thread that may wait takes over.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use crate::error::is_busy;
use crate::open;

/// Those that nobody uses at the moment. The one that was used last is taken first, for what it remembers.
pub(crate) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, idle: Mutex::default() }
    }

    /// What a query finds, if that needs no waiting.
    pub(crate) fn at_once<T>(
        &self,
        query: &impl Fn(&Connection) -> rusqlite::Result<T>,
    ) -> Option<rusqlite::Result<T>> {
        let connection = self.idle().pop()?;
        let found = query(&connection);
        match &found {
            Err(error) if is_busy(error) => {
                self.give_back(connection);
                None
            }
            // One that has met an error may keep it in mind; the next is opened anew.
            Err(_) => Some(found),
            Ok(_) => {
                self.give_back(connection);
                Some(found)
            }
        }
    }

    /// What a query finds, for as long as that takes.
    pub(crate) fn patiently<T>(&self, query: &impl Fn(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let idle = self.idle().pop();
        let connection = idle.map_or_else(|| open::reader(&self.path), Ok)?;
        connection.busy_handler(Some(open::wait))?;
        let found = query(&connection)?;
        connection.busy_handler(None)?;
        self.give_back(connection);
        Ok(found)
    }

    fn give_back(&self, connection: Connection) {
        let mut idle = self.idle();
        if idle.len() < KEPT {
            idle.push(connection);
        }
    }

    /// Held for a push or a pop, which leave nothing half done.
    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// As many as there ever were threads asking at the same time are kept, up to this.
const KEPT: usize = 64;

#[cfg(test)]
mod tests {
    use rusqlite::Error;
    use rusqlite::ffi;

    use super::*;

    /// No file is looked at by connections to memory.
    fn readers(count: usize) -> Readers {
        let readers = Readers::new(PathBuf::new());
        for _ in 0..count {
            readers.give_back(Connection::open_in_memory().unwrap());
        }
        readers
    }

    fn fails(code: i32) -> impl Fn(&Connection) -> rusqlite::Result<i64> {
        move |_| Err(Error::SqliteFailure(ffi::Error::new(code), None))
    }

    fn one(connection: &Connection) -> rusqlite::Result<i64> {
        connection.query_row("SELECT 1", (), |row| row.get(0))
    }

    #[test]
    fn who_would_have_to_wait_is_sent_elsewhere_at_once() {
        assert!(readers(0).at_once(&one).is_none(), "for a connection");
        let readers = readers(1);
        for code in [ffi::SQLITE_BUSY, ffi::SQLITE_BUSY_RECOVERY, ffi::SQLITE_BUSY_SNAPSHOT, ffi::SQLITE_LOCKED] {
            assert!(readers.at_once(&fails(code)).is_none(), "for a lock: {code}");
            assert_eq!(readers.idle().len(), 1, "and the connection is as good as before");
        }
        assert_eq!(readers.at_once(&one).unwrap().unwrap(), 1);
    }

    #[test]
    fn a_connection_that_met_an_error_is_not_used_again() {
        let readers = readers(2);
        assert!(readers.at_once(&fails(ffi::SQLITE_IOERR)).unwrap().is_err());
        assert!(readers.patiently(&fails(ffi::SQLITE_CORRUPT)).is_err());
        assert_eq!(readers.idle().len(), 0);
    }

    #[test]
    fn connections_are_taken_by_one_at_a_time_and_no_more_are_kept_than_agreed() {
        let readers = readers(1);
        let inner = readers.at_once(&|_| Ok(readers.at_once(&one).is_none()));
        assert!(inner.unwrap().unwrap(), "the one connection was in use");
        for _ in 0..2 * KEPT {
            readers.give_back(Connection::open_in_memory().unwrap());
        }
        assert_eq!(readers.idle().len(), KEPT);
    }
}
