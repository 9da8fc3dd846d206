//! `GET …/sessions`: where a person is signed in. `DELETE …/sessions/{id|others|all}`: they sign out there; forms post
//! to `…/sessions/{id|others|all}/end`. These are ours, not the wire's.
//!
//! Sessions in a store are listed and ended one by one. Of sessions in cookies only the one at hand is known; the
//! others can be ended together if there is a user store, by a new epoch.
//!
//! A program is answered in JSON. The browser that posts a form goes back to where it came from, or to a page.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use super::{Visit, explain};
use crate::answer::{self, Answer};
use crate::cookie::Cookie;
use crate::csrf::{Provenance, provenance};
use crate::failure::{Code, Failure};
use crate::input::{Input, Wants};
use crate::issue::{self, Issued};
use crate::live::{self, Found, Home, Live};
use crate::opened;
use crate::page::Reason;
use crate::realm::Realm;
use crate::route::SessionsRoute;
use crate::user_session::{self, UserSession};
use crate::{AuthError, Event, standing};

pub(super) async fn handle(realm: &Arc<Realm>, request: Request<Bytes>, route: SessionsRoute<'_>) -> Answer {
    let Some(input) = Input::read(request, &realm.cookies) else {
        return answer::bad_request(StatusCode::BAD_REQUEST);
    };
    let by_form = match (route, &input.method) {
        (SessionsRoute::List, &Method::GET) => false,
        (SessionsRoute::Which { by_form: false, .. }, &Method::DELETE) => false,
        (SessionsRoute::Which { by_form: true, .. }, &Method::POST) => true,
        _ => return answer::bad_request(StatusCode::METHOD_NOT_ALLOWED),
    };
    // A form repeats the token; a program's DELETE is told by its headers, since no other site's page can send one.
    if input.method == Method::DELETE
        && provenance(&input.headers, &realm.base.origin, &realm.trusted_origins) == Provenance::Foreign
    {
        return explain::to_program(&Failure::new(Code::MissingCsrf, Reason::OriginRejected));
    }
    let wants = if by_form { input.wants() } else { Wants::Json };
    let mut visit = Visit::begin(Arc::clone(realm), input).await;
    let checked = if by_form { visit.check_csrf() } else { Ok(()) };
    let came_of_it = match checked {
        Ok(()) => act(&mut visit, route).await.map_err(Failure::from),
        Err(failure) => Err(failure),
    };
    let told = match (came_of_it, wants) {
        (Ok(outcome), Wants::Redirect) => to_browser(&visit, &outcome),
        (Ok(Outcome::Ended(_)), _) if by_form => Ok(answer::as_json(back(&visit), StatusCode::OK)),
        (Ok(outcome), _) => Ok(to_program(&outcome)),
        (Err(failure), _) => Err(failure),
    };
    let mut answer = match told {
        Ok(answer) => answer,
        Err(failure) if wants == Wants::Redirect => explain::explain(realm, &failure.of_account(), None, false).await,
        Err(failure) => {
            tracing::error!(cause = failure.chain(), "sessions could not be read or ended");
            explain::to_program(&failure)
        }
    };
    answer::set_cookies(&mut answer, &visit.cookies);
    answer
}

/// What came of a request.
enum Outcome {
    List(Vec<UserSession>),
    Ended(u64),
    NoneSuch,
    /// Nothing tells whose the others are.
    OthersAreNotKnown,
    SignedOut,
}

fn to_program(outcome: &Outcome) -> Answer {
    let no = |status, word: &str| answer::json_no_store(status, &json!({ "error": word }));
    match outcome {
        Outcome::List(sessions) => {
            answer::json_no_store(StatusCode::OK, &Value::Array(sessions.iter().map(describe).collect()))
        }
        Outcome::Ended(ended) => answer::json_no_store(StatusCode::OK, &json!({ "ended": ended })),
        Outcome::NoneSuch => no(StatusCode::NOT_FOUND, "no_such_session"),
        Outcome::OthersAreNotKnown => no(StatusCode::CONFLICT, "needs_a_session_store"),
        Outcome::SignedOut => no(StatusCode::UNAUTHORIZED, "unauthenticated"),
    }
}

fn to_browser(visit: &Visit, outcome: &Outcome) -> Result<Answer, Failure> {
    match outcome {
        // One that is over already is what was wanted.
        Outcome::List(_) | Outcome::Ended(_) | Outcome::NoneSuch => Ok(back(visit)),
        Outcome::OthersAreNotKnown => {
            let cause =
                "sessions in cookies cannot be ended together without a user store; add one with .user_store(…)";
            Err(Failure::because(Code::Configuration, Reason::Configuration, cause))
        }
        Outcome::SignedOut => Ok(visit.to_sign_in()),
    }
}

