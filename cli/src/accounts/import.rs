//! `admit accounts import`: users, accounts, tokens and sessions come over from Auth.js' own PostgreSQL.

use std::io;

use admit::{Auth, Deed};
use admit_sqlx::{AuthJsImport, AuthJsReport, PostgresStore, Tally};
use clap::Args;
use serde::Serialize;

use crate::actor::Actor;
use crate::config::{self, Address, Database, Home, Stores};
use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupts;
use crate::output::{self, Format, Row};
use crate::progress::Progress;

/// Takes over what Auth.js keeps in PostgreSQL
///
/// Without --apply it only looks. It can be run again at any time, and goes on where it was: what is here stays as it
/// is, and nothing is changed there. DATABASE_URL names where everything goes, and the environment is otherwise read
/// as the application reads it. The result holds no address of a person and no token.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The database of Auth.js, as postgres://user:password@host/database
    #[arg(long, value_name = "URL", required_unless_present = "from_variable")]
    from: Option<String>,
    /// The variable that holds it, so that no list of processes shows a password
    #[arg(long, value_name = "NAME", conflicts_with = "from")]
    from_variable: Option<String>,
    /// Acts; without it, nothing is written
    #[arg(long)]
    apply: bool,
    /// Leaves the tokens: access tokens are there after the next sign-in
    #[arg(long)]
    without_tokens: bool,
    /// Leaves the sessions: people sign in once more
    #[arg(long)]
    without_sessions: bool,
    /// Where the application keeps sessions
    #[arg(long, value_enum, default_value = "database")]
    sessions_in: Home,
    /// Lists the rows that are left because of a problem, in place of the counts
    #[arg(long)]
    problems: bool,
    /// How the result is written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    actor: Actor,
    #[command(flatten)]
    stores: Stores,
}

/// What became of the rows of one table.
#[derive(Debug, Serialize)]
struct Table {
    table: &'static str,
    taken: u64,
    known: u64,
    ended: u64,
    left: u64,
}

impl Row for Table {
    const COLUMNS: &'static [&'static str] = &["table", "taken", "known", "ended", "left"];
}

/// A row that was left, and why.
#[derive(Debug, Serialize)]
struct Left {
    table: &'static str,
    row: String,
    why: String,
}

impl Row for Left {
    const COLUMNS: &'static [&'static str] = &["table", "row", "why"];
}

impl Import {
    pub(crate) async fn run(self) -> Result<Exit, Failure> {
        let mut interrupts = Interrupts::hear().map_err(Failure::Signals)?;
        let import = self.source().await?;
        let (auth, store) = self.target().await?;
        let mut progress = Progress::new();
        progress.show(|| if self.apply { "taking over …" } else { "looking …" }.to_owned());
        let report = tokio::select! {
            biased;
            // What was taken over until now stays, and each user came over whole.
            () = interrupts.next() => return Ok(Exit::Interrupted),
            report = self.walk(&import, &store, &auth) => report?,
        };
        drop(progress);
        if self.apply {
            self.note(&auth, &report).await?;
        }
        self.write(&report).map_err(Failure::Output)?;
        let is_left = report.problem_count > 0 || (!self.apply && tables(&report).iter().any(|table| table.taken > 0));
        Ok(if is_left { Exit::Left } else { Exit::Done })
    }

    async fn source(&self) -> Result<AuthJsImport, Failure> {
        let url = match (&self.from, &self.from_variable) {
            (Some(url), _) => url.clone(),
            (None, Some(name)) => config::text(name).ok_or_else(|| config::missing(name))?,
            (None, None) => return Err(config::missing("--from")),
        };
        let import = AuthJsImport::connect(&url).await?;
        let import = if self.without_tokens { import.without_tokens() } else { import };
        Ok(if self.without_sessions { import.without_sessions() } else { import })
    }

    /// Where everything goes. Only with `--apply` are tables made there.
    async fn target(&self) -> Result<(Auth, PostgresStore), Failure> {
        let Some(Address::Postgres(_)) = Address::read()? else {
            return Err(Failure::Environment("DATABASE_URL names no PostgreSQL, and the import needs one".to_owned()));
        };
        if !self.apply {
            config::check_tables().await?;
        }
        let site = config::site(&self.stores).await?;
        let Database::Postgres(store) = site.database.clone() else { return Err(config::missing("DATABASE_URL")) };
        let builder = match self.sessions_in {
            Home::Database => site.database.sessions(site.builder),
            Home::Redis => site.builder.session_store(self.stores.redis().await?),
        };
        Ok((builder.build()?, store))
    }

    async fn walk(&self, import: &AuthJsImport, store: &PostgresStore, auth: &Auth) -> Result<AuthJsReport, Failure> {
        match self.apply {
            true => Ok(import.apply(store, auth).await?),
            false => Ok(import.plan(store, auth).await?),
        }
    }

    /// Writes down who did it, where the application writes such things down.
    async fn note(&self, auth: &Auth, report: &AuthJsReport) -> Result<(), Failure> {
        let actor = self.actor.name();
        let deed =
            tables(report).into_iter().fold(Deed::new(&actor, "import"), |deed, row| deed.detail(row.table, row.taken));
        auth.audit(deed).await?;
        Ok(())
    }

    fn write(&self, report: &AuthJsReport) -> io::Result<()> {
        if !self.problems {
            return output::rows(&mut io::stdout(), self.format, &tables(report));
        }
        let left = report.problems.iter();
        let left =
            left.map(|problem| Left { table: problem.table, row: problem.row.clone(), why: problem.kind.to_string() });
        output::rows(&mut io::stdout(), self.format, &left.collect::<Vec<_>>())
    }
}

fn tables(report: &AuthJsReport) -> [Table; 5] {
    let row = |table, Tally { taken, known, ended, left }| Table { table, taken, known, ended, left };
    [
        row("users", report.users),
        row("accounts", report.accounts),
        row("tokens", report.tokens),
        row("sessions", report.sessions),
        row("verification_tokens", Tally { left: report.verification_tokens, ..Tally::default() }),
    ]
}
