//! Folders for files, rows to put into them, and tests that run in several processes.
#![allow(clippy::expect_used, dead_code, unreachable_pub, reason = "these are tests, and each of them uses a part")]

pub mod process;

use std::fs;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use admit::store::{AccountKey, NewUser, SessionKey, SessionRecord};
use admit::{Profile, Timestamp};
use admit_sqlite::SqliteStore;

/// A folder of one test's own, below the build's. It stays, to be looked into, until the test runs again.
pub struct Folder(PathBuf);

impl Folder {
    /// An empty one.
    pub fn new(name: &str) -> Self {
        let folder = Self::named(name);
        let _ = fs::remove_dir_all(&folder.0);
        fs::create_dir_all(&folder.0).expect("a folder");
        folder
    }

    /// The one that another process of the test has made.
    pub fn named(name: &str) -> Self {
        Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join("admit-sqlite").join(name))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Where the file is that most tests use.
    pub fn file(&self) -> PathBuf {
        self.0.join("admit.db")
    }

    pub async fn store(&self) -> SqliteStore {
        SqliteStore::open(self.file()).await.expect("a store")
    }
}

/// Makes the file as the first release left it, with a row in each table.
pub fn of_the_first_release(file: &Path) {
    let raw = rusqlite::Connection::open(file).expect("a file");
    raw.execute_batch(include_str!("../fixtures/schema-1.sql")).expect("its tables");
}

pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(4_102_444_800 + seconds)
}

pub fn key(name: u8) -> SessionKey {
    SessionKey([name; 32])
}

pub fn record(name: u8, user: &str) -> SessionRecord {
    SessionRecord {
        key: key(name),
        user: user.to_owned(),
        data: vec![name; 4],
        created_at: at(0),
        expires_at: at(600),
        version: 1,
    }
}

pub fn account(subject: &str) -> AccountKey {
    AccountKey { provider: "acme".to_owned(), subject: subject.to_owned() }
}

pub fn new(id: &str, subject: &str) -> NewUser {
    NewUser { id: id.to_owned(), profile: Profile::new(subject) }
}

/// Begins with something, and leaves. What came of it so far.
pub fn polled_once<T>(future: impl Future<Output = T>) -> Poll<T> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}
