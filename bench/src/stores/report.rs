//! What was measured, as Markdown.

use std::fmt;

use admit::{Clock as _, SystemClock};

use super::{App, GOAL_OF_QUERY, Home, Kept, Plan, Read, SignIns};
use crate::side_by_side::machine::{processor, versions_of};
use crate::side_by_side::pairs::CONNECTIONS;
use crate::side_by_side::spread::Spread;

/// All that was measured, and under what circumstances.
#[derive(Debug)]
pub struct Report<'a> {
    /// How the reads were measured.
    pub plan: &'a Plan,
    /// A session read in a server.
    pub reads: &'a [Read],
    /// Sign-ins, by where they write.
    pub sign_ins: &'a [(Home, Vec<SignIns>)],
    /// A million sessions.
    pub kept: Option<&'a Kept>,
    /// The machine's load before anything was started.
    pub load_before: &'a str,
}

/// The rows of one store.
impl fmt::Display for Read {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, app) in self.apps().iter().filter(|app| **app != App::Bare).enumerate() {
            let what = match app {
                App::Bare | App::Query => "the bare query",
                App::Sessions => "admit, sessions in the store",
                App::Users => "admit, users too",
            };
            let of_query = match app {
                App::Bare | App::Query => "|".to_owned(),
                App::Sessions | App::Users => held(self.share(App::Query, *app), GOAL_OF_QUERY),
            };
            let of_bare = match app {
                App::Bare | App::Query => share(self.share(App::Bare, *app)) + " |",
                App::Sessions | App::Users => held(self.share(App::Bare, *app), self.store.goal_of_bare()),
            };
            let [bare, this] = [App::Bare, *app].map(|app| time(self.per_request(app)));
            let line_end = if place == 0 { "" } else { "\n" };
            write!(f, "{line_end}| {} | {what} | {of_query} | {of_bare} | {bare} | {this} |", self.store.title())?;
        }
        Ok(())
    }
}

/// Two columns: the share, and the goal.
fn held(spread: Option<Spread>, goal: f64) -> String {
    let met = if spread.is_some_and(|spread| spread.median >= goal) { "met" } else { "**not met**" };
    format!("{} | {goal:.2}, {met}", share(spread))
}

fn share(spread: Option<Spread>) -> String {
    spread.map_or_else(String::new, |share| format!("**{:.2}** ({:.2}–{:.2})", share.median, share.lower, share.upper))
}

fn time(spread: Option<Spread>) -> String {
    spread.map_or_else(String::new, |time| format!("{:.1} ({:.1})", time.least, time.median))
}

/// A row for each home.
struct SignInRow<'a>(&'a Home, &'a [SignIns]);

impl fmt::Display for SignInRow<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "| {} |", self.0.title())?;
        self.1.iter().try_for_each(|SignIns { per_second, median, slow, .. }| {
            write!(f, " **{per_second:.0}** ({median:.1}, {slow:.1}) |")
        })
    }
}

/// A page.
impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# Stores\n\nWritten by `bench/stores`; [README.md](../README.md) says what it means.")?;
        if !self.reads.is_empty() {
            writeln!(f, "\n## A session is read\n\n{READS}")?;
            self.reads.iter().try_for_each(|read| writeln!(f, "{read}"))?;
        }
        if !self.sign_ins.is_empty() {
            writeln!(f, "\n## Somebody signs in\n\n{SIGN_INS}")?;
            self.sign_ins.iter().try_for_each(|(home, figures)| writeln!(f, "{}", SignInRow(home, figures)))?;
        }
        if let Some(kept) = self.kept {
            writeln!(f, "\n## A million are kept in SQLite\n\n{kept}")?;
        }
        write!(f, "\n{}", self.circumstances())
    }
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ratio = self.ratio();
        let met = if ratio.is_some_and(|ratio| ratio.median <= GOAL_OF_MANY) { "met" } else { "**not met**" };
        let ratio = ratio.map_or(f64::NAN, |ratio| ratio.median);
        let (few, many) = (self.few, self.many);
        let lines = [
            "| sessions | a look-up, µs | of that among few | goal, at most | bytes a session |".to_owned(),
            "|---|---|---|---|---|".to_owned(),
            format!("| {few} | {} | | | |", time(self.among_few())),
            format!(
                "| {many} | {} | **{ratio:.2}** | {GOAL_OF_MANY:.1}, {met} | {:.0} |",
                time(self.among_many()),
                self.bytes_each()
            ),
        ];
        f.write_str(&lines.join("\n"))
    }
}

impl Report<'_> {
    /// What, on what, and how noisy it was.
    pub fn circumstances(&self) -> String {
        let (answered, wrong) =
            self.reads.iter().map(Read::answered).fold((0, 0), |(all, bad), (more, worse)| (all + more, bad + worse));
        let waited = Spread::of(self.reads.iter().flat_map(Read::waited)).map_or(0.0, |waited| waited.median * 100.0);
        let today = SystemClock.now().to_string();
        let lines = [
            versions_of(&["axum", "tokio", "rusqlite", "sqlx", "redis"]),
            format!(
                "{} rounds, {} ms each turn, {CONNECTIONS} connections, {} sessions",
                self.plan.rounds,
                self.plan.turn.as_millis(),
                self.plan.people
            ),
            format!("{answered} answers, {wrong} of them wrong"),
            format!("{}, the site with one thread on one core, the load, PostgreSQL and Redis on another", processor()),
            format!(
                "{}, load average {} before the start",
                today.split('T').next().unwrap_or_default(),
                self.load_before
            ),
            format!("something else had the site's core for {waited:.0} % of the time that a server could have used"),
        ];
        lines.map(|line| format!("- {line}")).join("\n")
    }
}

/// The columns.
pub const READS: &str = "\
| store | application | share of the bare query | goal | share of bare | goal | bare, µs | this, µs |
|---|---|---|---|---|---|---|---|";

/// The columns: sign-ins in a second, and in brackets the median and the 99th percentile of one, in ms.
pub const SIGN_INS: &str = "\
Sign-ins in a second; in brackets what one takes, in milliseconds: the median, and the 99th percentile.

| written to | one at a time | 8 at once | 64 at once |
|---|---|---|---|";

const GOAL_OF_MANY: f64 = 1.5;
