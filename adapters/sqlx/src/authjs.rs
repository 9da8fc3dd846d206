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

use std::collections::{HashMap, HashSet};
use std::fmt;

use admit::store::{AccountKey, User};
use admit::{Auth, Import, ImportError, Imported, ImportedSession};
use sqlx::PgPool;

use crate::PostgresStore;
use here::{Here, Verdict};
use rows::{Source, TheirAccount, TheirSession};
use tables::Tables;

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
        let tables = Tables::find(&self.source, self.sessions).await?;
        let source = Source { pool: &self.source, tables };
        let report = AuthJsReport { verification_tokens: source.verification_tokens().await?, ..Default::default() };
        let mut walk = Walk {
            same_address: source.same_address().await?,
            shared: source.shared_accounts().await?,
            what: self,
            source,
            store,
            import: if writes { auth.import() } else { auth.import().dry_run() },
            writes,
            report,
        };
        let mut after = None;
        loop {
            let users = walk.source.users(after.as_deref()).await?;
            let Some(last) = users.last() else { break };
            after = Some(last.id.clone());
            walk.users(users).await?;
        }
        walk.orphans().await?;
        Ok(walk.report)
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

/// One run.
struct Walk<'a> {
    what: &'a AuthJsImport,
    source: Source<'a>,
    store: &'a PostgresStore,
    import: Import<'a>,
    writes: bool,
    /// Users whose address is that of one before them.
    same_address: HashSet<String>,
    /// Accounts that stand at several users.
    shared: HashSet<AccountKey>,
    report: AuthJsReport,
}

/// A user, what becomes of them, and of each of their accounts.
struct Judged {
    user: User,
    verdict: Verdict,
    accounts: Vec<(TheirAccount, Verdict)>,
}

