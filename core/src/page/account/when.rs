//! How long ago something was, as people say it.

use maud::{Markup, html};
use serde::{Serialize, Serializer};

use crate::language::text;
use crate::{Catalogue, Timestamp};

/// When something was, for machines and for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Moment {
    /// The instant. Serialized it is as HTML's `<time datetime>` wants it.
    #[serde(serialize_with = "as_datetime")]
    pub at: Timestamp,
    /// How long ago that was, or on what day.
    pub text: String,
}

impl Moment {
    /// Minutes, hours or days ago; the date of what is further away.
    pub(super) fn ago(words: &Catalogue, now: Timestamp, at: Timestamp) -> Self {
        Self { at, text: in_words(words, now, at) }
    }

    /// The same of an instant that is known to the day only.
    pub(super) fn ago_to_the_day(words: &Catalogue, now: Timestamp, at: Timestamp) -> Self {
        match now.since(at).as_secs() {
            0..DAY => Self { at, text: words.text(text::ACCOUNT_WITHIN_A_DAY).to_owned() },
            _ => Self::ago(words, now, at),
        }
    }

    pub(super) fn html(&self) -> Markup {
        html! { time datetime=(self.at) { (self.text) } }
    }
}

fn as_datetime<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

fn in_words(words: &Catalogue, now: Timestamp, then: Timestamp) -> String {
    let many = |text, name, count: u64| words.with(text, &[(name, &count.to_string())]);
    match now.since(then).as_secs() {
        0..MINUTE => words.text(text::ACCOUNT_NOW).to_owned(),
        seconds @ MINUTE..HOUR => match seconds / MINUTE {
            1 => words.text(text::ACCOUNT_MINUTE).to_owned(),
            minutes => many(text::ACCOUNT_MINUTES, "minutes", minutes),
        },
        seconds @ HOUR..DAY => match seconds / HOUR {
            1 => words.text(text::ACCOUNT_HOUR).to_owned(),
            hours => many(text::ACCOUNT_HOURS, "hours", hours),
        },
        seconds => match seconds / DAY {
            1 => words.text(text::ACCOUNT_DAY).to_owned(),
            days @ 2..=30 => many(text::ACCOUNT_DAYS, "days", days),
            // The form that reads alike in every language (ISO 8601).
            _ => words.with(text::ACCOUNT_DATE, &[("date", then.to_string().split('T').next().unwrap_or_default())]),
        },
    }
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_people_say_them() {
        let words = Catalogue::new("en", "");
        let now = Timestamp::from_unix_seconds(1_795_300_000);
        let said = [0, 59, 60, 119, 120, 3_599, 3_600, 7_200, 86_399, 86_400, 172_800, 2_678_399, 2_678_400]
            .map(|seconds| in_words(&words, now, Timestamp::from_unix_seconds(1_795_300_000 - seconds)));
        assert_eq!(
            said,
            [
                "just now",
                "just now",
                "a minute ago",
                "a minute ago",
                "2 minutes ago",
                "59 minutes ago",
                "an hour ago",
                "2 hours ago",
                "23 hours ago",
                "a day ago",
                "2 days ago",
                "30 days ago",
                "on 2026-10-21"
            ]
        );
        // A clock that was set back says nothing of the future.
        assert_eq!(in_words(&words, now, Timestamp::from_unix_seconds(1_795_300_001)), "just now");
    }

    #[test]
    fn what_is_known_to_the_day_is_told_to_the_day() {
        let words = Catalogue::new("en", "");
        let now = Timestamp::from_unix_seconds(200_000);
        let at = |seconds| {
            let then = Timestamp::from_unix_seconds(seconds);
            Moment::ago_to_the_day(&words, now, then).html().into_string()
        };
        assert_eq!(at(199_999), r#"<time datetime="1970-01-03T07:33:19.000Z">within the last day</time>"#);
        assert_eq!(at(100_000), r#"<time datetime="1970-01-02T03:46:40.000Z">a day ago</time>"#);
    }

    #[test]
    fn a_template_has_the_instant_as_html_wants_it() {
        let at = Timestamp::from_unix_seconds(1_795_300_000);
        let moment = serde_json::to_value(Moment::ago(&Catalogue::new("en", ""), at, at)).unwrap();
        assert_eq!(moment, serde_json::json!({ "at": "2026-11-21T22:26:40.000Z", "text": "just now" }));
    }
}
