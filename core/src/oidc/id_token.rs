//! The rules for an ID token whose signature holds (OpenID Connect Core §3.1.3.7), as a function of nothing but its
//! claims and what was expected.
//!
//! 1. `iss` is judged by the flow, which knows whether the issuer depends on the tenant: see
//!    [`OAuthFlow::check_token_issuer`](crate::provider::OAuthFlow::check_token_issuer).
//! 2. `aud` names this client, and nobody else whom the description does not trust. Where it names others too, `azp` must
//!    be there; where `azp` is there, it is this client.
//! 3. `exp`, `iat` and `nbf` are judged by our clock, with a minute of leeway.
//! 4. `nonce` is the trip's own, byte for byte. The token cannot say that it needs none.
//! 5. `auth_time` must be there and recent when the trip asked for a `max_age`.
//! 6. `acr` must be one of those that the trip demanded, if it demanded any (§5.5.1.1).
//! 7. `at_hash`, where it is there, is the access token's.
//! 8. `session_expiry`, where it is there, has not passed: how long the provider lets a session of this sign-in live
//!    (IPSIE's profile of OpenID Connect). The session that begins is capped by it.
//! 9. `sub` is at most 255 characters of ASCII, and not blank.

use std::time::Duration;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::csrf::same;
use crate::jws::SigningAlgorithm;
use crate::provider::IdTokenError;
use crate::{Claims, Secret, Timestamp};

/// What an ID token must say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected<'a> {
    pub(crate) client_id: &'a str,
    /// Other audiences that the description trusts.
    pub(crate) audiences: &'a [String],
    /// Of the trip. A token that comes with a refresh has no trip, and its `nonce` is not looked at.
    pub(crate) nonce: Option<&'a str>,
    /// How long ago the person may have been asked who they are, if the trip said.
    pub(crate) max_age: Option<Duration>,
    /// The classes of authentication that the trip demanded; any, if the list is empty.
    pub(crate) contexts: Option<&'a [String]>,
    pub(crate) access_token: &'a Secret,
    pub(crate) now: Timestamp,
}

/// Judges the claims.
pub(crate) fn check(claims: &Claims, algorithm: SigningAlgorithm, expected: &Expected<'_>) -> Result<(), IdTokenError> {
    check_audience(claims, expected)?;
    check_times(claims, expected.now)?;
    if let Some(nonce) = expected.nonce {
        match claims.value("nonce") {
            Some(Value::String(found)) if same(found, nonce) => {}
            Some(_) => return Err(IdTokenError::Nonce),
            None => return Err(IdTokenError::Missing("nonce")),
        }
    }
    if let Some(max_age) = expected.max_age {
        let last = time(claims, "auth_time")?.ok_or(IdTokenError::Missing("auth_time"))?;
        if last > expected.now + LEEWAY || last + max_age + LEEWAY < expected.now {
            return Err(IdTokenError::AuthenticatedTooLongAgo { max_age: max_age.as_secs() });
        }
    }
    check_context(claims, expected.contexts)?;
    check_at_hash(claims, algorithm, expected.access_token)?;
    if session_expiry(claims)?.is_some_and(|ends_at| ends_at <= expected.now) {
        return Err(IdTokenError::SessionOver);
    }
    check_subject(claims)
}

/// Until when the provider lets a session live, if it says so. Milliseconds are no date of this era.
pub(crate) fn session_expiry(claims: &Claims) -> Result<Option<Timestamp>, IdTokenError> {
    time(claims, "session_expiry")
}

/// The default rule for `iss`: the issuer that was configured, byte for byte.
pub(crate) fn issuer(claims: &Claims) -> Result<&str, IdTokenError> {
    match claims.value("iss") {
        Some(Value::String(issuer)) => Ok(issuer),
        Some(_) => Err(IdTokenError::Malformed("iss")),
        None => Err(IdTokenError::Missing("iss")),
    }
}

