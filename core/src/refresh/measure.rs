//! What operators see of refreshes: a span for each, and with the feature `metrics` a counter and a histogram.
//!
//! Names and labels are in the book (tokens.md), and hold nothing of a person: an id of the configuration, and a word of
//! a closed list.

use tracing::Span;
use tracing::field::Empty;

use super::{Outcome, RefreshEnding};
use crate::Timestamp;

/// A refresh that is under way.
pub(super) struct Measure {
    pub(super) span: Span,
    #[cfg_attr(not(feature = "metrics"), expect(dead_code, reason = "only the histogram asks"))]
    begun: Timestamp,
}

impl Measure {
    pub(super) fn begin(provider: &str, attempt: u32, now: Timestamp) -> Self {
        let span = tracing::info_span!("refresh", provider, attempt, ending = Empty, waited = Empty);
        Self { span, begun: now }
    }

    pub(super) fn end(&self, provider: &str, ending: RefreshEnding, now: Timestamp) {
        self.span.record("ending", ending.code());
        count(provider, ending);
        #[cfg(feature = "metrics")]
        metrics::histogram!(SECONDS, "provider" => provider.to_owned(), "ending" => ending.code())
            .record(now.since(self.begun).as_secs_f64());
        #[cfg(not(feature = "metrics"))]
        let _ = now;
    }
}

/// Says how long a refresh waited for another process.
pub(super) fn waited(begun: Timestamp, now: Timestamp) {
    Span::current().record("waited", now.since(begun).as_secs_f64());
}

/// Counts what needed no refresh. A dead account is counted where it was found dead, and not at each request after that.
pub(super) fn settled(outcome: &Outcome) {
    match outcome {
        Outcome::Current(account) => still_valid(&account.provider),
        Outcome::Refreshed(account) => count(&account.provider, RefreshEnding::Adopted),
        Outcome::Refused(_) | Outcome::RefusedForScopes { .. } | Outcome::Failed { .. } => {}
    }
}

/// Counts a token at hand that was good.
pub(super) fn still_valid(provider: &str) {
    count(provider, RefreshEnding::StillValid);
}

#[cfg(feature = "metrics")]
fn count(provider: &str, ending: RefreshEnding) {
    metrics::counter!(TOTAL, "provider" => provider.to_owned(), "ending" => ending.code()).increment(1);
}

#[cfg(not(feature = "metrics"))]
fn count(_: &str, _: RefreshEnding) {}

#[cfg(feature = "metrics")]
const TOTAL: &str = "admit_refresh_total";
#[cfg(feature = "metrics")]
const SECONDS: &str = "admit_refresh_seconds";
