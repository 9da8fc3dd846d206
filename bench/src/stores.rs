//! What sessions in a store cost: to read one in a server, to write what a sign-in writes, and to keep a million.
//!
//! Reads are rounds: a second of each application after the other, under the load of [`load`](crate::load), so that
//! whatever else the machine does falls on all. Sign-ins and the million are measured without a server.

mod keeping;
mod million;
mod people;
mod place;
mod query;
mod reads;
mod report;
mod serve;
mod sign_ins;

pub use self::million::{Kept, keep};
pub use self::place::Place;
pub use self::reads::{Plan, Read};
pub use self::report::{READS, Report, SIGN_INS};
pub use self::serve::{App, serve};
pub use self::sign_ins::{AT_ONCE, Home, SignIns, sign_in, sign_in_apart};

/// What keeps sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// One file.
    Sqlite,
    /// A server for everything.
    Postgres,
    /// A server for sessions and tokens.
    Redis,
}

impl Store {
    /// Those there are.
    pub const ALL: [Self; 3] = [Self::Sqlite, Self::Postgres, Self::Redis];

    /// As the command line has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Redis => "redis",
        }
    }

    /// As a report has it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
            Self::Redis => "Redis",
        }
    }

    /// What share of its CPU time the bare application is to take, at least.
    pub(crate) fn goal_of_bare(self) -> f64 {
        match self {
            Self::Sqlite => 0.45,
            Self::Postgres => 0.35,
            Self::Redis => 0.55,
        }
    }
}

/// What share of its CPU time the bare query is to take, at least.
pub(crate) const GOAL_OF_QUERY: f64 = 0.85;