/// Of another token than an ID token, such as a signed userinfo answer: what is wrong, if it is not for the client or has
/// ended.
pub(super) fn check_recipient(claims: &Claims, client_id: &str, now: Timestamp) -> Result<(), &'static str> {
    let is_for_us = match claims.value("aud") {
        None => return Err("it does not say whom it is for (`aud`)"),
        Some(Value::String(one)) => one == client_id,
        Some(Value::Array(list)) => list.iter().any(|audience| audience.as_str() == Some(client_id)),
        Some(_) => false,
    };
    if !is_for_us {
        return Err("it is for another client (`aud`)");
    }
    match time(claims, "exp") {
        Ok(expires_at) if expires_at.is_none_or(|expires_at| now < expires_at + LEEWAY) => Ok(()),
        _ => Err("it has ended (`exp`)"),
    }
}

fn check_audience(claims: &Claims, expected: &Expected<'_>) -> Result<(), IdTokenError> {
    let audiences: Vec<&str> = match claims.value("aud") {
        None => return Err(IdTokenError::Missing("aud")),
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(list)) => {
            list.iter().map(Value::as_str).collect::<Option<_>>().ok_or(IdTokenError::Malformed("aud"))?
        }
        Some(_) => return Err(IdTokenError::Malformed("aud")),
    };
    if !audiences.contains(&expected.client_id) {
        return Err(IdTokenError::Audience);
    }
    let mut others = audiences.iter().filter(|audience| **audience != expected.client_id);
    let trusted = |audience: &&str| expected.audiences.iter().any(|known| known == audience);
    if !others.all(trusted) {
        return Err(IdTokenError::OtherAudience);
    }
    match claims.value("azp") {
        Some(Value::String(party)) if party == expected.client_id => Ok(()),
        Some(_) => Err(IdTokenError::AuthorizedParty),
        None if audiences.iter().any(|audience| *audience != expected.client_id) => Err(IdTokenError::Missing("azp")),
        None => Ok(()),
    }
}

fn check_times(claims: &Claims, now: Timestamp) -> Result<(), IdTokenError> {
    let expires_at = time(claims, "exp")?.ok_or(IdTokenError::Missing("exp"))?;
    if expires_at + LEEWAY <= now {
        return Err(IdTokenError::Expired { ago: now.since(expires_at).as_secs() });
    }
    let issued_at = time(claims, "iat")?.ok_or(IdTokenError::Missing("iat"))?;
    if issued_at > now + LEEWAY {
        return Err(IdTokenError::FromTheFuture { claim: "iat", ahead: issued_at.since(now).as_secs() });
    }
    match time(claims, "nbf")? {
        Some(begins_at) if begins_at > now + LEEWAY => {
            Err(IdTokenError::FromTheFuture { claim: "nbf", ahead: begins_at.since(now).as_secs() })
        }
        _ => Ok(()),
    }
}

/// `NumericDate` (RFC 7519 §2): seconds since 1970, in this era. A fraction of a second is dropped.
fn time(claims: &Claims, claim: &'static str) -> Result<Option<Timestamp>, IdTokenError> {
    const YEAR_10000: f64 = 253_402_300_800.0;
    let seconds = match claims.value(claim) {
        None => return Ok(None),
        Some(Value::Number(number)) => number.as_f64(),
        Some(_) => None,
    };
    match seconds.filter(|seconds| (0.0..YEAR_10000).contains(seconds)) {
        #[allow(clippy::cast_possible_truncation, reason = "it is in range")]
        Some(seconds) => Ok(Some(Timestamp::from_unix_seconds(seconds as i64))),
        None => Err(IdTokenError::Malformed(claim)),
    }
}

/// §3.1.3.7, 12.
fn check_context(claims: &Claims, demanded: Option<&[String]>) -> Result<(), IdTokenError> {
    let Some(demanded) = demanded else { return Ok(()) };
    match claims.value("acr") {
        Some(Value::String(found)) if demanded.is_empty() || demanded.contains(found) => Ok(()),
        Some(Value::String(_)) => Err(IdTokenError::AuthenticationContext),
        Some(_) => Err(IdTokenError::Malformed("acr")),
        None => Err(IdTokenError::Missing("acr")),
    }
}

/// §3.1.3.6: the left half of the access token's hash. `c_hash` belongs to flows that are not spoken here.
fn check_at_hash(claims: &Claims, algorithm: SigningAlgorithm, access_token: &Secret) -> Result<(), IdTokenError> {
    let Some(found) = claims.value("at_hash") else { return Ok(()) };
    let hash = digest::digest(algorithm.hash(), access_token.expose().as_bytes());
    let half = hash.as_ref().get(..hash.as_ref().len() / 2).unwrap_or_default();
    match found {
        Value::String(found) if same(found, &URL_SAFE_NO_PAD.encode(half)) => Ok(()),
        _ => Err(IdTokenError::AccessTokenHash),
    }
}