impl Walk<'_> {
    async fn users(&mut self, users: Vec<User>) -> Result<(), AuthJsError> {
        let ids: Vec<_> = users.iter().map(|user| user.id.clone()).collect();
        let accounts = self.source.accounts(&ids).await?;
        let here = Here::find(self.store, &users, &accounts).await?;
        let mut by_user: HashMap<_, Vec<_>> = HashMap::new();
        for account in accounts {
            by_user.entry(account.user.clone()).or_default().push(account);
        }
        let mut page = Vec::new();
        for user in users {
            let accounts = by_user.remove(&user.id).unwrap_or_default();
            page.push(self.judge(user, accounts, &here));
        }
        for judged in &page {
            self.tokens(judged).await?;
        }
        if self.what.sessions {
            self.sessions(&ids, &page).await?;
        }
        for judged in page {
            self.user(judged).await?;
        }
        Ok(())
    }

    fn judge(&self, user: User, accounts: Vec<TheirAccount>, here: &Here) -> Judged {
        let verdict = if self.same_address.contains(&user.id) && !here.knows(&user.id) {
            Verdict::Left(Some(ProblemKind::SameEmail))
        } else {
            here.judge_user(&user, accounts.iter().filter(|account| !self.shared.contains(&account.key)))
        };
        let mut seen = HashSet::new();
        let mut judged = Vec::new();
        for account in accounts {
            let of_account = if account.at_provider && !seen.insert(account.key.clone()) {
                Verdict::Twice
            } else if account.at_provider && self.shared.contains(&account.key) {
                Verdict::Left(Some(ProblemKind::SharedAccount))
            } else {
                here.judge_account(&account, &verdict)
            };
            judged.push((account, of_account));
        }
        Judged { user, verdict, accounts: judged }
    }

    async fn tokens(&mut self, judged: &Judged) -> Result<(), AuthJsError> {
        for (account, verdict) in &judged.accounts {
            let Some(tokens) = &account.tokens else { continue };
            let tally = &mut self.report.tokens;
            match verdict {
                Verdict::Left(_) => tally.left += 1,
                _ if !self.what.tokens => tally.left += 1,
                Verdict::Twice => tally.known += 1,
                Verdict::Take | Verdict::Known => match self.import.tokens(&account.key, tokens.clone()).await {
                    Ok(imported) => tally.count(imported),
                    Err(error @ ImportError::UnknownProvider(_)) => {
                        tally.left += 1;
                        self.report.problem(self.source.tables.accounts, &account.row, refused(&error));
                    }
                    Err(error) => return Err(error.into()),
                },
            }
        }
        Ok(())
    }

    async fn sessions(&mut self, ids: &[String], page: &[Judged]) -> Result<(), AuthJsError> {
        let by_id: HashMap<_, _> = page.iter().map(|judged| (judged.user.id.as_str(), judged)).collect();
        let mut after = None;
        loop {
            let sessions = self.source.sessions(ids, after.as_deref()).await?;
            let Some(last) = sessions.last() else { return Ok(()) };
            after = Some(last.row.clone());
            let ended_here = here::remembered(self.store, &sessions).await?;
            let mut taken = Vec::new();
            for session in sessions {
                let Some(judged) = by_id.get(session.user.as_str()) else { continue };
                if self.session(&session, judged, ended_here.contains(&session.digest)).await? {
                    taken.push(session);
                }
            }
            if self.writes {
                here::remember(self.store, &taken).await?;
            }
        }
    }

    /// Whether the session is here now.
    async fn session(&mut self, theirs: &TheirSession, judged: &Judged, remembered: bool) -> Result<bool, AuthJsError> {
        let table = self.source.tables.sessions;
        if let Verdict::Left(_) = judged.verdict {
            self.report.sessions.left += 1;
            self.report.problem(table, &theirs.row, ProblemKind::UserLeft);
            return Ok(false);
        }
        let accounts = judged.accounts.iter();
        let accounts = accounts.filter(|(_, verdict)| matches!(verdict, Verdict::Take | Verdict::Known));
        let accounts = accounts.map(|(account, _)| account.key.clone()).collect();
        let session = ImportedSession::new(&theirs.value, judged.user.clone(), theirs.expires_at).accounts(accounts);
        // One that was taken over before and is no longer here was ended here.
        let import = if remembered { self.import.dry_run() } else { self.import };
        let imported = match import.session(&session).await {
            Ok(Imported::Done) if remembered => Imported::Ended,
            Ok(imported) => imported,
            Err(error @ ImportError::BadValue(_)) => {
                self.report.sessions.left += 1;
                self.report.problem(table, &theirs.row, refused(&error));
                return Ok(false);
            }
            Err(error) => return Err(error.into()),
        };
        self.report.sessions.count(imported);
        Ok(!remembered && imported != Imported::Ended)
    }

    /// The user and the accounts, if they are to be taken over.
    async fn user(&mut self, mut judged: Judged) -> Result<(), AuthJsError> {
        // If somebody else is faster, there is another verdict.
        while self.writes
            && judged.verdict == Verdict::Take
            && !here::add(self.store, &judged.user, judged.taken()).await?
        {
            let accounts: Vec<_> = judged.accounts.into_iter().map(|(account, _)| account).collect();
            let here = Here::find(self.store, std::slice::from_ref(&judged.user), &accounts).await?;
            judged = self.judge(judged.user, accounts, &here);
        }
        let Judged { user, verdict, accounts } = judged;
        let (users, table) = (self.source.tables.users, self.source.tables.accounts);
        self.report.users.judged(&verdict);
        if let Verdict::Left(Some(kind)) = verdict {
            self.report.problem(users, &user.id, kind);
        }
        for (account, verdict) in accounts {
            self.report.accounts.judged(&verdict);
            if let Verdict::Left(Some(kind)) = verdict {
                self.report.problem(table, &account.row, kind);
            }
        }
        Ok(())
    }

    /// Rows that belong to nobody.
    async fn orphans(&mut self) -> Result<(), AuthJsError> {
        let Tables { accounts, sessions, .. } = self.source.tables;
        let tables = [accounts, sessions];
        for table in tables.into_iter().take(if self.what.sessions { 2 } else { 1 }) {
            let mut after = None;
            loop {
                let rows = self.source.orphans(table, after.as_deref()).await?;
                let Some(last) = rows.last() else { break };
                after = Some(last.clone());
                let tally = if table == accounts { &mut self.report.accounts } else { &mut self.report.sessions };
                tally.left += rows.len() as u64;
                for row in &rows {
                    self.report.problem(table, row, ProblemKind::Orphan);
                }
            }
        }
        Ok(())
    }
}

impl Judged {
    fn taken(&self) -> impl Iterator<Item = &AccountKey> {
        self.accounts.iter().filter(|(_, verdict)| *verdict == Verdict::Take).map(|(account, _)| &account.key)
    }
}

impl Tally {
    fn count(&mut self, imported: Imported) {
        match imported {
            Imported::Done => self.taken += 1,
            Imported::Known => self.known += 1,
            Imported::Ended => self.ended += 1,
        }
    }

    fn judged(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Take => self.taken += 1,
            Verdict::Known | Verdict::Twice => self.known += 1,
            Verdict::Left(_) => self.left += 1,
        }
    }
}

fn refused(error: &ImportError) -> ProblemKind {
    ProblemKind::Refused(error.to_string())
}
