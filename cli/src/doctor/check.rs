//! One finding after the other.

use serde::Serialize;

use crate::output::Row;

/// How it stands with what was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Level {
    Ok,
    /// It works, but somebody should look at it.
    Warn,
    /// It does not work.
    Fail,
}

/// What was looked at, and what was found: what, why, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Check {
    pub(super) level: Level,
    pub(super) about: String,
    pub(super) finding: String,
}

impl Row for Check {
    const COLUMNS: &'static [&'static str] = &["level", "about", "finding"];
}

/// All that was looked at.
#[derive(Debug, Default)]
pub(super) struct Checks(Vec<Check>);

impl Checks {
    pub(super) fn ok(&mut self, about: &str, finding: impl Into<String>) {
        self.add(Level::Ok, about, finding.into());
    }

    pub(super) fn warn(&mut self, about: &str, finding: impl Into<String>) {
        self.add(Level::Warn, about, finding.into());
    }

    pub(super) fn fail(&mut self, about: &str, finding: impl Into<String>) {
        self.add(Level::Fail, about, finding.into());
    }

    /// What is about one thing stands together, in the order in which it was first spoken of.
    pub(super) fn grouped(&self) -> Vec<Check> {
        let first = |about: &str| self.0.iter().position(|check| check.about == about);
        let mut checks = self.0.clone();
        checks.sort_by_key(|check| first(&check.about));
        checks
    }

    fn add(&mut self, level: Level, about: &str, finding: String) {
        self.0.push(Check { level, about: about.to_owned(), finding });
    }

    pub(super) fn worst(&self) -> Level {
        self.0.iter().map(|check| check.level).max().unwrap_or(Level::Ok)
    }
}
