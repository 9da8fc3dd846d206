//! The same by turns: a request that asks who is there, one that also wants a token, and the look-up alone. So whatever
//! else the machine does falls on all of them, and what the token costs is a difference within a round.

use std::fmt;

use admit::{Clock as _, SystemClock};

use super::person::{Home, Person};
use crate::load::now;
use crate::side_by_side::machine::{processor, versions_of};
use crate::side_by_side::spread::Spread;

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How many rounds there are.
    pub rounds: usize,
    /// How often each is done in a round.
    pub each: u32,
}

/// What was measured of one home.
#[derive(Clone, Debug)]
pub struct Measured {
    home: Home,
    rounds: Vec<Round>,
}

/// What one took, in microseconds, on average over a turn.
#[derive(Clone, Copy, Debug)]
struct Round {
    session: f64,
    token: f64,
    look_up: Option<f64>,
}

impl Round {
    /// What the token took over the session, and over the look-up if there is one.
    fn over(&self) -> f64 {
        self.token - self.session - self.look_up.unwrap_or_default()
    }
}

impl Plan {
    /// Measures one home, after a round that does not count.
    pub fn measure(&self, home: Home) -> Measured {
        let person = Person::of(home);
        let turn = |work: &dyn Fn()| {
            let begun = now();
            (0..self.each).for_each(|_| work());
            begun.elapsed().div_f64(f64::from(self.each.max(1))).as_secs_f64() * 1e6
        };
        let round = |_| Round {
            session: turn(&|| assert!(std::hint::black_box(person.session()))),
            token: turn(&|| assert!(std::hint::black_box(person.token()).0)),
            look_up: home.names().look_up.map(|_| turn(&|| assert!(std::hint::black_box(person.look_up())))),
        };
        Measured { home, rounds: (0..=self.rounds).map(round).skip(1).collect() }
    }
}

impl Measured {
    fn spread(&self, figure: impl Fn(&Round) -> Option<f64>) -> Option<Spread> {
        Spread::of(self.rounds.iter().filter_map(figure))
    }
}

/// A row of the table.
impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = |spread: Option<Spread>| spread.map_or_else(String::new, |spread| format!("{:.2}", spread.median));
        let over = self.spread(|round| Some(round.over())).expect("at least one round");
        let goal = if self.home.names().look_up.is_some() { OVER_A_LOOK_UP } else { OVER_THE_SESSION };
        write!(
            f,
            "| {} | {} | {} | {} | **{:.2}** ({:.2}–{:.2}) | {goal:.0}, {} |",
            self.home.title(),
            time(self.spread(|round| Some(round.session))),
            time(self.spread(|round| Some(round.token))),
            time(self.spread(|round| round.look_up)),
            over.median,
            over.lower,
            over.upper,
            if over.median <= goal { "met" } else { "**not met**" },
        )
    }
}

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

/// A page.
impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "# An access token\n\nWritten by `bench/access-token`; [README.md](../README.md) says what it means."
        )?;
        writeln!(f, "\n{HEADING}")?;
        self.measured.iter().try_for_each(|measured| writeln!(f, "{measured}"))?;
        let today = SystemClock.now().to_string();
        let lines = [
            versions_of(&["tokio", "rusqlite", "aws-lc-rs"]),
            format!("{} rounds of {} each, in turns", self.plan.rounds, self.plan.each),
            format!("{}, one thread", processor()),
            format!(
                "{}, load average {} before the start",
                today.split('T').next().unwrap_or_default(),
                self.load_before
            ),
        ];
        write!(f, "\n{}", lines.map(|line| format!("- {line}")).join("\n"))
    }
}

/// The columns.
const HEADING: &str = "\
| kept | session, µs | session and token, µs | look-up alone, µs | what the token costs over that, µs | goal, at most |
|---|---|---|---|---|---|";

const OVER_THE_SESSION: f64 = 2.0;
const OVER_A_LOOK_UP: f64 = 10.0;
