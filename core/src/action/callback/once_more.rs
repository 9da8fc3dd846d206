//! The provider takes the code, and wants more proof of the person before it grants anything: they go there once more.
//!
//! 1. They go straight there, with the claims that it wants, since they were about to sign in anyway.
//! 2. What this trip was for, and what was demanded of it, holds for the next. So does who has to come back.
//! 3. Once. A provider that wants more and more is told as a failure, and the person decides.
//!
//! OpenID Connect Core §5.5.

use serde_json::{Map, Value, json};

use super::super::Visit;
use super::super::sign_in::{self, Purpose};
use crate::answer::Answer;
use crate::failure::Failure;
use crate::json;
use crate::pending::Pending;

/// The next trip, if the provider wants one; the failure, if it does not.
pub(super) async fn instead_of(failure: Failure, visit: &mut Visit, trip: Pending) -> Result<Answer, Failure> {
    let Some(claims) = failure.claims().filter(|_| !trip.is_once_more) else { return Err(failure) };
    let Some(claims) = with_contexts(claims, trip.contexts.as_deref()) else { return Err(failure) };
    let provider = trip.provider.clone();
    let wanted = failure.chain();
    match sign_in::depart(visit, &provider, Purpose::OnceMore(Box::new(trip), claims)).await {
        Ok(answer) => {
            tracing::info!(provider, wanted, "the provider wants more proof of somebody, who goes there once more");
            Ok(answer)
        }
        Err(error) => {
            tracing::warn!(provider, cause = error.chain(), "nobody can be sent to the provider once more");
            Err(failure)
        }
    }
}

/// The claims, with the classes of authentication that this site had demanded.
fn with_contexts(claims: &str, contexts: Option<&[String]>) -> Option<String> {
    let mut claims: Map<String, Value> = json::read(claims.as_bytes()).ok()?;
    if let Some(contexts) = contexts {
        let of_id_token = claims.entry("id_token").or_insert_with(|| json!({}));
        let acr = if contexts.is_empty() {
            json!({ "essential": true })
        } else {
            json!({ "essential": true, "values": contexts })
        };
        of_id_token.as_object_mut()?.insert("acr".to_owned(), acr);
    }
    serde_json::to_string(&claims).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_site_demanded_is_demanded_beside_what_the_provider_wants() {
        let wanted = r#"{"access_token":{"acrs":{"value":"c1"}},"id_token":{"auth_time":null,"acr":{"value":"0"}}}"#;
        let contexts = ["phr".to_owned()];
        let all: Value = serde_json::from_str(&with_contexts(wanted, Some(&contexts)).unwrap()).unwrap();
        let expected = json!({
            "access_token": { "acrs": { "value": "c1" } },
            "id_token": { "auth_time": null, "acr": { "essential": true, "values": ["phr"] } },
        });
        assert_eq!(all, expected);
        assert_eq!(with_contexts("{}", Some(&[])).unwrap(), r#"{"id_token":{"acr":{"essential":true}}}"#);
        assert_eq!(with_contexts("{}", None).unwrap(), "{}");
        for odd in ["", "[]", r#"{"id_token":7}"#] {
            assert_eq!(with_contexts(odd, Some(&contexts)), None, "{odd}");
        }
    }
}
