//! What an import found, and what became of it.

use std::fmt;

/// What an import did, or would do. No text in it holds an e-mail address or a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthJsReport {
    /// Rows of `users`.
    pub users: Tally,
    /// Rows of `accounts`.
    pub accounts: Tally,
    /// Accounts that hold tokens.
    pub tokens: Tally,
    /// Rows of `sessions`.
    pub sessions: Tally,
    /// Rows of `verification_token`. They are left: admit has no sign-in by e-mail link.
    pub verification_tokens: u64,
    /// What somebody should look at: the first thousand.
    pub problems: Vec<Problem>,
    /// How many problems there are in all.
    pub problem_count: u64,
}

/// What became of the rows of a table. Not `non_exhaustive`: together they are all rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Taken over.
    pub taken: u64,
    /// Here already; what is here stays.
    pub known: u64,
    /// Ended: there by the clock, or here since an earlier import.
    pub ended: u64,
    /// Left where they are: because of a problem, or because admit has no use for them.
    pub left: u64,
}

/// A row that was not taken over, why, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// The table.
    pub table: &'static str,
    /// The `id` of the row.
    pub row: String,
    /// Why.
    pub kind: ProblemKind,
}

/// Why a row was not taken over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The id is blank, too long, or holds control characters.
    #[error("the id of the user is blank, too long or holds control characters — give the user another")]
    Id,
    /// The address is no single one.
    #[error("the e-mail address is none — correct it or set it to null")]
    Email,
    /// Somebody before this user has that address in another case.
    #[error("a user before this one has the same e-mail address, but for case — merge them or set one to null")]
    SameEmail,
    /// A user of admit has that address.
    #[error("another user has the e-mail address here — decide which is the person, and change the other")]
    EmailTaken,
    /// There is another user of that id.
    #[error("somebody else has that id here, without this address or any of these accounts — give one another id")]
    IdTaken,
    /// The row refers to nobody.
    #[error("there is no such user — delete the row")]
    Orphan,
    /// The user has a problem.
    #[error("its user was not taken over — see there")]
    UserLeft,
    /// Provider or identifier cannot be one.
    #[error("the account is blank, too long or holds control characters — delete the row, its owner connects it anew")]
    Account,
    /// Several users have the account.
    #[error("several users have this account, and it is not known whose it is — delete all rows but one")]
    SharedAccount,
    /// A user of admit has the account.
    #[error("the account belongs to another user here — decide whose it is")]
    AccountTaken,
    /// The user was taken over before.
    #[error("its user is here without it and may have taken it off — they connect it themselves")]
    NotAgain,
    /// What core says of a session or of tokens.
    #[error("{0}")]
    Refused(String),
}

impl AuthJsReport {
    pub(crate) fn problem(&mut self, table: &'static str, row: &str, kind: ProblemKind) {
        self.problem_count += 1;
        if self.problems.len() < MOST {
            self.problems.push(Problem { table, row: row.to_owned(), kind });
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.table, self.row, self.kind)
    }
}

impl fmt::Display for AuthJsReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<20} {:>9} {:>9} {:>9} {:>9}", "", "taken", "known", "ended", "left")?;
        let tables =
            [("users", self.users), ("accounts", self.accounts), ("tokens", self.tokens), ("sessions", self.sessions)];
        for (table, Tally { taken, known, ended, left }) in tables {
            writeln!(f, "{table:<20} {taken:>9} {known:>9} {ended:>9} {left:>9}")?;
        }
        let verification = self.verification_tokens;
        writeln!(f, "{:<20} {:>9} {:>9} {:>9} {verification:>9}", "verification tokens", "", "", "")?;
        for problem in &self.problems {
            writeln!(f, "{problem}")?;
        }
        match self.problem_count.saturating_sub(self.problems.len() as u64) {
            0 => Ok(()),
            more => writeln!(f, "and {more} problems more"),
        }
    }
}

/// As many problems as are told one by one.
const MOST: usize = 1_000;
