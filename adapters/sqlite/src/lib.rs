//! [admit]'s sessions, tokens, users, evidence and audit in one SQLite file: the store that needs no server.
//!
//! ```no_run
//! use admit::{Auth, Client, OAuthProvider, Profile};
//! use admit_sqlite::SqliteStore;
//! # fn acme(client: Client) -> OAuthProvider {
//! #     OAuthProvider::oauth2("acme", "Acme", client)
//! #         .authorization_endpoint("https://id.acme.example/authorize")
//! #         .token_endpoint("https://id.acme.example/token")
//! #         .userinfo_endpoint("https://id.acme.example/me")
//! #         .profile(|source| Ok(Profile::new(source.id("id")?)))
//! # }
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let store = SqliteStore::open("/var/lib/acme/admit.db").await?;
//! let auth = Auth::builder("https://app.example")
//!     .secret("0123456789abcdef0123456789abcdef")
//!     .provider(acme(Client::new("an-id", "a-secret")))
//!     .store(store)
//!     .build()?;
//! # drop(auth);
//! # Ok(())
//! # }
//! ```
//!
//! # What holds
//! - **What was answered is on the disk.** Each write is committed, and the disk has said so, before its caller hears of
//!   it. A power cut or a killed process leaves no half of anything.
//! - **Reading a session does not leave the thread that asks.** It takes some microseconds, waits for no writer, and
//!   is given to another thread where it would have to wait for anything but the disk.
//! - **Writing never holds up a thread of the runtime.** One thread writes; what waits for it goes into one transaction.
//!   A write whose caller has gone is made all the same, as long as the process lives.
//! - **Several processes may share the file**, on one machine. A write that does not come to its turn within five
//!   seconds fails with [`StoreError::Unavailable`](admit::store::StoreError::Unavailable). A network drive cannot hold
//!   the file: where there is no write-ahead log, [`OpenError`] says so.
//! - **A new file is readable by its owner only**, and so are the `-wal` and `-shm` beside it. All three are the
//!   database: a backup takes them together, or is made by SQLite's own tools.
//! - **Tables are brought up to date when the file is opened.** One that a later release has written is refused, and
//!   left as it is.

mod audit;
mod error;
mod evidence;
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
pub use schema::{SchemaVersion, schema_version};
pub use store::SqliteStore;
