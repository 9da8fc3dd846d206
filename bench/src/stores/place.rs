//! Where a store is: a file, or a server that is started for it.

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use admit_testkit::servers::{Postgres, Redis};

use super::Store;

/// A new and empty place. It is gone when this is dropped.
#[derive(Debug)]
pub struct Place {
    /// The file, or the server's address.
    pub address: String,
    _kept: Kept,
}

#[derive(Debug)]
#[allow(dead_code, reason = "the servers are held so that they run on")]
enum Kept {
    Folder(Folder),
    Postgres(Postgres),
    Redis(Redis),
}

impl Place {
    /// Makes one. A server gets the core that this process has, and puts what is committed on the disk as it would for
    /// an application.
    ///
    /// # Errors
    /// When there is no room, or the server is not installed.
    pub async fn new(store: Store) -> Result<Self, Box<dyn Error>> {
        Ok(match store {
            Store::Sqlite => {
                let folder = Folder::new()?;
                Self { address: folder.0.join("admit.db").display().to_string(), _kept: Kept::Folder(folder) }
            }
            Store::Postgres => {
                let server = Postgres::builder().durable().start().await?;
                Self { address: server.url(), _kept: Kept::Postgres(server) }
            }
            Store::Redis => {
                let server = Redis::start().await?;
                Self { address: server.url(), _kept: Kept::Redis(server) }
            }
        })
    }
}

/// A folder among the system's temporary files, with a name that nobody else chose.
#[derive(Debug)]
struct Folder(PathBuf);

impl Folder {
    fn new() -> std::io::Result<Self> {
        let parent = std::env::temp_dir();
        let names = (0..).map(|number| parent.join(format!("admit-bench-{}-{number}", std::process::id())));
        for path in names {
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self(path)),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(std::io::ErrorKind::AlreadyExists.into())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
