//! What becomes of tokens when several processes refresh them over one store.
//!
//! A test plays all parts. Started by cargo it directs: it runs itself as further processes, which are nodes of one
//! site, and lets them ask for tokens at a pretend provider on a loopback socket. That provider replaces a refresh
//! token at each use, and revokes the whole family of one that comes twice: who is not careful signs people out. In the
//! other processes [`part`] tells where the store is, and [`play_a_node`] does the rest.
//!
//! ```no_run
//! use admit_testkit::cross_process::{self, Cast};
//! # use admit::MemoryStore;
//! # struct MyStore;
//! # impl MyStore { async fn open(_: &str) -> MemoryStore { MemoryStore::new() } }
//!
//! // #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
//! async fn processes_refresh_each_account_once() {
//!     if let Some(place) = cross_process::part() {
//!         return cross_process::play_a_node(MyStore::open(&place).await).await;
//!     }
//!     let place = "/tmp/my-store";
//!     let store = MyStore::open(place).await;
//!     let cast = Cast::new("processes_refresh_each_account_once", "my-store", place, store);
//!     println!("{}", cast.refresh_together(4, 1_000).await);
//! }
//! ```
//!
//! Each test needs a store of its own, since the same people sign in at all of them. A method panics at the first
//! promise that is not kept, and gives its figures, printed as one line. `ADMIT_TRIALS`, `ADMIT_KILLS` and `ADMIT_SEED`
//! say how many and which.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a contract tells by panicking")]

mod asleep;
mod clock;
mod clocks;
mod kills;
mod node;
mod player;
mod scene;
mod site;
mod steps;
mod together;
mod wire;
mod writes;

use admit::store::{Once, SessionStore, TokenStore};

pub use clocks::Clocks;
pub use kills::Kills;
pub use node::play_a_node;
pub use together::Together;

use scene::Scene;

/// Where this process finds the store, if it is to play a node.
pub fn part() -> Option<String> {
    player::variable(player::PLACE)
}

/// How many trials a test makes in all: what `ADMIT_TRIALS` says, or else 1 000.
///
/// # Panics
/// When that is no number.
pub fn trials() -> usize {
    player::variable("ADMIT_TRIALS").map_or(1_000, |text| text.parse().expect("a number"))
}

/// A store, and the test whose processes share it.
#[derive(Clone, Debug)]
pub struct Cast<S> {
    test: &'static str,
    name: &'static str,
    place: String,
    store: S,
}

impl<S: SessionStore + TokenStore + Once + Clone> Cast<S> {
    /// The test of that name, a name for the store in figures, and where the other processes find it.
    pub fn new(test: &'static str, name: &'static str, place: impl Into<String>, store: S) -> Self {
        Self { test, name, place: place.into(), store }
    }

    /// In each trial all processes ask for the token of an account whose token has ended, at the same moment, with 64
    /// accounts at once. All get the same new token, and one of them asks the provider.
    ///
    /// # Panics
    /// When that is not so.
    pub async fn refresh_together(&self, processes: usize, trials: usize) -> Together {
        together::run(self, processes, trials).await
    }

    /// Processes are killed at seeded points around a rotation, `ADMIT_KILLS` of them or else 50. Another process goes on
    /// within ten seconds, no row and no session suffers, and a grant is lost only where the provider had replaced the
    /// refresh token and the new one was not yet in the store.
    ///
    /// # Panics
    /// When that is not so.
    pub async fn kill_around_a_rotation(&self) -> Kills {
        kills::run(self).await
    }

    /// Processes are stopped past the end of their lease, and go on. What others did meanwhile stays.
    ///
    /// # Panics
    /// When that is not so.
    pub async fn sleep_through_a_lease(&self) {
        asleep::run(self).await;
    }

    /// Two nodes whose clocks are 90 s apart, and an hour off the provider's in either direction, ask for 64 accounts all
    /// day. Each account is refreshed about as often as its tokens end, and everybody is served.
    ///
    /// # Panics
    /// When that is not so.
    pub async fn keep_clocks_apart(&self) -> Clocks {
        clocks::run(self).await
    }

    /// The store fails exactly when new tokens are to be written, and once more when they were but nobody is told. They
    /// are kept in memory, and written later.
    ///
    /// # Panics
    /// When that is not so.
    pub async fn fail_at_the_write(&self) {
        writes::run(self).await;
    }
}
