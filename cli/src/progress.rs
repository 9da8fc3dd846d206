//! How far a command has come, while somebody watches.

use std::io::{self, IsTerminal, Write};

/// One line on a terminal, written over and over, and taken away in the end. Elsewhere nothing.
pub(crate) struct Progress {
    is_seen: bool,
}

impl Progress {
    pub(crate) fn new() -> Self {
        Self { is_seen: io::stderr().is_terminal() }
    }

    /// Shows a line in place of the one before. It is made only if somebody sees it.
    pub(crate) fn show(&mut self, line: impl FnOnce() -> String) {
        if self.is_seen {
            // To nobody, if the stream is closed.
            let _ = write!(io::stderr(), "\r\x1b[2K{}", line());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.is_seen {
            let _ = write!(io::stderr(), "\r\x1b[2K");
        }
    }
}
