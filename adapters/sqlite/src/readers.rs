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
