//! `GET …/session`: who is signed in. `POST …/session`: the page asks for an update.

use http::StatusCode;
use serde_json::Value;

use super::Visit;
use crate::answer::{self, Answer};
use crate::failure::{Failure, chain};
use crate::input::Body;
use crate::issue::Issued;
use crate::live::{Home, Live};
use crate::opened::{self, Opened};
use crate::{AuthError, Event, JwtCause, Session, issue};

/// Answers with the session or `null`, and rolls it.
pub(super) async fn read(visit: &mut Visit) -> Result<Answer, Failure> {
    match roll(visit, JwtCause::Read, None).await {
        Ok(session) => Ok(answer::json_no_store(StatusCode::OK, &session)),
        Err(error @ AuthError::Store(_)) => {
            tracing::error!(cause = chain(&error), "the session could not be read");
            Ok(answer::unavailable(StatusCode::SERVICE_UNAVAILABLE, &()))
        }
        // A key was dropped that is still in use, or the cookies have no room. That is no sign-out: the session is there.
        Err(error @ (AuthError::Unsealable | AuthError::TooLarge { .. })) => {
            tracing::error!(cause = chain(&error), "the session could not be read");
            Ok(answer::json_no_store(StatusCode::INTERNAL_SERVER_ERROR, &()))
        }
        // As on the wire, nobody is signed in for a page when a callback fails; but the cookies stay.
        Err(error) => {
            tracing::error!(cause = chain(&error), "the session could not be read");
            Ok(answer::json_no_store(StatusCode::OK, &()))
        }
    }
}

/// Lets the `jwt` callback look at what the page sent.
pub(super) async fn update(visit: &mut Visit) -> Result<Answer, Failure> {
    visit.check_csrf()?;
    let data = match &visit.input.body {
        Body::Json(object) => object.get("data").cloned().unwrap_or_default(),
        _ => Value::Null,
    };
    let session = roll(visit, JwtCause::Update { data: &data }, Some(&data)).await?;
    Ok(answer::plain_json(StatusCode::OK, &session))
}

async fn roll(visit: &mut Visit, cause: JwtCause<'_>, update: Option<&Value>) -> Result<Option<Session>, AuthError> {
    let realm = &visit.realm;
    let cookies = &visit.input.cookies;
    let (mut live, changed) = match opened::open(realm, &cookies.session, &cookies.session_v4, cause).await? {
        Opened::SignedIn { live, changed, .. } => (live, changed),
        Opened::SignedOut { delete_cookies } => {
            if delete_cookies {
                visit.cookies.extend(opened::deletions(realm, &cookies.session, &cookies.session_v4));
            }
            return Ok(None);
        }
    };
    let stored_expiry = live.expires_at;
    let Some(issued) = renew(visit, &mut live, changed || update.is_some()).await? else { return Ok(None) };
    let expires = match live.home {
        Home::Cookie { .. } => issued.expires_at,
        Home::Store { .. } => stored_expiry,
    };
    let session = opened::show(realm, &live, expires, update).await?;
    realm.record(Event::Session { user: &session.user.id }).await;
    visit.cookies.extend(opened::cookies_of(realm, issued, &cookies.session));
    Ok(Some(session))
}

/// A session in the cookie is sealed anew each time. One in the store is written when a callback changed it, and moved
/// when it is old enough; its cookie is sent each time.
async fn renew(visit: &Visit, live: &mut Live, changed: bool) -> Result<Option<Issued>, AuthError> {
    let realm = &visit.realm;
    match &live.home {
        Home::Cookie { .. } => issue::renew(realm, live).await,
        Home::Store { .. } if changed => issue::renew(realm, live).await,
        Home::Store { value, .. } => {
            if issue::is_old(realm, live, realm.clock.now()) {
                return issue::touch(realm, live).await;
            }
            let cookies = realm.cookies.write_session(value, live.expires_at);
            Ok(Some(Issued { cookies, expires_at: live.expires_at }))
        }
    }
}