fn back(visit: &Visit) -> Answer {
    answer::redirect(StatusCode::SEE_OTHER, &visit.return_to)
}

async fn act(visit: &mut Visit, route: SessionsRoute<'_>) -> Result<Outcome, AuthError> {
    let realm = Arc::clone(&visit.realm);
    let cookies = &visit.input.cookies;
    let Found::Live(mut live, _) = live::find(&realm, &cookies.session, &cookies.session_v4).await? else {
        return Ok(Outcome::SignedOut);
    };
    match route {
        SessionsRoute::List => Ok(Outcome::List(user_session::of_whoever_has(&realm, &live).await?)),
        SessionsRoute::Which { which: "all", .. } => {
            let ended = match end_others(&realm, &mut live).await? {
                Others::Ended(ended, _) => ended,
                Others::AreNotKnown => 0,
                Others::AreOverAsThisIs => return Ok(Outcome::SignedOut),
            };
            end_own(visit, &live).await?;
            Ok(Outcome::Ended(ended + 1))
        }
        SessionsRoute::Which { which: "others", .. } => match end_others(&realm, &mut live).await? {
            Others::Ended(ended, issued) => {
                if let Some(issued) = issued {
                    visit.cookies.extend(opened::cookies_of(&realm, issued, &visit.input.cookies.session));
                }
                Ok(Outcome::Ended(ended))
            }
            Others::AreNotKnown => Ok(Outcome::OthersAreNotKnown),
            Others::AreOverAsThisIs => Ok(Outcome::SignedOut),
        },
        SessionsRoute::Which { which, .. } if which == user_session::own_id(&live) => {
            end_own(visit, &live).await?;
            Ok(Outcome::Ended(1))
        }
        SessionsRoute::Which { which, .. } => {
            let ended = match (&realm.sessions, user_session::owner(&live)) {
                (Some(store), Some(user)) => user_session::end(&**store, user, which).await?,
                _ => false,
            };
            Ok(if ended { Outcome::Ended(1) } else { Outcome::NoneSuch })
        }
    }
}

fn describe(session: &UserSession) -> Value {
    json!({
        "id": session.id,
        "current": session.is_current,
        "device": session.origin.shown_device(),
        "place": session.origin.shown_place(),
        "createdAt": session.created_at.to_string(),
        "lastUsedAt": session.last_used_at.to_string(),
        "expires": session.expires_at.to_string(),
    })
}

/// What became of a person's other sessions.
enum Others {
    /// So many of the store were ended; and how the session at hand goes on, if its cookie has to be written.
    Ended(u64, Option<Issued>),
    /// Nothing tells whose they are.
    AreNotKnown,
    /// The session at hand had ended with them, and goes on no more than they do.
    AreOverAsThisIs,
}

/// Ends the others. The session at hand lives on, in the epoch that begins now.
async fn end_others(realm: &Realm, live: &mut Live) -> Result<Others, AuthError> {
    let Some(user) = user_session::owner(live).map(str::to_owned) else { return Ok(Others::AreNotKnown) };
    let begun = match &realm.users {
        Some(users) => match standing::carry_over(realm, &**users, &user, live.private.epoch).await? {
            Some(epoch) => Some(epoch),
            None => return Ok(Others::AreOverAsThisIs),
        },
        None => None,
    };
    // Before the others go, so that a store which fails in between does not take this one with them.
    let issued = match begun {
        Some(epoch) => issue::rewrite(realm, live, |private| private.epoch = private.epoch.max(epoch)).await?,
        None => None,
    };
    let ended = match (&realm.sessions, &live.home) {
        (Some(store), Home::Store { record, .. }) => store.delete_all(&user, Some(&record.key)).await?,
        _ if begun.is_some() => 0,
        _ => return Ok(Others::AreNotKnown),
    };
    Ok(Others::Ended(ended, issued))
}

async fn end_own(visit: &mut Visit, live: &Live) -> Result<(), AuthError> {
    let realm = Arc::clone(&visit.realm);
    issue::end(&realm, live).await?;
    realm.record(Event::SignOut { user: live.token.subject.as_deref().unwrap_or_default() }).await;
    let cookies = &visit.input.cookies;
    let deletions: Vec<Cookie> = opened::deletions(&realm, &cookies.session, &cookies.session_v4);
    visit.cookies.extend(deletions);
    Ok(())
}
