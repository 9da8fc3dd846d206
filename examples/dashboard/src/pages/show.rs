//! How values look to a person.

use admit::Timestamp;
use chrono::DateTime;
use maud::{Markup, html};

/// `3 hours ago` and `20 Nov 2026, 09:15 UTC`; the machine-readable form goes along.
pub(super) fn instant(at: Option<Timestamp>, now: Timestamp) -> Markup {
    let Some(at) = at else {
        return nothing();
    };
    let exact = DateTime::from_timestamp_millis(at.unix_millis())
        .map_or_else(|| at.to_string(), |at| at.format("%-d %b %Y, %H:%M UTC").to_string());
    html! {
        time datetime=(at) {
            @match ago(at, now) {
                Some(ago) => { (ago) " " span.exact { (exact) } }
                None => { (exact) }
            }
        }
    }
}

/// How long ago that was, unless it is so long that the day says more, or not yet.
fn ago(at: Timestamp, now: Timestamp) -> Option<String> {
    let seconds = (now.unix_millis() - at.unix_millis()).div_euclid(1_000);
    let (number, unit) = match seconds {
        // Two clocks need not agree to the second.
        -59..60 => return Some("just now".to_owned()),
        60..HOUR => (seconds / 60, "minute"),
        HOUR..DAY => (seconds / HOUR, "hour"),
        DAY..WEEK => (seconds / DAY, "day"),
        _ => return None,
    };
    Some(format!("{number} {unit}{} ago", if number == 1 { "" } else { "s" }))
}

/// The text, or a dash that screen readers call by its meaning.
pub(super) fn text(value: Option<&str>) -> Markup {
    match value.map(str::trim) {
        None | Some("") => nothing(),
        Some(value) => html! { (value) },
    }
}

/// The short name of a Git reference: `refs/heads/feature/x` is `feature/x`.
pub(super) fn branch(reference: Option<&str>) -> Markup {
    let short = reference.map(|reference| {
        reference.strip_prefix("refs/heads/").or_else(|| reference.strip_prefix("refs/")).unwrap_or(reference)
    });
    match short {
        None | Some("") => nothing(),
        Some(short) => html! { code { (short) } },
    }
}

/// `1.5 MB`, in powers of a thousand.
pub(super) fn size(bytes: Option<u64>) -> Markup {
    let Some(bytes) = bytes else {
        return nothing();
    };
    let (unit, name) = match bytes {
        0..1_000 => return html! { (bytes) " bytes" },
        1_000..1_000_000 => (1_000, "kB"),
        1_000_000..1_000_000_000 => (1_000_000, "MB"),
        _ => (1_000_000_000, "GB"),
    };
    html! { (bytes / unit) "." (bytes % unit * 10 / unit) " " (name) }
}

/// How something is, with a dot before it. The colour repeats what the words say.
pub(super) fn state(class: &str, words: &str) -> Markup {
    html! { span.state.(class) { (words) } }
}

pub(super) fn nothing() -> Markup {
    html! { span.nothing { span aria-hidden="true" { "–" } span.hidden { "none" } } }
}

const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded_down_to_a_tenth() {
        for (bytes, words) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1_000, "1.0 kB"),
            (1_999, "1.9 kB"),
            (999_999, "999.9 kB"),
            (1_500_000, "1.5 MB"),
            (u64::MAX, "18446744073.7 GB"),
        ] {
            assert_eq!(size(Some(bytes)).into_string(), words);
        }
    }

    #[test]
    fn branches_are_short_and_pull_requests_are_recognised() {
        assert_eq!(branch(Some("refs/heads/feature/x")).into_string(), "<code>feature/x</code>");
        assert_eq!(branch(Some("refs/pull/7/merge")).into_string(), "<code>pull/7/merge</code>");
        assert_eq!(branch(Some("main")).into_string(), "<code>main</code>");
        assert_eq!(branch(None).into_string(), nothing().into_string());
    }

    #[test]
    fn instants_are_told_in_utc_and_recent_ones_by_their_age_too() {
        let seconds = 1_795_295_606;
        let shown = |later| {
            let at = |seconds| Timestamp::from_unix_seconds(seconds);
            instant(Some(at(seconds)), at(seconds + later)).into_string()
        };
        let old = r#"<time datetime="2026-11-21T21:13:26.000Z">21 Nov 2026, 21:13 UTC</time>"#;
        assert_eq!(shown(7 * 86_400), old);
        assert_eq!(shown(-60), old, "not yet");
        let recent = r#"<time datetime="2026-11-21T21:13:26.000Z">2 hours ago <span class="exact">21 Nov 2026, 21:13 UTC</span></time>"#;
        assert_eq!(shown(2 * 3_600 + 3_599), recent);
        assert_eq!(instant(None, Timestamp::from_unix_seconds(seconds)).into_string(), nothing().into_string());
    }

    #[test]
    fn ages_are_rounded_down_to_whole_units() {
        let now = Timestamp::from_unix_seconds(1_795_295_606);
        for (seconds, words) in [
            (-59, "just now"),
            (59, "just now"),
            (60, "1 minute ago"),
            (3_599, "59 minutes ago"),
            (3_600, "1 hour ago"),
            (86_399, "23 hours ago"),
            (86_400, "1 day ago"),
            (7 * 86_400 - 1, "6 days ago"),
        ] {
            let at = Timestamp::from_unix_seconds(1_795_295_606 - seconds);
            assert_eq!(ago(at, now).as_deref(), Some(words), "{seconds}");
        }
    }
}
