//! A person who was recognised comes in, by whatever flow: may they, which user are they, and where do they go.
//!
//! It runs in a task of its own, to its end, even if the browser hangs up. A code that was sent has been spent, so what it
//! brought must not be lost; a password that was tried has been tried, so a count of failures must not lose one.

mod member;
mod recognition;
mod session;

use std::future::Future;
use std::sync::Arc;

use http::{HeaderMap, StatusCode};

use super::sign_in::Purpose;
use super::{Visit, chain, destination, following, last_used, question, sign_in};
use crate::address::with_query;
use crate::answer::{self, Answer};
use crate::callbacks::SignInAttempt;
use crate::failure::{self, Code, Failure};
use crate::issue::Issued;
use crate::linking::Who;
use crate::live::{self, Found, Live};
use crate::opened;
use crate::page::Reason;
use crate::pending::{Before, Proven, SamePerson, Wish};
use crate::realm::Realm;
use crate::within::Broken;
use crate::{Account, AuthError, Claims, Decision, Event, Onward, Profile, Timestamp, User};

pub(super) use member::Member;
use member::join;
use recognition::Met;
pub(super) use recognition::contradicted;
pub(super) use session::{begin as begin_session, session_account, store_tokens};

/// A person as a provider knows them, with what they granted.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) account: Account,
    pub(super) profile: Profile,
    /// What the profile was made of.
    pub(super) claims: Claims,
    /// Whether the subject is the id of a user, so that no link is needed.
    pub(super) is_named: bool,
    /// Who it has to be, where somebody who is signed in proves it once more.
    pub(super) same_person: Option<SamePerson>,
    /// The session that the browser had, where it could not bring it.
    pub(super) before: Option<Before>,
    /// What they want besides, where one provider follows another.
    pub(super) wish: Wish,
    /// Until when the provider lets a session live, if it says so.
    pub(super) ends_at: Option<Timestamp>,
}

/// Signs in whoever `recognised` finds, by that provider, and sends the browser to `return_to`.
pub(super) async fn begin(
    visit: &mut Visit,
    provider: &str,
    recognised: impl Future<Output = Result<Person, Failure>> + Send + 'static,
    return_to: String,
) -> Result<Answer, Failure> {
    let realm = Arc::clone(&visit.realm);
    let previous = previous(visit).await?;
    let trip = {
        let (realm, headers, return_to) = (Arc::clone(&realm), visit.input.headers.clone(), return_to.clone());
        async move {
            let person = recognised.await?;
            admit(&realm, &person, &headers, &return_to, previous.as_ref()).await
        }
    };
    let arrived = tokio::spawn(trip)
        .await
        .map_err(|error| Failure::because(Code::Configuration, Reason::Configuration, error))??;
    match arrived {
        Arrived::In { issued, location } => Ok(enter(visit, provider, issued, &location)),
        Arrived::Sent(location) => Ok(answer::redirect(StatusCode::FOUND, &location)),
        Arrived::GoesOn { to, proven } => {
            let (from, purpose) = (proven.by.0.clone(), Purpose::GoOn(proven, return_to));
            let there = sign_in::depart(visit, &to, purpose).await;
            there.map_err(|failure| failure.with_ways(&to, Some(&from)))
        }
    }
}

/// What became of whoever came.
#[derive(Debug)]
pub(super) enum Arrived {
    /// Their session begins.
    In { issued: Issued, location: String },
    /// Somebody sent them elsewhere: the session that they had goes on.
    Sent(String),
    /// They connect an account of another provider first.
    GoesOn { to: String, proven: Proven },
}

/// Hands the browser its session, which was begun by that provider, and sends it there.
pub(super) fn enter(visit: &mut Visit, provider: &str, issued: Issued, location: &str) -> Answer {
    let realm = Arc::clone(&visit.realm);
    visit.cookies.extend(opened::cookies_of(&realm, issued, &visit.input.cookies.session));
    let v4 = visit.input.cookies.session_v4.names(&realm.cookies.session_v4).map(|name| realm.cookies.delete(name));
    visit.cookies.extend(v4);
    last_used::remember(visit, provider);
    answer::redirect(StatusCode::FOUND, location)
}

/// The session that the browser has now. It will be over when the next begins.
pub(super) async fn previous(visit: &Visit) -> Result<Option<Live>, Failure> {
    let cookies = &visit.input.cookies;
    match live::find(&visit.realm, &cookies.session, &cookies.session_v4).await {
        Ok(Found::Live(live, _)) => Ok(Some(live)),
        Ok(_) => Ok(None),
        Err(error @ AuthError::Store(_)) => Err(error.into()),
        // What cannot be read cannot be ended; it must not keep the person from signing in anew.
        Err(error) => {
            tracing::warn!(cause = failure::chain(&error), "the session before this one cannot be read");
            Ok(None)
        }
    }
}

