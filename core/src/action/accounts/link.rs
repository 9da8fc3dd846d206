//! Whoever is signed in connects a further account to themselves.
//!
//! 1. The trip remembers who asked for it, and in which session. Both must be the same when it comes back: nothing is
//!    linked to whoever has signed in meanwhile, or for somebody who has signed out.
//! 2. An account that is somebody else's stays theirs, and nobody is told whose. So does one of which the application's
//!    succession says that it is.
//! 3. Whether the session still counts is asked of the store and not of what is remembered, before the link and after it.
//! 4. The session goes on, under the same id.

use std::future::Future;
use std::sync::Arc;

use http::StatusCode;

use super::user_of;
use crate::action::admission::{self, Person};
use crate::action::{Visit, chain, destination, following, sign_in, unknown_provider, unsupported};
use crate::address::with_query;
use crate::answer::{self, Answer};
use crate::cookie::SessionCookies;
use crate::failure::{Code, Failure};
use crate::issue::Issued;
use crate::live::{self, Found, Home, Live};
use crate::opened;
use crate::page::Reason;
use crate::pending::{LinkTo, Pending};
use crate::realm::Realm;
use crate::store::{AccountKey, LinkOutcome, StoreError};
use crate::{Event, Proof, User, issue, linking, standing};

/// Sends the person to the provider whose account they want to connect.
pub(super) async fn start(visit: &mut Visit, live: &Live, provider: &str) -> Result<Answer, Failure> {
    if visit.realm.provider(provider).ok_or_else(unknown_provider)?.oauth().is_none() {
        // What is typed into a form here is checked by the application, which knows its people by itself.
        return Err(unsupported());
    }
    if let Some(failure) = visit.no_way_back.take() {
        return Err(failure);
    }
    let link = LinkTo { user: user_of(live).to_owned(), sid: live.private.sid.clone() };
    sign_in::depart(visit, provider, sign_in::Purpose::Link(link)).await
}

/// Sends the browser here once more, by itself: what another site's page lets it post comes without the session's
/// cookie. The answer waits in the trip's cookie, since a code has no business in an address.
pub(in crate::action) fn bounce(
    visit: &mut Visit,
    mut pending: Pending,
    parameters: Vec<(String, String)>,
) -> Result<Answer, Failure> {
    let realm = &visit.realm;
    pending.posted = Some(parameters);
    let cookie = pending.cookie(&realm.cookies, &realm.pending_sealer, &*realm.random, true).ok_or_else(|| {
        Failure::because(Code::Configuration, Reason::TokenResponseInvalid, "the answer does not fit into a cookie")
    })?;
    visit.cookies.push(cookie);
    let there = with_query(&pending.redirect_uri, &[("state", &pending.state)]);
    Ok(answer::redirect(StatusCode::SEE_OTHER, &there))
}

/// The person is back from the provider: whoever `identified` finds is linked to them.
pub(in crate::action) async fn arrive(
    visit: &mut Visit,
    link: LinkTo,
    identified: impl Future<Output = Result<Person, Failure>> + Send + 'static,
    return_to: String,
) -> Result<Answer, Failure> {
    let realm = Arc::clone(&visit.realm);
    let cookies = (visit.input.cookies.session.clone(), visit.input.cookies.session_v4.clone());
    let trip = async move {
        // Before the code is spent, and once more when the provider has answered: that takes a while.
        session_of(&realm, &link, &cookies).await?;
        let person = identified.await?;
        let live = session_of(&realm, &link, &cookies).await?;
        connect(&realm, live, &link.user, &person, &return_to).await
    };
    let (issued, location) = tokio::spawn(trip)
        .await
        .map_err(|error| Failure::because(Code::Configuration, Reason::Configuration, error))??;
    if let Some(issued) = issued {
        let cookies = opened::cookies_of(&visit.realm, issued, &visit.input.cookies.session);
        visit.cookies.extend(cookies);
    }
    Ok(answer::redirect(StatusCode::FOUND, &location))
}

/// The session in which the link was asked for, if the browser is still in it.
async fn session_of(
    realm: &Realm,
    link: &LinkTo,
    (own, v4): &(SessionCookies<'static>, SessionCookies<'static>),
) -> Result<Live, Failure> {
    match live::find(realm, own, v4).await? {
        Found::Live(live, _) if live.private.sid == link.sid && user_of(&live) == link.user => Ok(live),
        _ => Err(interrupted()),
    }
}

fn interrupted() -> Failure {
    Failure::new(Code::AccessDenied, Reason::LinkInterrupted)
}

/// Links, keeps the tokens as at a sign-in, and writes the session. What the session became, and where to go.
async fn connect(
    realm: &Arc<Realm>,
    mut live: Live,
    user: &str,
    person: &Person,
    return_to: &str,
) -> Result<(Option<Issued>, String), Failure> {
    let users = realm.users.as_ref().ok_or_else(|| Failure::of(Reason::Configuration))?;
    let user: User = users.user(user).await?.ok_or_else(interrupted)?;
    let epoch = live.private.epoch;
    let account = person.account.key();
    if users.user_by_account(&account).await?.is_none() {
        chain::check_nobody_elses(realm, person, &user).await?;
    }
    if let Some(target) = admission::ask_application(realm, person, Some(&user), true).await? {
        return Ok((None, destination::resolve(realm, Some(&target)).await?));
    }
    // By which account they came, as far as the session says.
    let by = live.private.accounts.first().map(|first| (first.provider.clone(), first.subject.clone()));
    let add = |private: &mut crate::private_claim::PrivateClaim| {
        private.set_account(admission::session_account(realm, person));
    };
    if !standing::counts_now(&**users, &user.id, epoch).await? {
        return Err(interrupted());
    }
    // A cookie that would not hold the account is found out before anything is written.
    let sealed = match live.home {
        Home::Cookie { .. } => Some(issue::rewrite(realm, &mut live, add).await?.ok_or_else(interrupted)?),
        Home::Store { .. } => None,
    };
    let is_new = match users.link(&user.id, &account).await {
        Ok(LinkOutcome::Linked) => true,
        Ok(LinkOutcome::AlreadyTheirs) => false,
        Ok(LinkOutcome::TakenBy(_)) => {
            return Err(linking::taken());
        }
        Err(StoreError::UnknownUser) => return Err(interrupted()),
        Err(error) => return Err(error.into()),
    };
    // Once more, now that it is linked: an epoch that began before would have left a way in to whoever it was to shut out,
    // for good. One that begins from now on finds the account there.
    if !standing::counts_now(&**users, &user.id, epoch).await? {
        if is_new {
            users.unlink(&user.id, &account, 0).await?;
        }
        return Err(interrupted());
    }
    admission::store_tokens(realm, &person.account).await?;
    let issued = match sealed {
        Some(issued) => Some(issued),
        None => issue::rewrite(realm, &mut live, add).await?,
    };
    tracing::info!(provider = account.provider, is_new, "an account was connected");
    if is_new {
        let (provider, subject) = (&account.provider, &account.subject);
        realm.record(Event::LinkAccount { user: &user.id, provider, subject }).await;
    }
    let by = by.map(|(provider, subject)| AccountKey { provider, subject }).filter(|by| *by != account);
    following::linked(realm, person, &user, &Proof { method: CONNECTED.to_owned(), by }).await;
    let location = destination::resolve(realm, Some(return_to)).await.unwrap_or_else(|failure| {
        tracing::error!(cause = failure.chain(), "the redirect callback failed; home is where to go");
        realm.base.origin.clone()
    });
    Ok((issued, location))
}

/// The method of a proof by a session of the user's.
const CONNECTED: &str = "connected";
