//! One turn of a process that has taken an account: look, refresh, write.
//!
//! 1. Whoever writes last without a lease that counts has lost, and takes what is there. That holds for the mark of a
//!    dead account as well.
//! 2. A refresh token that is refused after a holder died is an answer that was lost.

use std::sync::Arc;

use super::Outcome;
use super::ending::{Landed, announce};
use super::lease::{EXCHANGE, in_time, write, write_on};
use super::sealed::{load, unseal};
use super::stored::remember;
use super::wanted::Wanted;
use crate::account::GrantedAccount;
use crate::realm::Realm;
use crate::store::{AccountKey, Lease, Swap, TokenStore};
use crate::{AuthError, Event, revoke};

/// What became of a turn with the account taken.
pub(super) enum Turn {
    Over(Box<Landed>),
    /// It has to be taken once more: to write or to refresh what is held by now, or because too little was left of the
    /// lease.
    Again,
    /// What was brought could not be written. That goes on, under the same lease.
    Unwritten,
}

/// One refresh, with the account taken.
pub(super) async fn refresh_under_lease(
    realm: &Arc<Realm>,
    store: &Arc<dyn TokenStore>,
    key: &AccountKey,
    wanted: &Wanted,
    lease: &Lease,
) -> Result<Turn, AuthError> {
    let over = |outcome: Outcome| Ok(Turn::Over(Box::new(outcome.into())));
    let Some((account, version)) = in_time(realm, load(realm, key)).await? else {
        return over(Outcome::not_this_time());
    };
    // Newer than the store's only if they could not be written before.
    let mut latest = realm.refresh.successors.follow(account.clone());
    let is_unwritten = latest != account;
    // Memory keeps none, and the one that is there still says who signs out.
    latest.tokens.id_token = latest.tokens.id_token.or_else(|| account.tokens.id_token.clone());
    let settled = wanted.settled(realm, &latest, true);
    let is_settled = settled.is_some();
    let mut outcome = match settled {
        Some(outcome) if !is_unwritten => return Ok(Turn::Over(Box::new(Landed::adopted(outcome)))),
        // It is not handed out, but what it has become is not lost.
        Some(_) if latest.is_parked => Outcome::Refreshed(latest.clone()),
        Some(outcome) => outcome,
        // Before anything else is spent.
        None if is_unwritten => Outcome::Refreshed(latest.clone()),
        // A process that was stopped, or waited long for its store, comes too late: another may be at it by now.
        None if realm.clock.now() + EXCHANGE > lease.until => return Ok(Turn::Again),
        None => {
            latest.is_unanswered |= lease.lapsed && rotates(realm, key);
            wanted.refresh_within(realm, latest.clone(), EXCHANGE).await
        }
    };
    let after = match &mut outcome {
        Outcome::Refreshed(after) | Outcome::Refused(after) => Arc::new(after.clone()),
        Outcome::Failed { marked, .. } => match marked.take() {
            Some(marked) if *marked != account => marked,
            _ => return over(outcome),
        },
        Outcome::Current(_) | Outcome::RefusedForScopes { .. } => return over(outcome),
    };
    let swap = match write(realm, &**store, &after, version, lease).await {
        Ok(swap) => swap,
        Err(error) => {
            let cause = crate::failure::chain(&error);
            tracing::error!(provider = key.provider, cause, "refreshed tokens could not be stored this time");
            remember(realm, &account, &after);
            if matches!(outcome, Outcome::Refreshed(_)) && !is_unwritten {
                realm.record(Event::TokensNotStored { provider: &key.provider, subject: &key.subject }).await;
                write_on(realm, store, wanted.clone(), after, version, *lease);
                return Ok(Turn::Unwritten);
            }
            return over(Outcome::not_this_time());
        }
    };
    match swap {
        Swap::Done(_) => {
            // What was written for want of an earlier chance may be the account's own token, whatever is wanted now.
            if is_unwritten && after.tokens.access_token != account.tokens.access_token {
                announce(realm, &outcome).await;
            } else {
                wanted.announce(realm, &outcome).await;
            }
            if is_unwritten && !is_settled { Ok(Turn::Again) } else { over(outcome) }
        }
        Swap::Lost(Some(theirs)) => {
            let theirs = unseal(realm, &theirs)?;
            // Somebody found the token dead that was spent here. What followed it is what counts.
            if matches!(outcome, Outcome::Refreshed(_)) && theirs.tokens.refresh_token == account.tokens.refresh_token {
                remember(realm, &account, &after);
                return Ok(Turn::Again);
            }
            if !theirs.is_settled_after(&account) {
                // Somebody took over and is not done, or brought something else: there is no token in it for now.
                return if matches!(outcome, Outcome::Failed { .. }) { over(outcome) } else { Ok(Turn::Again) };
            }
            // Somebody signed in anew or took over meanwhile: theirs is what counts.
            Ok(Turn::Over(Box::new(Landed::adopted(Outcome::adopted(theirs)))))
        }
        // Somebody let the account's tokens go meanwhile. What followed them goes as well.
        Swap::Lost(None) => {
            let mut account = GrantedAccount::clone(&after);
            if matches!(outcome, Outcome::Refreshed(_)) {
                drop(revoke::begin(realm, account.clone()));
            }
            account.needs_reauthentication = true;
            over(Outcome::Refused(account))
        }
    }
}

/// Whether a provider takes each refresh token once.
pub(crate) fn rotates(realm: &Realm, key: &AccountKey) -> bool {
    realm.oauth(&key.provider).is_some_and(|registered| registered.flow.config().rotates_refresh_tokens)
}
