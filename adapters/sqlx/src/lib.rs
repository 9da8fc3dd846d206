//! Sessions, tokens, users, evidence and audit for [admit] in PostgreSQL, on [sqlx].
//!
//! [`PostgresStore`] is all six of admit's stores: of sessions, of tokens, of users, of what may happen once, of what is
//! known of accounts, and of what was done to them.
//!
//! ```no_run
//! use admit::Auth;
//! use admit_sqlx::PostgresStore;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let store = PostgresStore::connect("postgres://app:password@db.example/app").await?;
//! let auth = Auth::builder("https://app.example").store(store);
//! # let _ = auth;
//! # Ok(())
//! # }
//! ```
//!
//! # What holds
//! - **A session is read in one round trip, and reading writes nothing.**
//! - **Reads that come together travel together**: while others are under way they wait, and are asked in one question.
//! - **Each method of a store is one step**: a single statement, or a transaction where one does not suffice.
//! - **No call waits for long.** A store that is down or does not answer is [`StoreError::Unavailable`] after five seconds
//!   at most, or twice that for the few methods that ask twice.
//! - **A read whose connection turns out to be broken is asked again on the next one.** A write is not: it may have
//!   been done.
//! - **The connection is encrypted and the server's certificate verified**, unless the server is on this machine or the
//!   address says `sslmode` otherwise.
//!
//! # The tables
//! Their names begin with `admit_`, and they stand in the schema that comes first in the connection's `search_path`; for
//! another one, say so in the address: `?options=-csearch_path%3Dauth`. [`PostgresStore::connect`] and
//! [`PostgresStore::new`] make and change them, also when several nodes start at once. Where the application may not
//! do that at run time, its deployment calls [`migrate`], and it [`PostgresStore::without_migrating`].
//!
//! Each sign-in removes a few rows that have expired; `Auth::purge_all_expired` removes all of them.
//!
//! Behind PgBouncer in transaction mode, let it know prepared statements (`max_prepared_statements`), or say
//! `?statement-cache-capacity=0`.
//!
//! [`StoreError::Unavailable`]: admit::store::StoreError::Unavailable

mod address;
mod ask;
mod audit;
mod authjs;
mod error;
mod evidence;
mod once;
mod schema;
mod sessions;
mod store;
mod tokens;
mod users;

pub use authjs::{AuthJsError, AuthJsImport, AuthJsReport, Problem, ProblemKind, Tally};
pub use error::{PostgresError, Unkeepable};
pub use schema::{SchemaVersion, migrate, schema_version};
pub use store::PostgresStore;
