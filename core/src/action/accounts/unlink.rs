//! Whoever is signed in takes an account off themselves.
//!
//! 1. Never the last way in, unless the application knows of another.
//! 2. The account's tokens go, here and at its provider where it can be told, and the user's other sessions end: they may be of whoever used it, and they name it.
//! 3. What is known of the account is forgotten: it is not to come back by that.

use std::sync::Arc;

use http::StatusCode;

use super::{is_way_in, user_of};
use crate::account::GrantedAccount;
use crate::action::Visit;
use crate::answer::{self, Answer};
use crate::failure::{Code, Failure};
use crate::live::{Home, Live};
use crate::opened;
use crate::page::Reason;
use crate::realm::Realm;
use crate::store::{AccountKey, UnlinkOutcome, UserStore};
use crate::{AuthError, Event, evidence, issue, refresh, revoke, standing};

pub(super) async fn unlink(
    visit: &mut Visit,
    users: &dyn UserStore,
    mut live: Live,
    provider: &str,
) -> Result<Answer, Failure> {
    let realm = Arc::clone(&visit.realm);
    let user = user_of(&live).to_owned();
    let accounts = users.accounts(&user).await?;
    let subject = visit.input.field("subject").filter(|subject| !subject.is_empty());
    let account = which(&accounts, &live, provider, subject)?;
    let leave = to_leave(&realm, users, &user, &accounts, &account).await?;
    let is_off = match users.unlink(&user, &account, leave).await? {
        UnlinkOutcome::Unlinked => true,
        // An earlier attempt took it off and then found a store away: what it left is done now.
        UnlinkOutcome::NotTheirs if is_left_over(users, &live, &account).await? => false,
        UnlinkOutcome::NotTheirs => return Err(unknown()),
        UnlinkOutcome::TooFewLeft => return Err(Failure::new(Code::AccessDenied, Reason::LastWayIn)),
    };
    if is_off {
        tracing::info!(provider, "an account was taken off");
        realm.record(Event::UnlinkAccount { user: &user, provider, subject: &account.subject }).await;
    }
    // Begun each by itself, so that a store that is away does not lose the other. Nobody waits for the provider.
    drop(kept(&realm, &live, &account).await.map(|gone| revoke::begin(&realm, gone)));
    drop(refresh::let_go_stored(&realm, &account).await?.map(|gone| revoke::begin(&realm, gone)));
    evidence::forget(&realm, &account).await?;
    let begun = end_others(&realm, users, &user, &live).await?;
    // One that was ended at the same time is not carried into the new epoch.
    if let Some(epoch) = standing::follows(begun, live.private.epoch) {
        let issued = issue::rewrite(&realm, &mut live, |private| {
            private.remove_account(&account.provider, &account.subject);
            private.epoch = private.epoch.max(epoch);
        });
        if let Some(issued) = issued.await? {
            visit.cookies.extend(opened::cookies_of(&realm, issued, &visit.input.cookies.session));
        }
    }
    Ok(answer::redirect(StatusCode::SEE_OTHER, &visit.return_to))
}

/// The account that is meant: by its subject, or the only one at that provider. One that neither the store nor the
/// session knows as theirs is not asked about.
fn which(accounts: &[AccountKey], live: &Live, provider: &str, subject: Option<&str>) -> Result<AccountKey, Failure> {
    let key = |subject: &str| AccountKey { provider: provider.to_owned(), subject: subject.to_owned() };
    if let Some(subject) = subject {
        let account = key(subject);
        let in_session = || live.private.account(provider).is_some_and(|known| known.subject == subject);
        return if accounts.contains(&account) || in_session() { Ok(account) } else { Err(unknown()) };
    }
    let mut theirs = accounts.iter().filter(|account| account.provider == provider);
    match (theirs.next(), theirs.next()) {
        (Some(account), None) => Ok(account.clone()),
        (None, _) => live.private.account(provider).map(|account| key(&account.subject)).ok_or_else(unknown),
        (Some(_), Some(_)) => {
            let cause = "there are several accounts at that provider; name one in the field `subject`";
            Err(Failure::because(Code::Configuration, Reason::ParameterInvalid, cause))
        }
    }
}

fn unknown() -> Failure {
    Failure::new(Code::AccessDenied, Reason::AccountUnknown)
}

/// How many other accounts have to stay: one by which the person can sign in, beside those by which nobody can.
async fn to_leave(
    realm: &Realm,
    users: &dyn UserStore,
    user: &str,
    accounts: &[AccountKey],
    account: &AccountKey,
) -> Result<usize, Failure> {
    let others = || accounts.iter().filter(|other| *other != account);
    let useless = others().filter(|other| !is_way_in(realm, other)).count();
    let is_last = others().count() == useless;
    if let (Some(callbacks), true) = (&realm.callbacks, is_last)
        && let Some(user) = users.user(user).await?
    {
        let answer = realm.call(|| callbacks.has_another_way_in(&user)).await;
        if answer.map_err(|error| AuthError::callback("has_another_way_in", error))? {
            return Ok(0);
        }
    }
    Ok(useless + 1)
}

async fn is_left_over(users: &dyn UserStore, live: &Live, account: &AccountKey) -> Result<bool, Failure> {
    let known = live.private.account(&account.provider).is_some_and(|known| known.subject == account.subject);
    Ok(known && users.user_by_account(account).await?.is_none())
}

/// The account's tokens that the session keeps itself, let go.
async fn kept(realm: &Arc<Realm>, live: &Live, account: &AccountKey) -> Option<GrantedAccount> {
    let known = live.private.account(&account.provider).filter(|known| known.subject == account.subject)?;
    let kept = known.kept.as_ref()?.account(&account.provider, &account.subject);
    refresh::let_go_kept(realm, kept).await
}

/// Ends the sessions that the account may have begun. The epoch that begins.
async fn end_others(realm: &Realm, users: &dyn UserStore, user: &str, live: &Live) -> Result<u64, Failure> {
    let epoch = standing::new_epoch(realm, users, user).await?;
    if let (Some(sessions), Home::Store { record, .. }) = (&realm.sessions, &live.home) {
        sessions.delete_all(user, Some(&record.key)).await?;
    }
    Ok(epoch)
}
