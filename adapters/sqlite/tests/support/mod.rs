//! Folders for files.
#![allow(clippy::expect_used, dead_code, reason = "these are tests, and each of them uses a part")]

use std::fs;
use std::path::{Path, PathBuf};

use admit_sqlite::SqliteStore;

/// An empty folder of one test's own, below the build's. It stays, to be looked into, until the test runs again.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("admit-sqlite").join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
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
