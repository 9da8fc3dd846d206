//! `GET …/account`: the page where a person sees how and where they are signed in. It is ours, not the wire's.
//!
//! 1. It is about whoever is signed in, by what the stores say now and not by what is remembered.
//! 2. Looking at it changes nothing: each change is a form that posts to `…/sessions`, `…/link` or `…/unlink`, and
//!    comes back here.
//! 3. What has just happened, and what somebody wanted before they had to sign in anew, the address says by words that
//!    are looked up and checked against what is so.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};

use super::accounts::{is_one_of_several, is_recent, is_way_in, user_of};
use super::{Visit, explain, ways};
use crate::address::with_query;
use crate::answer::{self, Answer};
use crate::failure::Failure;
use crate::input::Input;
use crate::live::Live;
use crate::opened::{self, Opened};
use crate::page::{self, AccountFacts, AccountPage, Connectable, Connected, Note, OtherSessions, Page, Ways, Wish};
use crate::realm::Realm;
use crate::store::{AccountKey, UserStore};
use crate::user_session::{self, UserSession};
use crate::{AuthError, JwtCause, Session, issue, random, standing};

pub(super) async fn handle(realm: &Arc<Realm>, request: Request<Bytes>) -> Answer {
    let Some(input) = Input::read(request, &realm.cookies) else {
        return answer::bad_request(StatusCode::BAD_REQUEST);
    };
    if input.method != Method::GET {
        return answer::bad_request(StatusCode::METHOD_NOT_ALLOWED);
    }
    if let Some(own) = &realm.pages.account {
        return answer::redirect(StatusCode::FOUND, own);
    }
    let mut visit = Visit::begin(Arc::clone(realm), input).await;
    let mut answer = match page(&mut visit).await {
        Ok(answer) => answer,
        Err(failure) => cannot_be_shown(&visit, failure).await,
    };
    answer::set_cookies(&mut answer, &visit.cookies);
    answer
}

async fn page(visit: &mut Visit) -> Result<Answer, Failure> {
    let realm = Arc::clone(&visit.realm);
    let Some((live, session)) = whoever_asks(visit).await? else {
        let there = with_query(&realm.sign_in_page(), &[("callbackUrl", &realm.account_page())]);
        return Ok(answer::redirect(StatusCode::FOUND, &there));
    };
    let page = account_of(visit, &live, &session).await?;
    Ok(visit.frame().answer(&Page::Account(page)))
}

/// What the page says to whoever has that session.
pub(super) async fn account_of(visit: &Visit, live: &Live, session: &Session) -> Result<AccountPage, AuthError> {
    let realm = &visit.realm;
    let address = realm.account_page();
    let mut sessions = user_session::of_whoever_has(realm, live).await?;
    // Those that are left keep their order, the newest first.
    sessions.sort_by_key(|session| !session.is_current);
    let others = match user_session::owner(live) {
        Some(_) if realm.sessions.is_some() => OtherSessions::Listed,
        Some(_) if realm.users.is_some() => OtherSessions::Unlisted,
        _ => OtherSessions::Unknown,
    };
    let mut keys = match &realm.users {
        Some(users) => users.accounts(user_of(live)).await?,
        None => Vec::new(),
    };
    keys.sort_unstable();
    let ways = match &realm.users {
        Some(users) => Some(ways_of(realm, &**users, live, &keys).await?),
        None => None,
    };
    let user = &session.user;
    let facts = AccountFacts {
        address: &address,
        csrf_token: &visit.csrf.token,
        now: realm.clock.now(),
        name: user.name.as_deref().filter(|name| !name.trim().is_empty()),
        email: user.email.as_deref().filter(|email| !email.trim().is_empty()),
        picture: user.image.as_deref(),
        note: note(visit, &sessions, others, ways.as_ref()),
        wish: ways.as_ref().filter(|_| is_recent(realm, &live.private)).and_then(|ways| wish(visit, ways)),
        ways,
        sessions: &sessions,
        others,
    };
    Ok(AccountPage::new(&visit.frame(), &facts))
}

/// Who is signed in, as the application shows them.
async fn whoever_asks(visit: &mut Visit) -> Result<Option<(Live, Session)>, Failure> {
    let realm = Arc::clone(&visit.realm);
    let (own, v4) = (&visit.input.cookies.session, &visit.input.cookies.session_v4);
    let (mut live, changed) = match opened::open(&realm, own, v4, JwtCause::Read).await? {
        Opened::SignedIn { live, changed, .. } => (live, changed),
        Opened::SignedOut { delete_cookies } => {
            if delete_cookies {
                visit.cookies.extend(opened::deletions(&realm, own, v4));
            }
            return Ok(None);
        }
    };
    if let Some(users) = &realm.users
        && !standing::counts_now(&**users, user_of(&live), live.private.epoch).await?
    {
        return Ok(None);
    }
    if changed {
        let Some(issued) = issue::renew(&realm, &mut live).await? else { return Ok(None) };
        visit.cookies.extend(opened::cookies_of(&realm, issued, own));
    }
    let session = opened::show(&realm, &live, live.expires_at, None).await?;
    Ok(Some((live, session)))
}

