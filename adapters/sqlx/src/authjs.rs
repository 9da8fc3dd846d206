//! The way over for a team whose users, accounts and sessions Auth.js keeps in PostgreSQL.
//!
//! 1. Of each user the tokens and sessions go first, and then the user with all accounts in one step. So a user who is
//!    here is complete, and after a crash another run takes up where this one was.
//! 2. A dry run walks the same way and asks the same questions.
//! 3. Nothing is merged, and nothing comes back: not an account that was taken off here, nor a session that was ended.

mod error;
mod here;
mod report;
mod rows;
mod tables;
mod walk;

use std::fmt;

use admit::Auth;
use sqlx::Connection as _;
use sqlx::postgres::{PgPool, PgPoolOptions};

use crate::address::Address;
use crate::{PostgresError, PostgresStore};
use walk::Walk;

pub use error::AuthJsError;
pub use report::{AuthJsReport, Problem, ProblemKind, Tally};

/// Takes over what Auth.js keeps in PostgreSQL by its own adapter (`users`, `accounts`, `sessions`,
/// `verification_token`), or by Prisma's under its usual names. People keep their ids and stay signed in.
///
/// It can be run again, from several places, and from within the same database. What is here stays as it is; a user who
/// was deleted here comes back if they are still there, so delete them there as well.
///
/// What is there is read a thousand rows at a time, and never changed. Where there are many users, an index on `"userId"`
/// of accounts and sessions makes it fast.
///
/// ```no_run
/// use admit_sqlx::{AuthJsImport, PostgresStore};
///
/// # async fn example(theirs: sqlx::PgPool, store: PostgresStore, auth: admit::Auth) -> Result<(), Box<dyn std::error::Error>> {
/// let import = AuthJsImport::new(theirs);
/// let plan = import.plan(&store, &auth).await?;
/// println!("{plan}");
/// if plan.problems.is_empty() {
///     import.apply(&store, &auth).await?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct AuthJsImport {
    source: PgPool,
    tokens: bool,
    sessions: bool,
}

impl AuthJsImport {
    /// From this database. Its tables are those that the connections' `search_path` finds.
    pub fn new(source: PgPool) -> Self {
        Self { source, tokens: true, sessions: true }
    }

    /// From the database at that address, by a few connections of our own. What holds for the address of
    /// [`PostgresStore::connect`] holds for this one.
    ///
    /// # Errors
    /// When there is no such database.
    pub async fn connect(url: &str) -> Result<Self, PostgresError> {
        let address = Address::parse(url)?;
        let _ = address.connect().await?.close().await;
        Ok(Self::new(PgPoolOptions::new().max_connections(4).connect_lazy_with(address.options)))
    }

    /// Leaves the tokens: access tokens are there after the next sign-in.
    #[must_use]
    pub fn without_tokens(mut self) -> Self {
        self.tokens = false;
        self
    }

    /// Leaves the sessions: people sign in once more. Also for a site that kept none there, and has no such table.
    #[must_use]
    pub fn without_sessions(mut self) -> Self {
        self.sessions = false;
        self
    }

    /// What [`apply`](Self::apply) would do now. Writes nothing.
    ///
    /// # Errors
    /// See [`AuthJsError`].
    pub async fn plan(&self, store: &PostgresStore, auth: &Auth) -> Result<AuthJsReport, AuthJsError> {
        self.walk(store, auth, false).await
    }

    /// Takes everything over that gives no cause to look at it. Users and accounts go into `store`; sessions and tokens
    /// are sealed, and kept where `auth` keeps them.
    ///
    /// # Errors
    /// See [`AuthJsError`]. What was taken over until then stays, and another run goes on from there.
    pub async fn apply(&self, store: &PostgresStore, auth: &Auth) -> Result<AuthJsReport, AuthJsError> {
        self.walk(store, auth, true).await
    }

    async fn walk(&self, store: &PostgresStore, auth: &Auth, writes: bool) -> Result<AuthJsReport, AuthJsError> {
        Walk::begin(self, store, auth, writes).await?.finish().await
    }
}

impl fmt::Debug for AuthJsImport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthJsImport")
            .field("tokens", &self.tokens)
            .field("sessions", &self.sessions)
            .finish_non_exhaustive()
    }
}
