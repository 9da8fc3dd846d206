//! A session as a request finds it: alive or not, through the application's callbacks.

use std::sync::Arc;

use serde_json::Value;

use crate::cookie::{Cookie, SessionCookies};
use crate::cookie_memory::Contents;
use crate::issue::{self, Issued};
use crate::live::{self, Found, Home, Live};
use crate::realm::Realm;
use crate::{AuthError, JwtCause, Session, SessionCause, Timestamp};

/// What became of the session that a request carries.
#[derive(Debug)]
pub(crate) enum Opened {
    /// There is none.
    SignedOut {
        /// Whether the cookies that were sent can be taken away.
        delete_cookies: bool,
    },
    /// There is one.
    SignedIn {
        live: Live,
        /// What it was opened to, before any callback.
        contents: Arc<Contents>,
        /// Whether a callback changed its claims, or they were never ours.
        changed: bool,
    },
}

/// Finds the session and lets the `jwt` callback look at it.
pub(crate) async fn open(
    realm: &Realm,
    own: &SessionCookies<'_>,
    v4: &SessionCookies<'_>,
    cause: JwtCause<'_>,
) -> Result<Opened, AuthError> {
    let (mut live, contents) = match live::find(realm, own, v4).await? {
        Found::Nothing | Found::Ended => return Ok(Opened::SignedOut { delete_cookies: false }),
        Found::Dead => return Ok(Opened::SignedOut { delete_cookies: true }),
        Found::Live(live, contents) => (live, contents),
    };
    match run_jwt(realm, &mut live, cause).await? {
        Some(changed) => {
            let adopted = matches!(live.home, Home::Cookie { adopted: true });
            Ok(Opened::SignedIn { live, contents, changed: changed || adopted })
        }
        None => {
            issue::end(realm, &live).await?;
            Ok(Opened::SignedOut { delete_cookies: true })
        }
    }
}

/// Runs the `jwt` callback; whether it changed the claims, or `None` if it ended the session.
///
/// The registered claims of time and id are the engine's: what a callback does to them has no effect.
pub(crate) async fn run_jwt(realm: &Realm, live: &mut Live, cause: JwtCause<'_>) -> Result<Option<bool>, AuthError> {
    let Some(callbacks) = &realm.callbacks else { return Ok(Some(false)) };
    let before = crate::Token::clone(&live.token);
    let after = realm.call(|| callbacks.jwt(before, cause)).await.map_err(|error| AuthError::callback("jwt", error))?;
    let Some(after) = after else { return Ok(None) };
    let changed = after != *live.token;
    if changed {
        live.token = Arc::new(after);
    }
    Ok(Some(changed))
}

/// What of a session is shown, through the `session` callback.
pub(crate) async fn show(
    realm: &Realm,
    live: &Live,
    expires: Timestamp,
    update: Option<&Value>,
) -> Result<Session, AuthError> {
    let session = Session::new(&live.token, expires).offering(live.private.offered.as_deref());
    match &realm.callbacks {
        None => Ok(session),
        Some(callbacks) => {
            let cause = SessionCause { token: &live.token, update };
            realm
                .call(|| callbacks.session(session, cause))
                .await
                .map_err(|error| AuthError::callback("session", error))
        }
    }
}

/// The cookies of a session that was minted, with deletions for those it had before and has no more.
pub(crate) fn cookies_of(realm: &Realm, issued: Issued, own: &SessionCookies<'_>) -> Vec<Cookie> {
    let names = own.names(&realm.cookies.session);
    let stale = names.filter(|name| !issued.cookies.iter().any(|cookie| cookie.name == *name));
    let mut cookies: Vec<_> = stale.map(|name| realm.cookies.delete(name)).collect();
    cookies.extend(issued.cookies);
    cookies
}

/// Deletions for every session cookie that was sent.
pub(crate) fn deletions(realm: &Realm, own: &SessionCookies<'_>, v4: &SessionCookies<'_>) -> Vec<Cookie> {
    let names = own.names(&realm.cookies.session).chain(v4.names(&realm.cookies.session_v4));
    names.map(|name| realm.cookies.delete(name)).collect()
}
