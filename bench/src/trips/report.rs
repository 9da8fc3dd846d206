//! What was measured, as Markdown.

use std::fmt;

use admit::{Clock, SystemClock};

use super::{Measured, Plan, Site};
use crate::side_by_side::machine::{processor, versions};
use crate::side_by_side::spread::Spread;

/// All that was measured, and under what circumstances.
#[derive(Debug)]
pub struct Report<'a> {
    /// What was to be measured.
    pub plan: &'a Plan,
    /// What was.
    pub measured: &'a [Measured],
    /// The machine's load before anything was started.
    pub load_before: &'a str,
}

impl Measured {
    /// In milliseconds.
    fn spread(&self) -> Spread {
        Spread::of(self.turns.iter().map(|turn| turn.as_secs_f64() * 1e3)).expect("at least one turn")
    }
}

/// A row of the table.
impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spread = self.spread();
        let goal = match self.site {
            Site::AdmitAxum | Site::AdmitActix if spread.median <= GOAL => format!("{GOAL}, met"),
            Site::AdmitAxum | Site::AdmitActix => format!("{GOAL}, **not met**"),
            Site::ByHand | Site::AuthJs => String::new(),
        };
        write!(
            f,
            "| {} | **{:.2}** ({:.2}–{:.2}) | {:.2} | {goal} |",
            self.site.title(),
            spread.median,
            spread.lower,
            spread.upper,
            spread.least,
        )
    }
}

impl Report<'_> {
    /// What, on what, and how busy that was.
    pub fn circumstances(&self) -> String {
        let now = SystemClock.now().to_string();
        let Plan { turns, each, warm_up, .. } = self.plan;
        let lines = [
            versions(),
            format!("{turns} turns of {each} sign-ins for each site, after {warm_up} that do not count; none failed"),
            format!("{}, the sites on one core, the provider and the browser on another", processor()),
            format!(
                "{}, load average {} before the start",
                now.split('T').next().unwrap_or_default(),
                self.load_before
            ),
        ];
        lines.map(|line| format!("- {line}")).join("\n")
    }
}

/// A page.
impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# A sign-in\n\nWritten by `bench/sign-in`; [README.md](../README.md) says what it means.\n")?;
        writeln!(f, "{HEADING}")?;
        self.measured.iter().try_for_each(|measured| writeln!(f, "{measured}"))?;
        write!(f, "\n{}", self.circumstances())
    }
}

/// The columns.
pub const HEADING: &str = "\
| site | CPU time of a sign-in, ms | best turn | goal, ms |
|---|---|---|---|";

const GOAL: f64 = 0.8;
