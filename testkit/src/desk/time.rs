//! Instants, as pages show them.

use admit::Timestamp;
use maud::{Markup, html};

/// The time of the day, for what has just happened.
pub(super) fn of_day(at: Timestamp) -> Markup {
    let whole = at.to_string();
    html! { time datetime=(whole) title=(whole) { (whole.get(11..19).unwrap_or(&whole)) " UTC" } }
}

/// Day and time, for what a token says.
pub(super) fn whole(seconds: i64) -> String {
    let whole = Timestamp::from_unix_seconds(seconds).to_string();
    format!("{} UTC", whole.get(..19).unwrap_or(&whole).replace('T', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_a_day_and_a_time() {
        assert_eq!(whole(1_795_300_000), "2026-11-21 22:26:40 UTC");
    }
}
