//! One run through all that Auth.js keeps, for a plan as for the import itself.

use std::collections::{HashMap, HashSet};

use admit::store::{AccountKey, User};
use admit::{Auth, Import, ImportError, Imported, ImportedSession};

use super::here::{self, Here, Verdict};
use super::rows::{Source, TheirAccount, TheirSession};
use super::tables::Tables;
use super::{AuthJsError, AuthJsImport, AuthJsReport, ProblemKind, Tally};
use crate::PostgresStore;

/// One run.
pub(super) struct Walk<'a> {
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

impl<'a> Walk<'a> {
    pub(super) async fn begin(
        what: &'a AuthJsImport,
        store: &'a PostgresStore,
        auth: &'a Auth,
        writes: bool,
    ) -> Result<Self, AuthJsError> {
        let source = Source { pool: &what.source, tables: Tables::find(&what.source, what.sessions).await? };
        Ok(Self {
            same_address: source.same_address().await?,
            shared: source.shared_accounts().await?,
            report: AuthJsReport { verification_tokens: source.verification_tokens().await?, ..Default::default() },
            what,
            source,
            store,
            import: if writes { auth.import() } else { auth.import().dry_run() },
            writes,
        })
    }

    pub(super) async fn finish(mut self) -> Result<AuthJsReport, AuthJsError> {
        let mut after = None;
        loop {
            let users = self.source.users(after.as_deref()).await?;
            let Some(last) = users.last() else { break };
            after = Some(last.id.clone());
            self.users(users).await?;
        }
        self.orphans().await?;
        Ok(self.report)
    }

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
