//! Where a trip leads in the end, with the application asked.

use crate::failure::{Code, Failure};
use crate::page::Reason;
use crate::realm::Realm;
use crate::return_to;

/// Where a candidate leads: through the rules of `return_to` and the application's `redirect` callback, else home.
pub(super) async fn resolve(realm: &Realm, candidate: Option<&str>) -> Result<String, Failure> {
    let home = || realm.base.origin.clone();
    let Some(candidate) = candidate else { return Ok(home()) };
    // What the cookie holds as a rule. The rules below lead to the same, at the price of parsing.
    if realm.callbacks.is_none() && candidate == realm.base.origin {
        return Ok(home());
    }
    let Some(target) = return_to::parse(candidate, &realm.base.url) else { return Ok(home()) };
    let face = return_to::face(&target, &realm.base.url, &realm.trusted_origins);
    let target = match (&realm.callbacks, face) {
        (None, Some(_)) => target,
        (None, None) => return Ok(home()),
        (Some(callbacks), face) => {
            let face = face.unwrap_or_else(|| realm.base.url.clone());
            let said = realm.call(|| callbacks.redirect(target, &face)).await;
            said.map_err(|error| Failure::because(Code::Configuration, Reason::Configuration, error))?
        }
    };
    if !matches!(target.scheme(), "http" | "https") {
        return Ok(home());
    }
    // Auth.js keeps a bare origin bare.
    let bare = target.path() == "/" && target.query().is_none() && target.fragment().is_none();
    if bare && !candidate.ends_with('/') {
        return Ok(target.origin().ascii_serialization());
    }
    Ok(target.to_string())
}
