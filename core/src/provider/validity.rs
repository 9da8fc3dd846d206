//! From when to when a credential is good, as far as that is known.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, NaiveDate};
use serde_json::Value;

use super::{ClientAuthentication, ClientCredential, CredentialContext, CredentialError, Fingerprint};
use crate::{Secret, Timestamp};

/// From when to when a credential is good, as far as that is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Validity {
    /// When it was made, or when it begins.
    pub made_at: Option<Timestamp>,
    /// When it ends.
    pub ends_at: Option<Timestamp>,
}

impl Validity {
    /// What a secret says of itself, if it is a JWT: `nbf`, else `iat`, and `exp` (RFC 7519 §4.1). Nobody verifies it.
    pub fn of_jwt(secret: &Secret) -> Self {
        let claims = || {
            let payload = secret.expose().split('.').nth(1).filter(|_| secret.expose().split('.').count() == 3)?;
            serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
        };
        let Some(claims) = claims() else { return Self::default() };
        let instant = |name| Some(Timestamp::from_unix_seconds(claims.get(name)?.as_i64()?));
        Self { made_at: instant("nbf").or_else(|| instant("iat")), ends_at: instant("exp") }
    }

    /// The same, completed by what is known of every credential of its kind.
    pub(crate) fn within(self, lifetime: Option<Duration>) -> Self {
        let Some(lifetime) = lifetime else { return self };
        Self {
            made_at: self.made_at.or_else(|| self.ends_at.map(|end| end.before(lifetime))),
            ends_at: self.ends_at.or_else(|| self.made_at.map(|made| made + lifetime)),
        }
    }

    /// This one's word first, then the other's.
    pub(crate) fn or(self, other: Self) -> Self {
        // What was said of one end must not be mixed with what a token says of the other.
        if self == Self::default() { other } else { self }
    }
}

/// A day such as `2026-11-21`, taken at its first instant, or an instant as RFC 3339 writes it.
pub(crate) fn read_date(text: &str) -> Option<Timestamp> {
    let instant = DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.timestamp_millis());
    let day = || Some(text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis());
    instant.or_else(day).map(Timestamp::from_unix_millis)
}

/// A credential of which somebody said from when to when it is good.
#[derive(Clone, Debug)]
pub(crate) struct Dated {
    pub(crate) credential: Arc<dyn ClientCredential>,
    pub(crate) validity: Validity,
}

#[async_trait]
impl ClientCredential for Dated {
    async fn authenticate(&self, cx: &CredentialContext<'_>) -> Result<ClientAuthentication, CredentialError> {
        self.credential.authenticate(cx).await
    }

    fn as_secret(&self) -> Option<&Secret> {
        self.credential.as_secret()
    }

    fn fingerprint(&self) -> Option<Fingerprint> {
        self.credential.fingerprint()
    }

    fn validity(&self) -> Validity {
        self.validity
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_or_an_instant_is_read_and_nothing_else() {
        let at = |text| read_date(text).map(|instant| instant.to_string());
        assert_eq!(at("2026-11-21").unwrap(), "2026-11-21T00:00:00.000Z");
        assert_eq!(at("2026-11-21T22:26:40+01:00").unwrap(), "2026-11-21T21:26:40.000Z");
        for text in ["", "21.11.2026", "2026-13-01", "2026-11-21T22:26", "yesterday"] {
            assert_eq!(at(text), None, "{text}");
        }
    }

    #[test]
    fn a_secret_that_is_a_jwt_says_when_it_ends_and_nonsense_says_nothing() {
        let of =
            |payload: &str| Validity::of_jwt(&Secret::new(format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(payload))));
        let both = of(r#"{"nbf":1000,"exp":2000,"iat":1}"#);
        assert_eq!(both.made_at, Some(Timestamp::from_unix_seconds(1000)));
        assert_eq!(both.ends_at, Some(Timestamp::from_unix_seconds(2000)));
        for nothing in ["{}", "[]", "nonsense", r#"{"exp":"2000"}"#] {
            assert_eq!(of(nothing), Validity::default(), "{nothing}");
        }
        for text in ["", "a.b", "a.b.c.d", "header.payload.signature"] {
            assert_eq!(Validity::of_jwt(&Secret::new(text)), Validity::default(), "{text}");
        }
    }

    #[test]
    fn the_lifetime_tells_the_end_from_the_beginning_and_the_other_way_round() {
        let (at, day) = (Timestamp::from_unix_seconds, Duration::from_secs(86_400));
        let made = Validity { made_at: Some(at(0)), ends_at: None }.within(Some(day));
        assert_eq!(made.ends_at, Some(at(86_400)));
        let ends = Validity { made_at: None, ends_at: Some(at(86_400)) }.within(Some(day));
        assert_eq!(ends.made_at, Some(at(0)));
        let said = Validity { made_at: Some(at(0)), ends_at: Some(at(5)) };
        assert_eq!(said.within(Some(day)), said);
        assert_eq!(Validity::default().within(Some(day)), Validity::default());
    }
}
