//! The tables, and how those of earlier releases become those of this one.
//!
//! A step that was released is never changed: what has to be different is another step.

use std::path::Path;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::error::OpenError;
use crate::open;

/// Takes the steps that are missing, all or none. Whoever comes at the same time waits, and finds them taken.
pub(crate) fn migrate(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    let sqlite = |error| OpenError::new(path.to_owned(), error);
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate).map_err(sqlite)?;
    transaction.execute_batch(MIGRATIONS).map_err(sqlite)?;
    let found: i64 = transaction
        .query_row("SELECT coalesce(max(version), 0) FROM admit_migrations", (), |row| row.get(0))
        .map_err(sqlite)?;
    if found > known() {
        return Err(OpenError::Newer { path: path.to_owned(), found, known: known() });
    }
    for (step, version) in STEPS.iter().zip(1_i64..).filter(|(_, version)| *version > found) {
        transaction.execute_batch(step).map_err(sqlite)?;
        transaction.execute("INSERT INTO admit_migrations (version) VALUES (?1)", [version]).map_err(sqlite)?;
        tracing::info!(version, "sqlite: tables were brought up to date");
    }
    transaction.commit().map_err(sqlite)
}

/// Which version the tables of a file are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaVersion {
    /// The one that is there; 0 if there is none.
    pub found: i64,
    /// The latest that this release knows, and makes.
    pub known: i64,
}

/// Looks which version the tables of a file are of, and changes nothing. A file that is not there is not made.
///
/// # Errors
/// When it cannot be read, or is no SQLite database.
pub fn schema_version(path: impl AsRef<Path>) -> Result<SchemaVersion, OpenError> {
    let path = path.as_ref();
    let sqlite = |error| OpenError::new(path.to_owned(), error);
    let connection = open::reader(path).map_err(sqlite)?;
    connection.busy_handler(Some(open::wait)).map_err(sqlite)?;
    let is_there = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'admit_migrations'";
    let is_there: bool = connection.query_row(is_there, (), |row| row.get(0)).map_err(sqlite)?;
    let found = match is_there {
        true => connection.query_row("SELECT coalesce(max(version), 0) FROM admit_migrations", (), |row| row.get(0)),
        false => Ok(0),
    };
    Ok(SchemaVersion { found: found.map_err(sqlite)?, known: known() })
}

fn known() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

/// How SQLite goes about a query, with the tables as they are now.
#[cfg(test)]
pub(crate) fn plan(query: &str) -> String {
    let connection = Connection::open_in_memory().unwrap();
    migrate(&connection, Path::new(":memory:")).unwrap();
    let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {query}")).unwrap();
    // Parameters that are not bound are null.
    let mut rows = plan.raw_query();
    let mut steps = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        steps.push(row.get::<_, String>(3).unwrap());
    }
    steps.join("; ")
}

const MIGRATIONS: &str = "CREATE TABLE IF NOT EXISTS admit_migrations (version INTEGER PRIMARY KEY) STRICT";

const STEPS: &[&str] = &[FIRST, EVIDENCE_AND_AUDIT];

/// Instants are milliseconds since 1970. Rows that are small are kept in the index of their key, `WITHOUT ROWID`; for
/// larger ones that would make the tree deep.
///
/// - `email_folded` is the address with ASCII letters in lower case, by which addresses are compared.
/// - The fence is one number for all accounts. So it rises for each of them, and nothing is left of one that is gone.
const FIRST: &str = "
CREATE TABLE admit_sessions (
    key BLOB NOT NULL PRIMARY KEY,
    user TEXT NOT NULL,
    data BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE INDEX admit_sessions_by_user ON admit_sessions (user, created_at);
CREATE INDEX admit_sessions_by_end ON admit_sessions (expires_at);

CREATE TABLE admit_tokens (
    provider TEXT NOT NULL,
    subject TEXT NOT NULL,
    sealed BLOB NOT NULL,
    refresh_at INTEGER,
    version INTEGER NOT NULL,
    lease_fence INTEGER,
    lease_until INTEGER,
    PRIMARY KEY (provider, subject)
) STRICT;
CREATE INDEX admit_tokens_by_refresh ON admit_tokens (refresh_at, provider, subject) WHERE refresh_at IS NOT NULL;

CREATE TABLE admit_fence (last INTEGER NOT NULL) STRICT;
INSERT INTO admit_fence (last) VALUES (0);

CREATE TABLE admit_users (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT,
    email TEXT,
    email_folded TEXT,
    email_verified INTEGER NOT NULL,
    image TEXT,
    epoch INTEGER NOT NULL DEFAULT 0,
    disabled INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX admit_users_by_email ON admit_users (email_folded) WHERE email_folded IS NOT NULL;

CREATE TABLE admit_accounts (
    provider TEXT NOT NULL,
    subject TEXT NOT NULL,
    user TEXT NOT NULL REFERENCES admit_users (id) ON DELETE CASCADE,
    PRIMARY KEY (provider, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX admit_accounts_by_user ON admit_accounts (user);

CREATE TABLE admit_once (
    key TEXT NOT NULL PRIMARY KEY,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX admit_once_by_end ON admit_once (until);
";

/// What is known of accounts and the marks that find it, which go with it; and what was done to accounts.
const EVIDENCE_AND_AUDIT: &str = "
CREATE TABLE admit_evidence (
    provider TEXT NOT NULL,
    subject TEXT NOT NULL,
    sealed BLOB NOT NULL,
    captured_at INTEGER NOT NULL,
    PRIMARY KEY (provider, subject)
) STRICT;

CREATE TABLE admit_marks (
    mark BLOB NOT NULL,
    provider TEXT NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY (mark, provider, subject),
    FOREIGN KEY (provider, subject) REFERENCES admit_evidence (provider, subject) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX admit_marks_by_account ON admit_marks (provider, subject);

CREATE TABLE admit_audit (
    id TEXT NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    provider TEXT,
    subject TEXT,
    user TEXT,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX admit_audit_by_time ON admit_audit (at, id);
CREATE INDEX admit_audit_by_account ON admit_audit (provider, subject, at, id) WHERE provider IS NOT NULL;
";
