//! A person who was recognised comes in, by whatever flow: may they, which user are they, and where do they go.
//!
//! It runs in a task of its own, to its end, even if the browser hangs up. A code that was sent has been spent, so what it
//! brought must not be lost; a password that was tried has been tried, so a count of failures must not lose one.

use std::future::Future;
use std::sync::Arc;

use http::{HeaderMap, StatusCode};

use super::{Visit, destination};
use crate::address::with_query;
use crate::answer::{self, Answer};
use crate::callbacks::SignInAttempt;
use crate::failure::{Code, Failure, chain};
use crate::issue::{self, Issued};
use crate::kept_tokens::KeptTokens;
use crate::linking::{self, Who};
use crate::live::{self, Found, Live};
use crate::opened;
use crate::page::Reason;
use crate::pending::{Before, SamePerson};
use crate::private_claim::{PrivateClaim, SessionAccount};
use crate::realm::Realm;
use crate::refresh;
use crate::store::AccountKey;
use crate::within::Broken;
use crate::{
    Account, AuthError, Claims, Decision, Event, JwtCause, Profile, SessionOrigin, SignInRequest, Timestamp, Token,
    User,
};

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
    /// Until when the provider lets a session live, if it says so.
    pub(super) ends_at: Option<Timestamp>,
}

/// Signs in whoever `recognised` finds, and sends the browser to `return_to`.
pub(super) async fn begin(
    visit: &mut Visit,
    recognised: impl Future<Output = Result<Person, Failure>> + Send + 'static,
    return_to: String,
) -> Result<Answer, Failure> {
    let realm = Arc::clone(&visit.realm);
    let previous = previous(visit).await?;
    let trip = {
        let (realm, headers) = (Arc::clone(&realm), visit.input.headers.clone());
        async move {
            let person = recognised.await?;
            sign_in(&realm, &person, &headers, &return_to, previous.as_ref()).await
        }
    };
    let arrived = tokio::spawn(trip)
        .await
        .map_err(|error| Failure::because(Code::Configuration, Reason::Configuration, error))??;
    if let Some(issued) = arrived.issued {
        visit.cookies.extend(opened::cookies_of(&realm, issued, &visit.input.cookies.session));
        let v4 = visit.input.cookies.session_v4.names(&realm.cookies.session_v4).map(|name| realm.cookies.delete(name));
        visit.cookies.extend(v4);
    }
    Ok(answer::redirect(StatusCode::FOUND, &arrived.location))
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
            tracing::warn!(cause = chain(&error), "the session before this one cannot be read");
            Ok(None)
        }
    }
}

struct Arrived {
    /// Nothing if the application sent the person elsewhere: the session they had goes on.
    issued: Option<Issued>,
    location: String,
}

async fn sign_in(
    realm: &Arc<Realm>,
    person: &Person,
    headers: &HeaderMap,
    return_to: &str,
    previous: Option<&Live>,
) -> Result<Arrived, Failure> {
    let Person { account, profile, .. } = person;
    let key = account.key();
    let who = match person.is_named {
        true => linking::named(realm, profile).await?,
        false => linking::find(realm, &key, profile).await?,
    };
    check_same_person(person, &who)?;
    let (user, is_link) = match &who {
        Who::Known(user, _) => (Some(user), false),
        Who::ByAddress(user, _) => (Some(user), true),
        Who::New | Who::Derived(_) => (None, false),
    };
    if let Some(target) = ask_application(realm, person, user, is_link).await? {
        let location = destination::resolve(realm, Some(&target)).await?;
        return Ok(Arrived { issued: None, location });
    }
    let member = admit(realm, who, &key, profile).await?;
    let issued = begin_session(realm, person, headers, &member, previous).await?;
    let Member { user, is_new_user, .. } = member;
    tracing::info!(provider = account.provider, is_new_user, "signed in");
    realm.record(Event::SignIn { user: &user, account, profile, is_new_user }).await;

    // Looked at once more, because what was sealed was true when the trip began.
    let return_to = destination::resolve(realm, Some(return_to)).await.unwrap_or_else(|failure| {
        // The person is signed in by now: that is not to be lost for want of a place to go.
        tracing::error!(cause = failure.chain(), "the redirect callback failed; home is where to go");
        realm.base.origin.clone()
    });
    let location = match realm.pages.new_user.as_ref().filter(|_| is_new_user) {
        Some(path) => with_query(path, &[("callbackUrl", &return_to)]),
        None => return_to,
    };
    Ok(Arrived { issued: Some(issued), location })
}

