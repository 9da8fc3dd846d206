//! What was measured, as Markdown.

use std::fmt;

use admit::{Clock, SystemClock};

use super::machine::{processor, version};
use super::pairs::{CONNECTIONS, Pair};
use super::spread::Spread;
use super::{Measured, Plan};
use crate::people::PEOPLE;

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
    fn spread(&self, figure: impl Fn(&Pair) -> f64) -> Spread {
        Spread::of(self.pairs.iter().map(figure)).expect("at least one pair")
    }

    /// How many answers were not what they should be.
    pub fn wrong(&self) -> usize {
        self.pairs.iter().map(|pair| pair.bare.tally.wrong + pair.admit.tally.wrong).sum()
    }

    fn answered(&self) -> usize {
        self.pairs.iter().map(|pair| pair.bare.tally.answered + pair.admit.tally.answered).sum()
    }
}

/// A row of the table.
impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = self.spread(Pair::share);
        let bare = self.spread(|pair| pair.bare.per_request());
        let admit = self.spread(|pair| pair.admit.per_request());
        let met = if share.median >= self.row.goal { "met" } else { "**not met**" };
        write!(
            f,
            "| {} | {} | **{:.2}** ({:.2}–{:.2}) | {:.2}, {met} | {:.1} ({:.1}) | {:.1} ({:.1}) | {:.0} % |",
            self.framework.name(),
            self.row.name,
            share.median,
            share.lower,
            share.upper,
            self.row.goal,
            bare.least,
            bare.median,
            admit.least,
            admit.median,
            (bare.upper - bare.lower) / bare.median * 100.0,
        )
    }
}

impl Report<'_> {
    /// What, on what, and how noisy it was.
    pub fn circumstances(&self) -> String {
        let named = |package: &str| format!("{package} {}", version(package));
        let frameworks = self.plan.frameworks.iter().map(|framework| framework.package());
        let packages: Vec<_> = frameworks.chain(["hyper", "tokio", "aws-lc-rs"]).map(named).collect();
        let answered: usize = self.measured.iter().map(Measured::answered).sum();
        let wrong: usize = self.measured.iter().map(Measured::wrong).sum();
        let pairs = self.measured.iter().flat_map(|measured| &measured.pairs);
        let waited = Spread::of(pairs.flat_map(|pair| [pair.bare.waited(), pair.admit.waited()]));
        let (median, upper) = waited.map_or((0.0, 0.0), |waited| (waited.median * 100.0, waited.upper * 100.0));
        let now = SystemClock.now().to_string();
        let lines = [
            packages.join(", "),
            format!(
                "{} pairs a row, {} ms each half, {CONNECTIONS} connections, {PEOPLE} sessions",
                self.plan.pairs,
                self.plan.half.as_millis()
            ),
            format!("{answered} answers, {wrong} of them wrong"),
            format!("{}, the server with one thread on one core, the load on another", processor()),
            format!(
                "{}, load average {} before the start",
                now.split('T').next().unwrap_or_default(),
                self.load_before
            ),
            format!(
                "something else had the server's core for {median:.0} % of the time that the server could have used, {upper:.0} % \
                 in the upper quartile"
            ),
        ];
        lines.map(|line| format!("- {line}")).join("\n")
    }
}

/// A page.
impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "# Side by side\n\nWritten by `bench/side-by-side`; [README.md](../README.md) says what it means.\n"
        )?;
        writeln!(f, "{HEADING}")?;
        self.measured.iter().try_for_each(|measured| writeln!(f, "{measured}"))?;
        write!(f, "\n{}", self.circumstances())
    }
}

/// The columns.
pub const HEADING: &str = "\
| on | route | share of bare | goal | bare, µs | with admit, µs | scatter of bare |
|---|---|---|---|---|---|---|";
