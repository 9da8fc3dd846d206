//! Contracts: what every store has to do, whatever it keeps its rows in.
//!
//! Each function takes a fresh, empty store and panics at the first promise that is not kept. Concurrency is part of
//! the contract, so call them within a tokio runtime; one with several threads finds more.
//!
//! ```
//! use admit::MemoryStore;
//! use admit_testkit::contract;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! contract::session_store_contract(MemoryStore::new()).await;
//! contract::once_contract(MemoryStore::new()).await;
//! # }
//! ```
#![allow(clippy::panic, reason = "a contract tells by panicking")]

mod audit;
mod evidence;
mod once;
mod sessions;
mod tokens;
mod users;

use std::fmt::Debug;
use std::future::Future;

use admit::Timestamp;
use admit::store::{AccountKey, StoreError};
use tokio::task::JoinSet;

pub use audit::audit_store_contract;
pub use evidence::evidence_store_contract;
pub use once::once_contract;
pub use sessions::session_store_contract;
pub use tokens::{node_clocks_contract, token_store_contract};
pub use users::user_store_contract;

#[track_caller]
fn done<T>(result: Result<T, StoreError>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("the store failed: {error:?}"),
    }
}

#[track_caller]
fn conflict<T: Debug>(result: Result<T, StoreError>, why: &str) {
    match result {
        Err(StoreError::Conflict) => {}
        other => panic!("{why} is a conflict, not {other:?}"),
    }
}

#[track_caller]
fn unknown<T: Debug>(result: Result<T, StoreError>, what: &str) {
    match result {
        Err(StoreError::UnknownUser) => {}
        other => panic!("{what} names an unknown user, and is not {other:?}"),
    }
}

/// Runs them all at once, and gives their results in no particular order.
async fn at_once<F>(count: usize, each: impl Fn(usize) -> F) -> Vec<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    (0..count).map(each).collect::<JoinSet<_>>().join_all().await
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(AGES_HENCE + seconds)
}

fn account(provider: &str, subject: &str) -> AccountKey {
    AccountKey { provider: provider.to_owned(), subject: subject.to_owned() }
}

/// The year 2100. A store may let go of what has expired by its own clock, so a contract is written of a time to come.
const AGES_HENCE: i64 = 4_102_444_800;
