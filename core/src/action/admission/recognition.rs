//! Who it is that has come: known by their account, recognised by the application's succession, or nobody yet.

use std::sync::Arc;

use super::{Member, Person};
use crate::action::following;
use crate::failure::{Code, Failure};
use crate::linking::{self, Who};
use crate::page::Reason;
use crate::realm::Realm;
use crate::store::{AccountKey, StoreError, UserStore};
use crate::{Proof, Recognition, User};

/// Somebody at the door.
#[derive(Debug)]
pub(super) enum Met {
    Known(Who),
    /// They have to be asked whether they have used the site before, by this provider.
    Perhaps(String),
}

/// Says who has come. Before anybody looks for their e-mail address, the succession is asked whether they are known.
pub(super) async fn meet(realm: &Arc<Realm>, person: &Person) -> Result<Met, Failure> {
    let Person { account, profile, .. } = person;
    if person.is_named {
        return linking::named(realm, profile).await.map(Met::Known);
    }
    let key = account.key();
    if let (Some(users), Some(_)) = (&realm.users, &realm.succession) {
        if let Some(known) = linking::owner(&**users, &key).await? {
            return Ok(Met::Known(known));
        }
        match following::recognise(realm, person).await? {
            Recognition::User { id, proof } => {
                let user =
                    users.user(&id).await?.ok_or_else(|| contradicted("the user who was recognised is not there"))?;
                let (user, _) = linking::standing(&**users, user).await?;
                return Ok(Met::Known(Who::Proven(user, proof)));
            }
            Recognition::Contradiction { cause } => return Err(contradicted(&cause)),
            // They have said that they are not.
            Recognition::Perhaps { .. } if person.wish.is_newcomer => {}
            Recognition::Perhaps { provider } => {
                // Another of their browsers may have brought the account meanwhile.
                return Ok(match linking::owner(&**users, &key).await? {
                    Some(known) => Met::Known(known),
                    None => Met::Perhaps(provider),
                });
            }
            Recognition::Nobody => {}
        }
    }
    linking::find(realm, &key, profile).await.map(Met::Known)
}

/// Links the account of somebody who was recognised.
pub(super) async fn link(
    realm: &Arc<Realm>,
    users: &dyn UserStore,
    mut user: User,
    person: &Person,
    proof: &Proof,
) -> Result<Member, Failure> {
    let key: &AccountKey = &person.account.key();
    let by = proof.by.as_ref();
    let is_new = match linking::link_by_proof(realm, users, &mut user, key, &person.profile, by).await {
        Ok((is_new, _)) => is_new,
        Err(failure) if is_unknown_user(&failure) => return Err(contradicted("the user who was recognised has gone")),
        Err(failure) => return Err(failure),
    };
    // Now that it is linked: they may have parted with the account that it was proven by since it was looked at, and have
    // not seen this one among theirs. Whoever parts with it from now on finds this one there.
    if let Some(by) = by
        && users.user_by_account(by).await?.is_none_or(|owner| owner.id != user.id)
    {
        if is_new {
            users.unlink(&user.id, key, 0).await?;
        }
        return Err(Failure::new(Code::AccessDenied, Reason::LinkInterrupted));
    }
    // Read when all is written: of several who come at once one may have begun a new epoch.
    let (user, state) = linking::standing(users, user).await?;
    following::linked(realm, person, &user, proof).await;
    Ok(Member::known(user, state.epoch))
}

fn is_unknown_user(failure: &Failure) -> bool {
    let error = failure.cause.as_deref().and_then(|cause| cause.downcast_ref::<StoreError>());
    matches!(error, Some(StoreError::UnknownUser))
}

/// Nobody is signed in, and an operator finds out why in the log.
pub(in crate::action) fn contradicted(cause: &str) -> Failure {
    Failure::because(Code::AccessDenied, Reason::IdentityContradicted, cause)
}
