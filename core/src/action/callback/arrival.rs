//! Whether the trip that comes back is one that left from here, and has not come back before.

use http::Method;

use super::answer_of_provider::Answered;
use crate::csrf::same;
use crate::failure::{Code, Failure};
use crate::input::Input;
use crate::page::Reason;
use crate::pending::{self, PENDING_LIFE, Pending};
use crate::realm::{Realm, RegisteredOAuth};
use crate::store::StoreError;

/// Finds the trip by its `state` among the cookies of this browser. Gives the name of its cookie, too.
pub(super) fn look_up(
    realm: &Realm,
    cookies: &[(String, String)],
    registered: &RegisteredOAuth<'_>,
    answered: &Answered,
) -> Result<(Pending, String), Failure> {
    let name = pending::cookie_name(&realm.cookies, &answered.state);
    let mut candidates = cookies.iter().filter(|(known, _)| *known == name);
    let pending = candidates
        .find_map(|(_, value)| Pending::open(&name, value, &realm.pending_sealer))
        .filter(|pending| same(&pending.state, &answered.state));
    let Some(pending) = pending else {
        if cookies.is_empty() {
            // Most often a site that was opened at 127.0.0.1 and lives at localhost: only the log can say it.
            let cause = format!(
                "no cookie of a sign-in came along: it was begun at another host than {}, or cookies are refused",
                realm.base.origin
            );
            return Err(Failure::because(Code::Configuration, Reason::StateMissing, cause));
        }
        return Err(Failure::of(Reason::StateMismatch));
    };
    if pending.has_expired(realm.clock.now()) {
        return Err(Failure::of(Reason::StateExpired));
    }
    // The redirect URI tells two sites with one secret apart, such as two mounts of one process.
    let began_here = pending.provider == registered.id
        && pending.client_id == registered.client.id
        && pending.redirect_uri == registered.redirect_uri;
    if !began_here {
        return Err(Failure::of(Reason::ProviderMismatch));
    }
    Ok((pending, name))
}

/// An answer that was posted and waits in its trip's cookie, for a request that brings the session's cookie, too.
pub(super) fn waiting(realm: &Realm, input: &Input, registered: &RegisteredOAuth<'_>) -> Option<Answered> {
    let [(name, state)] = input.query.as_slice() else { return None };
    if name != "state" || input.method != Method::GET || !registered.flow.config().form_post {
        return None;
    }
    let name = pending::cookie_name(&realm.cookies, state);
    let mut candidates = input.cookies.pending.iter().filter(|(known, _)| *known == name);
    let pending = candidates.find_map(|(_, value)| Pending::open(&name, value, &realm.pending_sealer))?;
    Some(Answered { parameters: pending.posted?, state: state.clone() })
}

/// Consumes the trip, on whichever node it arrives first; whether it was here.
pub(super) async fn consume(realm: &Realm, pending: &Pending) -> Result<bool, StoreError> {
    let until = pending.begun_at + PENDING_LIFE;
    realm.once.claim(&pending::once_key(&pending.state), realm.clock.now(), until).await
}
