//! Real servers for tests: PostgreSQL and Redis on free ports of 127.0.0.1, each with a folder of its own.
//!
//! Behind the feature `servers`. A server ends when it is dropped, and also when the test process dies, however it
//! dies. The programs are looked for where `POSTGRES_BIN` and `REDIS_SERVER` say, then on the path, then where Debian
//! puts them.
//!
//! ```no_run
//! use admit_testkit::servers::{Postgres, ServerError, Stop};
//!
//! # async fn example() -> Result<(), ServerError> {
//! // One server for all tests of a process, a database for each of them:
//! let url = Postgres::shared().await?.database("accounts").await?;
//!
//! // Or one of its own, for a test that ends it:
//! let mut server = Postgres::builder().durable().start().await?;
//! server.restart(Stop::Abrupt).await?;
//! # Ok(())
//! # }
//! ```

mod postgres;
mod process;
mod program;
mod redis;

use std::io;

pub use postgres::{Postgres, PostgresBuilder};
pub use redis::Redis;

/// How a server is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It sends its clients away and writes down what it holds: what PostgreSQL calls fast.
    Orderly,
    /// It drops everything, as in a power cut: what PostgreSQL calls immediate.
    Abrupt,
}

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// A program is not installed.
    #[error("{program} is not installed — on Debian: apt-get install {package} — or say in {variable} where it is")]
    Missing {
        /// The program.
        program: &'static str,
        /// Debian's package.
        package: &'static str,
        /// The environment variable that may name the place.
        variable: &'static str,
    },
    /// A program ended with an error.
    #[error("{program} failed — {said}")]
    Failed {
        /// The program.
        program: String,
        /// The end of what it said.
        said: String,
    },
    /// A server did not do what it should within 30 seconds.
    #[error("{program} took longer than 30 seconds — {said}")]
    Slow {
        /// The program.
        program: String,
        /// The end of what it said.
        said: String,
    },
    /// It was stopped, and is to do something before it was resumed.
    #[error("the server is stopped — resume it first")]
    Stopped,
    /// The system refused a file, a port or a process.
    #[error("the system refused {what}")]
    System {
        /// What was wanted.
        what: &'static str,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl ServerError {
    fn system(what: &'static str) -> impl Fn(io::Error) -> Self {
        move |source| Self::System { what, source }
    }

    fn no_port() -> Self {
        Self::System { what: "a free port", source: io::ErrorKind::AddrInUse.into() }
    }

    /// Whether another process was quicker at the port.
    fn is_about_the_port(&self) -> bool {
        matches!(self, Self::Failed { said, .. } if said.contains("Address already in use"))
    }
}
