//! How and when a provider says that it asked the person who they are.

use std::time::Duration;

use serde_json::Value;

use super::Claims;
use crate::Timestamp;

/// How a person proved to the provider who they are: `auth_time`, `acr` and `amr` of an ID token (OpenID Connect Core §2).
/// What is of another kind than the standard says is as if it were not there.
///
/// ```
/// use admit::{JwtCause, Token};
///
/// /// For a `jwt` callback: remembers in the session when and how the person proved who they are.
/// fn remember(token: &mut Token, cause: JwtCause<'_>) {
///     if let JwtCause::SignIn { claims, .. } = cause {
///         let proof = claims.authentication();
///         token.insert("auth_time", proof.at.map(|at| at.unix_seconds()));
///         token.insert("mfa", proof.methods.contains(&"mfa"));
///     }
/// }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Authentication<'a> {
    /// When the person was asked: `auth_time`.
    pub at: Option<Timestamp>,
    /// The class of authentication that was met: `acr`.
    pub context: Option<&'a str>,
    /// By what: `amr`.
    pub methods: Vec<&'a str>,
}

impl Authentication<'_> {
    /// Whether the person was asked that recently. Never, if nobody says when, or says an instant that is yet to come by
    /// more than clocks differ: such a proof would never grow old.
    pub fn is_within(&self, age: Duration, now: Timestamp) -> bool {
        self.at.is_some_and(|at| at <= now + LEEWAY && now < at + age)
    }
}

impl Claims {
    /// How the person proved to the provider who they are, as far as the claims say. They are to be trusted where they
    /// come from a verified ID token, as those that callbacks are handed do.
    pub fn authentication(&self) -> Authentication<'_> {
        let methods = self.value("amr").and_then(Value::as_array);
        // A list with something else than words in it says nothing.
        let methods = methods.and_then(|methods| methods.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
        Authentication {
            at: self.value("auth_time").and_then(Value::as_i64).map(Timestamp::from_unix_seconds),
            context: self.text("acr"),
            methods: methods.unwrap_or_default(),
        }
    }
}

/// How far clocks may differ.
const LEEWAY: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[allow(clippy::needless_pass_by_value, reason = "calls read better")]
    fn claims(members: Value) -> Claims {
        Claims::from(members.as_object().unwrap().clone())
    }

    #[test]
    fn what_is_of_another_kind_proves_nothing() {
        // STP-008
        let good = claims(json!({ "auth_time": 1000, "acr": "phr", "amr": ["pwd", "mfa"] }));
        let proof = good.authentication();
        assert_eq!((proof.at, proof.context), (Some(Timestamp::from_unix_seconds(1000)), Some("phr")));
        assert_eq!(proof.methods, ["pwd", "mfa"]);
        for odd in [
            json!({}),
            json!({ "auth_time": "1000", "acr": [], "amr": "mfa" }),
            json!({ "auth_time": true, "acr": ["phr"], "amr": ["mfa", 7] }),
            json!({ "auth_time": null, "acr": " ", "amr": { "0": "mfa" } }),
        ] {
            assert_eq!(claims(odd).authentication(), Authentication::default());
        }
    }

    #[test]
    fn a_proof_grows_old() {
        let (now, minute) = (Timestamp::from_unix_seconds(1060), Duration::from_secs(60));
        let at = |time: i64| claims(json!({ "auth_time": time }));
        assert!(at(1001).authentication().is_within(minute, now));
        assert!(!at(1000).authentication().is_within(minute, now));
        assert!(!claims(json!({})).authentication().is_within(Duration::MAX, now));
    }

    #[test]
    fn a_proof_that_is_yet_to_come_proves_nothing() {
        // STP-008. Milliseconds in the place of seconds are a slip that servers make.
        let (now, minute) = (Timestamp::from_unix_seconds(1_795_300_000), Duration::from_secs(60));
        let at = |time: i64| claims(json!({ "auth_time": time }));
        assert!(at(1_795_300_060).authentication().is_within(minute, now), "another clock");
        for late in [1_795_300_061, 1_795_300_000_000, i64::MAX] {
            assert!(!at(late).authentication().is_within(minute, now), "{late}");
        }
    }
}
