//! Two trips in one: somebody signs in by a provider, and goes straight on to another to connect an account there.
//!
//! 1. After the first they have no session: who they are is sealed in the cookie of the second, and ends with it.
//! 2. The second counts once, in this browser, and while it has the session that it had before, or none.
//! 3. The user, and what proves who they are, is looked at again when they come back: they may have been shut out, signed
//!    out everywhere, or parted from the account meanwhile.
//! 4. An account that is somebody else's stays theirs. So does one of which the succession says that it is.
//! 5. Tokens of the first trip are put into the token store. Where there is none they are let go: a cookie that waits for
//!    another trip is no place for them.

use std::future::Future;
use std::sync::Arc;

use http::{HeaderMap, StatusCode};

use super::admission::{self, Arrived, Member, Person};
use super::{Visit, destination, following};
use crate::answer::{self, Answer};
use crate::failure::{Code, Failure};
use crate::linking::{self, Who};
use crate::live::Live;
use crate::page::Reason;
use crate::pending::Proven;
use crate::realm::Realm;
use crate::store::AccountKey;
use crate::{Proof, Recognition, User, standing};

/// Somebody says that they are known by this account, and wants to go on to another provider.
pub(super) async fn first_half(
    realm: &Arc<Realm>,
    person: &Person,
    then: &str,
    previous: Option<&Live>,
) -> Result<Arrived, Failure> {
    let users = realm.users.as_ref().ok_or_else(|| Failure::of(Reason::Configuration))?;
    let Some(Who::Known(user, state)) = linking::owner(&**users, &person.account.key()).await? else {
        let nobody = Failure::new(Code::AccessDenied, Reason::NotKnownThere);
        return Err(nobody.with_ways(then, Some(&person.account.provider)));
    };
    admission::check_same_person(person, Some(&user))?;
    if let Some(target) = admission::ask_application(realm, person, Some(&user), false).await? {
        return Ok(Arrived::Sent(destination::resolve(realm, Some(&target)).await?));
    }
    go_on(realm, person, &user, state.epoch, then.to_owned(), previous).await
}

/// Sends a user on who is proven by the account that they came with.
pub(super) async fn go_on(
    realm: &Realm,
    person: &Person,
    user: &User,
    epoch: u64,
    to: String,
    previous: Option<&Live>,
) -> Result<Arrived, Failure> {
    let account = &person.account;
    if to == account.provider {
        let cause = "the succession sends somebody on to the provider that they came by";
        return Err(Failure::because(Code::Configuration, Reason::Configuration, cause));
    }
    // The code was spent for them.
    admission::store_tokens(realm, account).await?;
    let sid = previous.map(|live| live.private.sid.clone());
    let sid = sid.or_else(|| person.before.as_ref().map(|before| before.sid.clone()));
    let by = (account.provider.clone(), account.subject.clone());
    tracing::info!(provider = account.provider, to, "a user goes on to connect another account");
    Ok(Arrived::GoesOn { to, proven: Proven { user: user.id.clone(), epoch, by, sid } })
}

/// They came back from the second provider with nothing. Both ways are still open.
pub(super) fn interrupted_there(failure: Failure, provider: &str, proven: &Proven) -> Failure {
    let mut failure = failure.with_ways(provider, Some(&proven.by.0));
    if failure.reason == Reason::AccessDenied {
        failure.code = Code::AccessDenied;
        failure.reason = Reason::ConnectionIncomplete;
    }
    failure
}

/// They are back from the second provider: whoever `identified` finds is connected to them, and their session begins.
pub(super) async fn arrive(
    visit: &mut Visit,
    provider: &str,
    proven: Proven,
    identified: impl Future<Output = Result<Person, Failure>> + Send + 'static,
    return_to: String,
) -> Result<Answer, Failure> {
    let (to, from) = (provider.to_owned(), proven.by.0.clone());
    let arrived = connected(visit, proven, identified, return_to).await;
    match arrived.map_err(|failure| failure.with_ways(&to, Some(&from)))? {
        Arrived::In { issued, location } => Ok(admission::enter(visit, provider, issued, &location)),
        Arrived::Sent(location) => Ok(answer::redirect(StatusCode::FOUND, &location)),
        Arrived::GoesOn { .. } => Err(interrupted()),
    }
}

