//! The user whose session begins: found, linked, or added.

use std::sync::Arc;

use super::{Person, recognition};
use crate::action::following;
use crate::failure::Failure;
use crate::linking::{self, Who};
use crate::page::Reason;
use crate::realm::Realm;
use crate::store::AccountKey;
use crate::{Event, Profile, User};

/// The user whose session begins.
#[derive(Debug)]
pub(in crate::action) struct Member {
    pub(in crate::action) user: User,
    pub(in crate::action) epoch: u64,
    pub(in crate::action) is_new_user: bool,
    /// The provider of which the application may offer to connect an account.
    pub(in crate::action) offer: Option<String>,
}

impl Member {
    pub(in crate::action) fn known(user: User, epoch: u64) -> Self {
        Self { user, epoch, is_new_user: false, offer: None }
    }
}

/// Makes a user of whoever is none yet.
pub(super) async fn join(realm: &Arc<Realm>, who: Who, person: &Person) -> Result<Member, Failure> {
    let (key, profile): (&AccountKey, &Profile) = (&person.account.key(), &person.profile);
    match (who, &realm.users) {
        (Who::Known(mut user, state), Some(users)) => {
            let by = if linking::is_first_proof(&user, profile) {
                following::known_by(realm, person, &user).await?
            } else {
                None
            };
            let proven = match by {
                Some(by) => linking::link_by_proof(realm, &**users, &mut user, key, profile, Some(&by)).await?.1,
                None => linking::prove_address(realm, &**users, &mut user, key, profile).await?,
            };
            Ok(Member::known(user, proven.unwrap_or(state.epoch)))
        }
        (Who::ByAddress(mut user, state), Some(users)) => {
            let proven = linking::link_by_address(realm, &**users, &mut user, key, profile).await?;
            Ok(Member::known(user, proven.unwrap_or(state.epoch)))
        }
        (Who::Proven(user, proof), Some(users)) => recognition::link(realm, &**users, user, person, &proof).await,
        (Who::Derived(user), _) => Ok(Member::known(user, 0)),
        (Who::New, Some(users)) => {
            let (user, is_new_user) = linking::create(realm, &**users, key, profile).await?;
            if is_new_user {
                realm.record(Event::CreateUser { user: &user }).await;
                let link = Event::LinkAccount { user: &user.id, provider: &key.provider, subject: &key.subject };
                realm.record(link).await;
            }
            Ok(Member { is_new_user, ..Member::known(user, 0) })
        }
        (Who::Known(..) | Who::ByAddress(..) | Who::Proven(..) | Who::New, None) => {
            Err(Failure::of(Reason::Configuration))
        }
    }
}
