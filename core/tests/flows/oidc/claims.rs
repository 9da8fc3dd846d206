//! How the claims of an ID token become a person.

use std::sync::{Arc, Mutex};

use admit::{Decision, Profile};
use serde_json::{Value, json};

use super::{sign_in, site_and};
use crate::support::rules::Rules;

/// The profile that the application is shown of somebody with these claims.
async fn profile(claims: Value) -> Profile {
    let seen = Arc::new(Mutex::new(None));
    let hears = Arc::clone(&seen);
    let rules = Rules::default().sign_in(move |attempt| {
        *hears.lock().unwrap() = Some(attempt.profile.clone());
        Ok(Decision::Allow)
    });
    let (site, company) = site_and(
        |company| company.person("ada", claims, json!({})),
        |provider| provider,
        |builder| builder.callbacks(rules),
    );
    sign_in(&mut site.browser(), &company).await;
    let profile = seen.lock().unwrap().clone();
    profile.expect("a profile")
}

#[tokio::test]
async fn the_standard_claims_are_read() {
    let ada = profile(json!({
        "sub": "7", "name": "Ada", "email": "ada@id.example", "email_verified": true, "picture": "https://id.example/a",
    }))
    .await;
    assert_eq!((ada.subject.as_str(), ada.name.as_deref()), ("7", Some("Ada")));
    assert!(ada.email.unwrap().is_verified());
    assert!(ada.image.is_some());
}

#[tokio::test]
async fn an_address_is_never_made_of_something_else() {
    // ENT-019, IDT-034
    let ada = profile(json!({ "sub": "7", "preferred_username": "ada@id.example", "upn": "ada@id.example" })).await;
    assert_eq!((ada.name.as_deref(), ada.email), (Some("ada@id.example"), None));
    let bo = profile(json!({ "sub": "8", "email": "bo@id.example", "picture": "javascript:alert(1)" })).await;
    assert!(!bo.email.unwrap().is_verified() && bo.image.is_none());
}