fn check_subject(claims: &Claims) -> Result<(), IdTokenError> {
    let subject = match claims.value("sub") {
        None => return Err(IdTokenError::Missing("sub")),
        Some(Value::String(subject)) => subject,
        Some(_) => return Err(IdTokenError::Malformed("sub")),
    };
    let plain = |character: char| character.is_ascii() && !character.is_ascii_control();
    if subject.trim().is_empty() || subject.len() > 255 || !subject.chars().all(plain) {
        return Err(IdTokenError::Malformed("sub"));
    }
    Ok(())
}

/// How far clocks may differ.
const LEEWAY: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_795_300_000;

    /// The verdict on a good token with these members; `null` takes one away.
    fn judge(members: Value) -> Result<(), IdTokenError> {
        judge_expecting(members, |expected| expected)
    }

    #[allow(clippy::needless_pass_by_value, reason = "calls read better")]
    fn judge_expecting<'a>(
        members: Value,
        change: impl FnOnce(Expected<'a>) -> Expected<'a>,
    ) -> Result<(), IdTokenError> {
        let mut good = json!({
            "iss": "https://idp.example", "aud": "app-id", "sub": "248289761001", "nonce": "n-0S6_WzA2Mj",
            "exp": NOW + 300, "iat": NOW - 1,
        });
        for (member, value) in members.as_object().unwrap() {
            good[member] = value.clone();
            if value.is_null() {
                good.as_object_mut().unwrap().remove(member);
            }
        }
        let token: &'static Secret = Box::leak(Box::new(Secret::new("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y")));
        let expected = Expected {
            client_id: "app-id",
            audiences: &[],
            nonce: Some("n-0S6_WzA2Mj"),
            max_age: None,
            contexts: None,
            access_token: token,
            now: Timestamp::from_unix_seconds(NOW),
        };
        let claims = Claims::from(good.as_object().unwrap().clone());
        check(&claims, SigningAlgorithm::Rs256, &change(expected))
    }

    #[allow(clippy::needless_pass_by_value, reason = "calls read better")]
    fn why(members: Value) -> String {
        judge(members).expect_err("a refusal").to_string()
    }

    #[test]
    fn a_good_token_passes_with_members_that_nobody_knows() {
        // IDT-007
        judge(json!({})).unwrap();
        judge(json!({ "aud": ["app-id"], "azp": "app-id", "amr": ["pwd"], "acr": "0", "tid": 7 })).unwrap();
        judge(json!({ "exp": NOW as f64 + 1.5 })).unwrap();
    }

    #[test]
    fn the_audience_is_this_client_and_nobody_unknown() {
        // IDT-004, IDT-006, IDT-009, IDT-025
        for (members, expected) in [
            (json!({ "aud": "app-id1" }), "the id token is for another client"),
            (json!({ "aud": "app" }), "the id token is for another client"),
            (json!({ "aud": "APP-ID" }), "the id token is for another client"),
            (json!({ "aud": "" }), "the id token is for another client"),
            (json!({ "aud": [] }), "the id token is for another client"),
            (json!({ "aud": [""] }), "the id token is for another client"),
            (json!({ "aud": ["other"] }), "the id token is for another client"),
            (json!({ "aud": null }), "the id token has no `aud`"),
            (json!({ "aud": {} }), "the id token's `aud` is malformed"),
            (json!({ "aud": 7 }), "the id token's `aud` is malformed"),
            (json!({ "aud": ["app-id", 7] }), "the id token's `aud` is malformed"),
            (
                json!({ "aud": ["app-id", "other"], "azp": "app-id" }),
                "the id token is for another client too, which is not trusted; see trusted_audiences",
            ),
            (json!({ "azp": "other" }), "the id token was issued to another client (`azp`)"),
            (json!({ "azp": 7 }), "the id token was issued to another client (`azp`)"),
        ] {
            assert_eq!(why(members.clone()), expected, "{members}");
        }
        let audiences: &'static [String] = Box::leak(Box::new(["api".to_owned()]));
        let trusting = |members| judge_expecting(members, |expected| Expected { audiences, ..expected });
        trusting(json!({ "aud": ["api", "app-id"], "azp": "app-id" })).unwrap();
        assert!(matches!(trusting(json!({ "aud": ["api", "app-id"] })), Err(IdTokenError::Missing("azp"))));
        assert!(matches!(trusting(json!({ "aud": ["api"], "azp": "app-id" })), Err(IdTokenError::Audience)));
        let others = trusting(json!({ "aud": ["api", "app-id", "x"], "azp": "app-id" }));
        assert!(matches!(others, Err(IdTokenError::OtherAudience)));
    }

    #[test]
    fn the_providers_end_of_a_session_is_seconds_and_has_not_come() {
        // SES-011
        judge(json!({ "session_expiry": NOW + 1 })).unwrap();
        for over in [json!(NOW), json!(NOW - 1), json!(0)] {
            assert_eq!(why(json!({ "session_expiry": over })), "the provider's session has ended (`session_expiry`)");
        }
        for malformed in [json!((NOW + 300) * 1000), json!((NOW + 300).to_string()), json!(-1), json!([]), json!(1e308)]
        {
            let members = json!({ "session_expiry": malformed });
            assert_eq!(why(members), "the id token's `session_expiry` is malformed");
        }
    }

    #[test]
    fn times_are_judged_with_a_minute_of_leeway() {
        // IDT-012, IDT-015, IDT-019
        for good in [
            json!({ "exp": NOW - 59 }),
            json!({ "iat": NOW + 60 }),
            json!({ "nbf": NOW + 60 }),
            json!({ "iat": NOW - 86_400 }),
        ] {
            assert!(judge(good.clone()).is_ok(), "{good}");
        }
        for (members, expected) in [
            (json!({ "exp": NOW - 60 }), "the id token ended 60 s ago; is the clock of this machine right?"),
            (json!({ "exp": NOW - 360 }), "the id token ended 360 s ago; is the clock of this machine right?"),
            (json!({ "iat": NOW + 61 }), "the id token's `iat` is 61 s from now; is the clock of this machine right?"),
            (
                json!({ "nbf": NOW + 600 }),
                "the id token's `nbf` is 600 s from now; is the clock of this machine right?",
            ),
            (json!({ "exp": null }), "the id token has no `exp`"),
            (json!({ "iat": null }), "the id token has no `iat`"),
        ] {
            assert_eq!(why(members.clone()), expected, "{members}");
        }
    }

    #[test]
    fn absurd_times_are_refused_and_overflow_nothing() {
        // IDT-018
        for claim in ["exp", "iat", "nbf"] {
            for absurd in [
                json!(1e308),
                json!(-1),
                json!(-1e308),
                json!(u64::MAX),
                json!(i64::MAX),
                json!(253_402_300_800_u64),
                json!(false),
                json!("1795300300"),
                json!([]),
                json!({}),
            ] {
                let error = judge(json!({ claim: absurd.clone() })).unwrap_err();
                assert!(matches!(error, IdTokenError::Malformed(named) if named == claim), "{claim} {absurd}: {error}");
            }
        }
        judge(json!({ "exp": 253_402_300_799_u64 })).unwrap();
        // A JSON null is no claim that may be passed over.
        let claims = Claims::parse(br#"{"aud":"app-id","exp":1795300300,"iat":1795300000,"nbf":null}"#).unwrap();
        assert!(matches!(check_times(&claims, Timestamp::from_unix_seconds(NOW)), Err(IdTokenError::Malformed("nbf"))));
    }

    #[test]
    fn the_nonce_is_the_trips_own() {
        // IDT-020, IDT-023, IDT-024, azure.md T69
        assert_eq!(why(json!({ "nonce": null })), "the id token has no `nonce`");
        assert_eq!(why(json!({ "nonce": null, "nonce_supported": false })), "the id token has no `nonce`");
        for wrong in [json!("n-0S6_WzA2Mj1"), json!("N-0S6_WzA2Mj"), json!(""), json!(7), json!(["n-0S6_WzA2Mj"])] {
            assert_eq!(why(json!({ "nonce": wrong })), "the id token was made for another sign-in (`nonce`)");
        }
        // A token that comes with a refresh: OpenID Connect Core §12.2.
        for nonce in [json!(null), json!("any")] {
            judge_expecting(json!({ "nonce": nonce }), |expected| Expected { nonce: None, ..expected }).unwrap();
        }
    }

    #[test]
    fn the_person_was_asked_within_max_age() {
        let within = |seconds, members: Value| {
            let max_age = Some(Duration::from_secs(seconds));
            judge_expecting(members, |expected| Expected { max_age, ..expected })
        };
        within(300, json!({ "auth_time": NOW - 300 })).unwrap();
        within(0, json!({ "auth_time": NOW - 60 })).unwrap();
        assert!(matches!(within(300, json!({})), Err(IdTokenError::Missing("auth_time"))));
        for auth_time in [NOW - 361, NOW - 86_400, NOW + 61] {
            let error = within(300, json!({ "auth_time": auth_time })).unwrap_err();
            assert!(matches!(error, IdTokenError::AuthenticatedTooLongAgo { max_age: 300 }), "{auth_time}: {error}");
        }
        assert!(matches!(within(9, json!({ "auth_time": "now" })), Err(IdTokenError::Malformed("auth_time"))));
        within(u64::MAX, json!({ "auth_time": 0 })).unwrap();
        judge(json!({ "auth_time": 0 })).unwrap();
    }

    #[test]
    fn the_class_of_authentication_is_one_that_was_demanded() {
        // STP-004, STP-008
        let demanded = ["phr".to_owned(), "phrh".to_owned()];
        let demanding = |contexts: &[String], members: Value| {
            judge_expecting(members, |expected| Expected { contexts: Some(contexts), ..expected })
        };
        demanding(&demanded, json!({ "acr": "phrh" })).unwrap();
        demanding(&[], json!({ "acr": "0" })).unwrap();
        let refused = demanding(&demanded, json!({ "acr": "0" }));
        assert!(matches!(refused, Err(IdTokenError::AuthenticationContext)));
        assert!(matches!(demanding(&[], json!({})), Err(IdTokenError::Missing("acr"))));
        for odd in [json!(["phr"]), json!([]), json!(1), json!({ "phr": true })] {
            assert!(matches!(demanding(&demanded, json!({ "acr": odd })), Err(IdTokenError::Malformed("acr"))));
        }
    }

    #[test]
    fn the_access_token_belongs_to_the_id_token_if_it_says_so() {
        // IDT-028. The example of OpenID Connect Core §A.3.
        judge(json!({ "at_hash": "77QmUPtjPfzWtF2AnpK9RQ" })).unwrap();
        for wrong in [json!("77QmUPtjPfzWtF2AnpK9RQ1"), json!("77QmUPtjPfzWtF2AnpK9RQ=="), json!(""), json!(1)] {
            assert_eq!(why(json!({ "at_hash": wrong })), "the id token was made for another access token (`at_hash`)");
        }
    }

    #[test]
    fn the_hash_is_that_of_the_algorithm() {
        let token = Secret::new("a");
        for (algorithm, length) in [
            (SigningAlgorithm::Es256, 22),
            (SigningAlgorithm::Ps256, 22),
            (SigningAlgorithm::Rs384, 32),
            (SigningAlgorithm::Es384, 32),
            (SigningAlgorithm::Rs512, 43),
            (SigningAlgorithm::EdDsa, 43),
        ] {
            let hash = digest::digest(algorithm.hash(), b"a");
            let half = URL_SAFE_NO_PAD.encode(&hash.as_ref()[..hash.as_ref().len() / 2]);
            assert_eq!(half.len(), length, "{algorithm}");
            let claims = Claims::from(json!({ "at_hash": half }).as_object().unwrap().clone());
            check_at_hash(&claims, algorithm, &token).unwrap();
        }
    }

    #[test]
    fn a_subject_is_text_that_names_somebody() {
        // IDT-010
        assert_eq!(why(json!({ "sub": null })), "the id token has no `sub`");
        for wrong in [json!(""), json!(" "), json!(7), json!(["a"]), json!("a".repeat(256)), json!("ä"), json!("a\nb")]
        {
            assert_eq!(why(json!({ "sub": wrong })), "the id token's `sub` is malformed");
        }
        judge(json!({ "sub": "a".repeat(255) })).unwrap();
        judge(json!({ "sub": "CN=Ada Byron,OU=People" })).unwrap();
    }
}
