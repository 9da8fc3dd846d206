//! What is measured is a token in each home, and the report says what was aimed at.

#![allow(clippy::expect_used, reason = "these are tests")]

use bench::access_token::{Home, Plan, Report};

#[test]
fn a_token_is_measured_in_every_home_beside_its_goal() {
    let plan = Plan { rounds: 2, each: 3 };
    let measured = Home::ALL.map(|home| plan.measure(home));
    let report = Report { plan: &plan, measured: &measured, load_before: "0" }.to_string();
    for (row, goal) in [
        ("| both in the cookie, nothing refreshed here yet |", " | 2, "),
        ("| both in the cookie, refreshed here |", " | 2, "),
        ("| session in memory, tokens in SQLite |", " | 10, "),
    ] {
        let row = report.lines().find(|line| line.starts_with(row));
        assert!(row.is_some_and(|row| row.contains(goal)), "{report}");
    }
}
