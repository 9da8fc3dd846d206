//! What the application's succession says of somebody, where one provider follows another. It is called as a callback is:
//! it has so long, and a panic of it ends at the request.

use std::error::Error as StdError;
use std::sync::Arc;

use super::admission::Person;
use crate::failure::{Code, Failure, chain};
use crate::page::Reason;
use crate::realm::Realm;
use crate::store::{AccountKey, StoreError};
use crate::{Arrival, Auth, AuthError, BoxError, Onward, Proof, Recognition, User};

/// Who it is that nobody is linked to.
pub(super) async fn recognise(realm: &Arc<Realm>, person: &Person) -> Result<Recognition, Failure> {
    let Some(succession) = &realm.succession else { return Ok(Recognition::Nobody) };
    let auth = Auth::at(realm);
    let arrival = arrival(&auth, person);
    let said = realm.call(|| succession.recognise(&arrival)).await;
    let recognition = said.map_err(|error| broken("recognise", error))?;
    match &recognition {
        Recognition::Perhaps { provider } => check(realm, provider)?,
        Recognition::User { .. } | Recognition::Nobody | Recognition::Contradiction { .. } => {}
    }
    Ok(recognition)
}

/// What is next for a user who is known by their account.
pub(super) async fn onward(realm: &Arc<Realm>, person: &Person, user: &User) -> Result<Onward, Failure> {
    let Some(succession) = realm.succession.as_ref().filter(|_| realm.users.is_some()) else {
        return Ok(Onward::Nothing);
    };
    let auth = Auth::at(realm);
    let arrival = arrival(&auth, person);
    let said = realm.call(|| succession.onward(&arrival, user)).await;
    possible(realm, said.map_err(|error| broken("onward", error))?)
}

/// What is next for somebody who is about to be made a user.
pub(super) async fn newcomer(realm: &Arc<Realm>, person: &Person) -> Result<Onward, Failure> {
    let Some(succession) = realm.succession.as_ref().filter(|_| realm.users.is_some()) else {
        return Ok(Onward::Nothing);
    };
    let auth = Auth::at(realm);
    let arrival = arrival(&auth, person);
    let said = realm.call(|| succession.newcomer(&arrival)).await;
    possible(realm, said.map_err(|error| broken("newcomer", error))?)
}

/// The same, where it names a provider that people can be sent to.
fn possible(realm: &Realm, onward: Onward) -> Result<Onward, Failure> {
    match &onward {
        Onward::Require(provider) | Onward::Closed(provider) => check(realm, provider)?,
        Onward::Ask(provider) | Onward::Offer(provider) => {
            // It could not be connected, and is no reason to keep anybody out.
            if let Err(failure) = check(realm, provider) {
                tracing::error!(cause = failure.chain(), "nothing is offered");
                return Ok(Onward::Nothing);
            }
        }
        Onward::Nothing => {}
    }
    Ok(onward)
}

/// The account by which a user was known when the one that they come with was linked.
pub(super) async fn known_by(realm: &Arc<Realm>, person: &Person, user: &User) -> Result<Option<AccountKey>, Failure> {
    let Some(succession) = &realm.succession else { return Ok(None) };
    let auth = Auth::at(realm);
    let arrival = arrival(&auth, person);
    realm.call(|| succession.known_by(&arrival, user)).await.map_err(|error| broken("known_by", error))
}

/// Tells that an account was linked. It stays so, whatever comes of the telling.
pub(super) async fn linked(realm: &Arc<Realm>, person: &Person, user: &User, how: &Proof) {
    let Some(succession) = &realm.succession else { return };
    let auth = Auth::at(realm);
    let arrival = arrival(&auth, person);
    if let Err(error) = realm.call(|| succession.linked(&arrival, user, how)).await {
        let (provider, method) = (&person.account.provider, &how.method);
        tracing::error!(
            provider,
            method,
            cause = chain(&*error),
            "the succession failed at an account that was linked"
        );
    }
}

fn arrival<'a>(auth: &'a Auth, person: &'a Person) -> Arrival<'a> {
    Arrival { auth, account: &person.account, profile: &person.profile, claims: &person.claims }
}

/// A store that is away is away, whoever asked it and whatever they say of it.
fn broken(callback: &'static str, error: BoxError) -> Failure {
    if is_of_store(&*error) {
        return Failure::because(Code::Configuration, Reason::SessionStoreUnavailable, error);
    }
    AuthError::callback(callback, error).into()
}

/// Whether a store's error is at the bottom of it.
fn is_of_store(error: &(dyn StdError + 'static)) -> bool {
    // An error that is shared is passed over by `source`, which goes on with what is below it.
    let here = error.is::<StoreError>()
        || error.is::<Arc<StoreError>>()
        || matches!(error.downcast_ref(), Some(AuthError::Store(_)));
    here || error.source().is_some_and(is_of_store)
}

fn check(realm: &Realm, provider: &str) -> Result<(), Failure> {
    if realm.oauth(provider).is_some() {
        return Ok(());
    }
    let cause =
        format!("the succession names {provider:?}, which is no provider that people can be sent to; configure it");
    Err(Failure::because(Code::Configuration, Reason::Configuration, cause))
}