/// The accounts they have, and the providers of which they could connect one.
async fn ways_of<'a>(
    realm: &'a Realm,
    users: &dyn UserStore,
    live: &Live,
    keys: &'a [AccountKey],
) -> Result<Ways<'a>, AuthError> {
    let ways_in = keys.iter().filter(|key| is_way_in(realm, key)).count();
    let is_known_elsewhere = ways_in == 1 && has_another_way_in(realm, users, live).await?;
    let connected = keys.iter().map(|key| {
        let provider = realm.provider(&key.provider).map(|registered| &*registered.provider);
        Connected {
            id: &key.provider,
            name: provider.map_or(&key.provider, |provider| provider.name()),
            mark: provider.and_then(|provider| provider.mark()),
            subject: &key.subject,
            is_one_of_several: is_one_of_several(keys, &key.provider),
            is_last: ways_in == 1 && is_way_in(realm, key) && !is_known_elsewhere,
        }
    });
    let can_be_connected = |id: &str, registered| {
        !keys.iter().any(|key| key.provider == id)
            && !ways::is_over(realm, registered)
            && realm.successor_of(id).is_none()
    };
    let offers = realm
        .providers
        .iter()
        .filter(|registered| registered.registration.is_some() && can_be_connected(registered.id(), registered));
    let offers = offers.map(|registered| Connectable {
        id: registered.id(),
        name: registered.provider.name(),
        mark: registered.provider.mark(),
    });
    Ok(Ways { connected: connected.collect(), offers: offers.collect() })
}

/// Whether the application knows of a way in that no account is. If it cannot say, the last account stays.
async fn has_another_way_in(realm: &Realm, users: &dyn UserStore, live: &Live) -> Result<bool, AuthError> {
    let Some(callbacks) = &realm.callbacks else { return Ok(false) };
    let Some(user) = users.user(user_of(live)).await? else { return Ok(false) };
    Ok(realm.call(|| callbacks.has_another_way_in(&user)).await.unwrap_or_else(|error| {
        tracing::error!(cause = crate::failure::chain(&*error), "it is not known whether there is another way in");
        false
    }))
}

/// What has just happened, if that is so. That something ended cannot be seen from what is left, so of that a form of
/// this site has to have led here.
fn note<'a>(
    visit: &'a Visit,
    sessions: &[UserSession],
    others: OtherSessions,
    ways: Option<&Ways<'_>>,
) -> Option<Note<'a>> {
    let query = |name| visit.input.query(name);
    let name = |id: &str| visit.realm.provider(id).map(|registered| registered.provider.name());
    let is_connected = |id: &str| ways.is_some_and(|ways| ways.connected.iter().any(|account| account.id == id));
    if let Some(id) = query(page::LINKED).filter(|id| is_connected(id)) {
        return name(id).map(Note::Connected);
    }
    if !is_from_here(&visit.input.headers) {
        return None;
    }
    match (query(page::ENDED), query(page::UNLINKED)) {
        (Some(page::ENDED_ONE), _) => (others == OtherSessions::Listed).then_some(Note::SessionEnded),
        (Some(page::ENDED_OTHERS), _) => {
            (others != OtherSessions::Unknown && sessions.len() == 1).then_some(Note::OthersEnded)
        }
        (_, Some(id)) if ways.is_some() && !is_connected(id) => name(id).map(Note::Disconnected),
        _ => None,
    }
}

/// Whether nothing but this site led here, as far as the browser says: with the redirect behind a form it says so, and
/// with a link on another site, in a message or among bookmarks it says otherwise.
fn is_from_here(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_none_or(|site| site == "same-origin")
}

/// What somebody wanted who had to sign in anew, if it can still be done. One button at most; it does nothing by itself.
fn wish<'a>(visit: &Visit, ways: &Ways<'a>) -> Option<Wish<'a>> {
    if let Some(id) = visit.input.query("link") {
        return ways.offers.iter().find(|offer| offer.id == id).copied().map(Wish::Connect);
    }
    let id = visit.input.query("unlink")?;
    let is_meant = |account: &&Connected<'_>| {
        let is_it = match visit.input.query("subject") {
            Some(subject) => account.subject == subject,
            None => !account.is_one_of_several,
        };
        account.id == id && is_it && !account.is_last
    };
    ways.connected.iter().find(is_meant).copied().map(Wish::Disconnect)
}

/// The error page in its place, so that a reload is another attempt.
async fn cannot_be_shown(visit: &Visit, failure: Failure) -> Answer {
    let realm = &visit.realm;
    if realm.pages.error.is_some() {
        return explain::explain(realm, &failure.of_account(), None, false).await;
    }
    let reference = random::reference(&*realm.random);
    tracing::error!(%reference, cause = failure.chain(), "the page of an account could not be shown");
    page::error(&visit.frame(), Some(failure.code.as_str()), Some(failure.reason.code()), Some(&reference))
}