async fn admit(
    realm: &Arc<Realm>,
    person: &Person,
    headers: &HeaderMap,
    return_to: &str,
    previous: Option<&Live>,
) -> Result<Arrived, Failure> {
    let account = &person.account;
    if let Some(then) = &person.wish.then {
        return chain::first_half(realm, person, then, previous).await;
    }
    let who = match recognition::meet(realm, person).await? {
        Met::Known(who) => who,
        Met::Perhaps(other) => {
            check_same_person(person, None)?;
            tracing::info!(provider = account.provider, other, "somebody is asked whether they are known");
            return Ok(Arrived::Sent(question::used_before(realm, &account.provider, &other, return_to)));
        }
    };
    let (user, is_link) = match &who {
        Who::Known(user, _) => (Some(user), false),
        Who::ByAddress(user, _) | Who::Proven(user, _) => (Some(user), true),
        Who::New | Who::Derived(_) => (None, false),
    };
    let derived = if let Who::Derived(user) = &who { Some(user) } else { None };
    check_same_person(person, user.or(derived))?;
    if let Some(target) = ask_application(realm, person, user, is_link).await? {
        return Ok(Arrived::Sent(destination::resolve(realm, Some(&target)).await?));
    }
    // Asked before anything is written.
    let next = match &who {
        Who::Known(user, _) | Who::ByAddress(user, _) => following::onward(realm, person, user).await?,
        Who::New => following::newcomer(realm, person).await?,
        Who::Proven(..) | Who::Derived(_) => Onward::Nothing,
    };
    let next = match (next, &who) {
        (Onward::Closed(to), _) => {
            return Err(Failure::new(Code::AccessDenied, Reason::ProviderClosed).with_ways(&to, None));
        }
        (Onward::Require(to), Who::Known(user, state)) => {
            return chain::go_on(realm, person, user, state.epoch, to, previous).await;
        }
        (next, _) => next,
    };
    let mut member = join(realm, who, person).await?;
    let ask = match next {
        Onward::Require(to) => return chain::go_on(realm, person, &member.user, member.epoch, to, previous).await,
        Onward::Offer(provider) => {
            member.offer = Some(provider);
            None
        }
        Onward::Ask(provider) => Some(provider),
        Onward::Nothing | Onward::Closed(_) => None,
    };
    let issued = session::begin(realm, person, headers, &member, previous).await?;
    let location = welcome(realm, person, &member, return_to).await;
    let location = ask.map_or(location.clone(), |provider| question::connect(realm, &provider, &location));
    Ok(Arrived::In { issued, location })
}

/// Tells that somebody has signed in. Where they go.
pub(super) async fn welcome(realm: &Realm, person: &Person, member: &Member, return_to: &str) -> String {
    let Person { account, profile, .. } = person;
    let Member { user, is_new_user, .. } = member;
    let is_new_user = *is_new_user;
    tracing::info!(provider = account.provider, is_new_user, "signed in");
    realm.record(Event::SignIn { user, account, profile, is_new_user }).await;

    // Looked at once more, because what was sealed was true when the trip began.
    let return_to = destination::resolve(realm, Some(return_to)).await.unwrap_or_else(|failure| {
        // The person is signed in by now: that is not to be lost for want of a place to go.
        tracing::error!(cause = failure.chain(), "the redirect callback failed; home is where to go");
        realm.base.origin.clone()
    });
    match realm.pages.new_user.as_ref().filter(|_| is_new_user) {
        Some(path) => with_query(path, &[("callbackUrl", &return_to)]),
        None => return_to,
    }
}

/// Whoever was asked to prove it once more is who comes back. Nothing is written before that is known.
pub(super) fn check_same_person(person: &Person, user: Option<&User>) -> Result<(), Failure> {
    match &person.same_person {
        Some(expected) if !expected.is(user.map(|user| user.id.as_str()), &person.account) => {
            Err(Failure::new(Code::AccessDenied, Reason::AnotherPerson))
        }
        _ => Ok(()),
    }
}

/// Asks the `sign_in` callback. Where it sends the person instead, if it does.
pub(super) async fn ask_application(
    realm: &Realm,
    person: &Person,
    user: Option<&User>,
    is_link: bool,
) -> Result<Option<String>, Failure> {
    let Some(callbacks) = &realm.callbacks else { return Ok(None) };
    let Person { account, profile, claims, .. } = person;
    let attempt = SignInAttempt { account, profile, claims, user, is_link };
    match realm.call(|| callbacks.sign_in(&attempt)).await {
        Ok(Decision::Allow) => Ok(None),
        Ok(Decision::Deny) => Err(Failure::new(Code::AccessDenied, Reason::AccessDenied)),
        Ok(Decision::Redirect(target)) => Ok(Some(target)),
        Err(error) if error.is::<Broken>() => Err(AuthError::callback("sign_in", error).into()),
        Err(error) => Err(Failure::because(Code::AccessDenied, Reason::AccessDenied, error)),
    }
}