/// In a task of its own, to its end: the code that came has to be spent for something.
async fn connected(
    visit: &Visit,
    proven: Proven,
    identified: impl Future<Output = Result<Person, Failure>> + Send + 'static,
    return_to: String,
) -> Result<Arrived, Failure> {
    let previous = admission::previous(visit).await?;
    if previous.as_ref().map(|live| &live.private.sid) != proven.sid.as_ref() {
        return Err(interrupted());
    }
    let trip = {
        let (realm, headers) = (Arc::clone(&visit.realm), visit.input.headers.clone());
        async move {
            // Before the code is spent, and once more when the provider has answered.
            still_proven(&realm, &proven).await?;
            let person = identified.await?;
            connect(&realm, &proven, &person, &headers, &return_to, previous.as_ref()).await
        }
    };
    let arrived = tokio::spawn(trip).await;
    arrived.map_err(|error| Failure::because(Code::Configuration, Reason::Configuration, error))?
}

async fn connect(
    realm: &Arc<Realm>,
    proven: &Proven,
    person: &Person,
    headers: &HeaderMap,
    return_to: &str,
    previous: Option<&Live>,
) -> Result<Arrived, Failure> {
    let users = realm.users.as_ref().ok_or_else(|| Failure::of(Reason::Configuration))?;
    let mut user = still_proven(realm, proven).await?;
    let key = person.account.key();
    let is_theirs = match users.user_by_account(&key).await? {
        Some(owner) if owner.id == user.id => true,
        Some(_) => return Err(linking::taken()),
        None => {
            check_nobody_elses(realm, person, &user).await?;
            false
        }
    };
    if let Some(target) = admission::ask_application(realm, person, Some(&user), !is_theirs).await? {
        return Ok(Arrived::Sent(destination::resolve(realm, Some(&target)).await?));
    }
    let by = account_of(proven);
    let linked = linking::link_by_proof(realm, &**users, &mut user, &key, &person.profile, Some(&by)).await?;
    let (is_new, begun) = linked;
    let epoch = begun.unwrap_or(proven.epoch);
    // Once more, now that it is linked: see `accounts/link.rs`.
    if !standing::counts_now(&**users, &user.id, epoch).await? {
        if is_new {
            users.unlink(&user.id, &key, 0).await?;
        }
        return Err(interrupted());
    }
    let how = Proof { method: BOTH_PROVEN.to_owned(), by: Some(by) };
    following::linked(realm, person, &user, &how).await;
    let member = Member::known(user, epoch);
    let issued = admission::begin_session(realm, person, headers, &member, previous).await?;
    let location = admission::welcome(realm, person, &member, return_to).await;
    Ok(Arrived::In { issued, location })
}

/// The user, if they are who they were proven to be.
async fn still_proven(realm: &Realm, proven: &Proven) -> Result<User, Failure> {
    let users = realm.users.as_ref().ok_or_else(|| Failure::of(Reason::Configuration))?;
    match linking::owner(&**users, &account_of(proven)).await? {
        Some(Who::Known(user, state)) if user.id == proven.user && state.epoch == proven.epoch => Ok(user),
        _ => Err(interrupted()),
    }
}

/// What is known of an account that nobody is linked to must not say that it is another's.
pub(super) async fn check_nobody_elses(realm: &Arc<Realm>, person: &Person, user: &User) -> Result<(), Failure> {
    match following::recognise(realm, person).await? {
        Recognition::User { id, .. } if id != user.id => {
            Err(admission::contradicted("the account that was to be connected is recognised as another user's"))
        }
        Recognition::Contradiction { cause } => Err(admission::contradicted(&cause)),
        Recognition::User { .. } | Recognition::Perhaps { .. } | Recognition::Nobody => Ok(()),
    }
}

fn account_of(proven: &Proven) -> AccountKey {
    let (provider, subject) = proven.by.clone();
    AccountKey { provider, subject }
}

fn interrupted() -> Failure {
    Failure::new(Code::AccessDenied, Reason::LinkInterrupted)
}

/// The method of a proof by two sign-ins in one go.
const BOTH_PROVEN: &str = "both-proven";
