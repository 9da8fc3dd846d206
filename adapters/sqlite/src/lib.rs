//! [admit](admit)'s sessions, tokens and users in one SQLite file: the store that needs no server.
//!
//! ```
//! use admit_sqlite::{OpenError, SqliteStore};
//!
//! # async fn example() -> Result<(), OpenError> {
//! let store = SqliteStore::open("/var/lib/acme/admit.db").await?;
//! # Ok(())
//! # }
//! ```

mod error;
mod once;
mod open;
mod readers;
mod schema;
mod sessions;
mod sql;
mod store;
mod tokens;
mod users;
mod writer;

pub use error::OpenError;
pub use store::SqliteStore;
