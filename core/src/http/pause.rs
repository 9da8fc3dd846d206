//! How long an answer asks the next request to wait.

use std::time::Duration;

use http::{HeaderMap, StatusCode};

use super::HttpResponse;
use crate::Timestamp;
use crate::oauth::retry_after;

/// How long an answer asks the next request to wait; zero if it does not. For jobs, which have the time.
///
/// 1. `Retry-After` counts with any status; some servers say "slower" with a success.
/// 2. `X-RateLimit-Delay` is by how much the answer was held back: the next request waits as long.
/// 3. `X-RateLimit-Remaining` at zero means to wait until `X-RateLimit-Reset`.
/// 4. A 429 that says nothing of the sort means half a minute. Nothing means more than an hour.
pub fn pause_asked(answer: &HttpResponse, now: Timestamp) -> Duration {
    pause(answer.status(), answer.headers(), now)
}

fn pause(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Duration {
    let number = |name: &str| {
        let number = headers.get(name)?.to_str().ok()?.trim().parse::<f64>().ok()?;
        number.is_finite().then_some(number)
    };
    let seconds = |number: f64| Duration::from_secs_f64(number.clamp(0.0, LONGEST_PAUSE.as_secs_f64()));
    let delay = number("x-ratelimit-delay").map(seconds);
    let is_used_up = number("x-ratelimit-remaining").is_some_and(|left| left <= 0.0);
    #[allow(clippy::cast_precision_loss, reason = "seconds of this century are exact")]
    let reset = number("x-ratelimit-reset").filter(|_| is_used_up).map(|at| seconds(at - now.unix_seconds() as f64));
    let asked = [retry_after(headers, now), delay, reset].into_iter().flatten().max();
    match (asked, status) {
        (Some(asked), _) => asked.min(LONGEST_PAUSE),
        (None, StatusCode::TOO_MANY_REQUESTS) => UNSAID,
        (None, _) => Duration::ZERO,
    }
}

/// Longer than this nobody is made to wait.
pub(crate) const LONGEST_PAUSE: Duration = Duration::from_secs(3600);
const UNSAID: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_300_000);

    fn asked(status: u16, headers: &[(&'static str, &'static str)]) -> f64 {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        pause(StatusCode::from_u16(status).unwrap(), &headers, NOW).as_secs_f64()
    }

    #[test]
    fn the_longest_of_what_an_answer_asks_for_counts_whatever_its_status() {
        // ADO-021; azure.md §2.5
        for (status, headers, seconds) in [
            (200, &[][..], 0.0),
            (200, &[("retry-after", "7")], 7.0),
            (200, &[("x-ratelimit-delay", "1.250")], 1.25),
            (200, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1795300090")], 90.0),
            (200, &[("x-ratelimit-remaining", "3"), ("x-ratelimit-reset", "1795300090")], 0.0),
            (200, &[("retry-after", "2"), ("x-ratelimit-delay", "5")], 5.0),
            (429, &[("retry-after", "12")], 12.0),
            (429, &[], 30.0),
            (429, &[("retry-after", "99999")], 3600.0),
            (200, &[("x-ratelimit-delay", "-3"), ("retry-after", "soon")], 0.0),
            (200, &[("x-ratelimit-delay", "NaN"), ("x-ratelimit-remaining", "inf")], 0.0),
        ] {
            assert_eq!(asked(status, headers), seconds, "{status} {headers:?}");
        }
    }
}