/// Whoever was asked to prove it once more is who comes back. Nothing is written before that is known.
fn check_same_person(person: &Person, who: &Who) -> Result<(), Failure> {
    let user = match who {
        Who::Known(user, _) | Who::ByAddress(user, _) | Who::Derived(user) => Some(user.id.as_str()),
        Who::New => None,
    };
    match &person.same_person {
        Some(expected) if !expected.is(user, &person.account) => {
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

/// The user whose session begins.
struct Member {
    user: User,
    epoch: u64,
    is_new_user: bool,
}

/// Makes a user of whoever is none yet.
async fn admit(realm: &Realm, who: Who, key: &AccountKey, profile: &Profile) -> Result<Member, Failure> {
    match (who, &realm.users) {
        (Who::Known(mut user, state), Some(users)) => {
            let proven = linking::prove_address(realm, &**users, &mut user, key, profile).await?;
            Ok(Member { user, epoch: proven.unwrap_or(state.epoch), is_new_user: false })
        }
        (Who::ByAddress(mut user, state), Some(users)) => {
            let proven = linking::link_by_address(realm, &**users, &mut user, key, profile).await?;
            Ok(Member { user, epoch: proven.unwrap_or(state.epoch), is_new_user: false })
        }
        (Who::Derived(user), _) => Ok(Member { user, epoch: 0, is_new_user: false }),
        (Who::New, Some(users)) => {
            let (user, is_new_user) = linking::create(realm, &**users, key, profile).await?;
            if is_new_user {
                realm.record(Event::CreateUser { user: &user }).await;
                let link = Event::LinkAccount { user: &user.id, provider: &key.provider, subject: &key.subject };
                realm.record(link).await;
            }
            Ok(Member { user, epoch: 0, is_new_user })
        }
        (Who::Known(..) | Who::ByAddress(..) | Who::New, None) => Err(Failure::of(Reason::Configuration)),
    }
}

async fn begin_session(
    realm: &Realm,
    person: &Person,
    headers: &HeaderMap,
    member: &Member,
    previous: Option<&Live>,
) -> Result<Issued, Failure> {
    let Person { account, profile, claims, .. } = person;
    let Member { user, epoch, is_new_user } = member;
    let mut token = Token {
        subject: Some(user.id.clone()),
        name: user.name.clone(),
        email: user.email.clone(),
        picture: user.image.clone(),
        ..Token::default()
    };
    if let Some(callbacks) = &realm.callbacks {
        let cause = JwtCause::SignIn { user, account, profile, claims, is_new_user: *is_new_user };
        let denied = || Failure::new(Code::AccessDenied, Reason::AccessDenied);
        let said = realm.call(|| callbacks.jwt(token, cause)).await;
        token = said.map_err(|error| AuthError::callback("jwt", error))?.ok_or_else(denied)?;
    }
    let mut private = PrivateClaim::begin(realm.clock.now(), *epoch, &*realm.random);
    private.ends_at = person.ends_at;
    if let Some(callbacks) = &realm.callbacks {
        let request = SignInRequest::new(headers, &account.provider);
        let said = realm.call(|| async { Ok(callbacks.origin(&request).await) }).await;
        private.origin = said.unwrap_or_else(|error| {
            tracing::error!(cause = chain(&*error), "the origin callback failed; the session has none");
            SessionOrigin::default()
        });
    }
    store_tokens(realm, account).await?;
    private.set_account(session_account(realm, person));
    for other in other_accounts(realm, user, previous).await? {
        if private.account(&other.provider).is_none() {
            private.set_account(other);
        }
    }
    let issued = issue::begin(realm, token, private, previous).await?;
    if let Some(before) = person.before.as_ref().filter(|_| previous.is_none()) {
        issue::end_before(realm, before).await?;
    }
    Ok(issued)
}

/// The account as a session has it: with its tokens, unless they are in a store.
pub(super) fn session_account(realm: &Realm, person: &Person) -> SessionAccount {
    let account = &person.account;
    let kept = account.granted().filter(|_| realm.tokens.is_none()).as_ref().map(KeptTokens::of);
    let (provider, subject) = (account.provider.clone(), account.subject.clone());
    SessionAccount { provider, subject, kept, logout_hint: logout_hint(realm, person) }
}

/// Puts what was granted into the token store, if there is one.
pub(super) async fn store_tokens(realm: &Realm, account: &Account) -> Result<(), AuthError> {
    match (account.granted(), &realm.tokens) {
        (Some(account), Some(store)) => refresh::keep(realm, &**store, &account).await,
        _ => Ok(()),
    }
}

/// The user's further accounts whose tokens are to be had: in the token store, or in the session before this one.
async fn other_accounts(realm: &Realm, user: &User, previous: Option<&Live>) -> Result<Vec<SessionAccount>, AuthError> {
    let Some(users) = &realm.users else { return Ok(Vec::new()) };
    if realm.tokens.is_none() && previous.is_none_or(|previous| previous.private.accounts.is_empty()) {
        return Ok(Vec::new());
    }
    let mut accounts = users.accounts(&user.id).await?;
    accounts.retain(|account| realm.provider(&account.provider).is_some());
    accounts.sort_unstable();
    let before = previous.map(|previous| previous.private.accounts.as_slice()).unwrap_or_default();
    let further = accounts.into_iter().filter_map(|AccountKey { provider, subject }| {
        let had = before.iter().find(|account| account.provider == provider && account.subject == subject);
        let bare = || SessionAccount { provider, subject, kept: None, logout_hint: None };
        had.cloned().or_else(|| realm.tokens.is_some().then(bare))
    });
    Ok(further.collect())
}

/// What the provider wants to hear when this person signs out there, if its description names a claim for it.
fn logout_hint(realm: &Realm, person: &Person) -> Option<String> {
    let registered = realm.oauth(&person.account.provider)?;
    let rules = &registered.flow.config().sign_out;
    let hint = person.claims.text(rules.hint_claim.as_deref().filter(|_| rules.is_on)?)?;
    (hint.len() <= LONGEST_HINT).then(|| hint.to_owned())
}

/// It may have to be carried in a cookie.
const LONGEST_HINT: usize = 512;
