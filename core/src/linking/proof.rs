//! What a provider's word for an e-mail address changes.
//!
//! Whoever types an address into a sign-up form has not shown that it is theirs. So the first proof of a user's address
//! takes the user away from whoever came before: their accounts are taken off, their sessions end, and their tokens go.
//! A sign-in prepared in somebody else's name is worth nothing then.

use super::{not_linked, vouched};
use crate::failure::{Code, Failure, chain};
use crate::page::Reason;
use crate::realm::Realm;
use crate::store::{AccountKey, EmailProof, LinkOutcome, StoreError, UserStore};
use crate::{Event, Profile, User, evidence};

/// Notes that a user has shown control of their address by an account of theirs, if the provider vouches for it and
/// nobody did before. The epoch that begins, if one does.
pub(crate) async fn prove_address(
    realm: &Realm,
    users: &dyn UserStore,
    user: &mut User,
    account: &AccountKey,
    profile: &Profile,
) -> Result<Option<u64>, Failure> {
    let Some(address) = vouched(profile).filter(|address| is_unproven(user, address)) else { return Ok(None) };
    let proof = users.prove_email(&user.id, address, Some(account)).await?;
    Ok(clean_up(realm, user, proof).await)
}

/// Whether a provider is the first to vouch for a user's address.
pub(crate) fn is_first_proof(user: &User, profile: &Profile) -> bool {
    vouched(profile).is_some_and(|address| is_unproven(user, address))
}

/// Links an account to the user whose address its provider vouches for. The epoch that begins, if one does.
pub(crate) async fn link_by_address(
    realm: &Realm,
    users: &dyn UserStore,
    user: &mut User,
    account: &AccountKey,
    profile: &Profile,
) -> Result<Option<u64>, Failure> {
    let address = vouched(profile).ok_or_else(not_linked)?;
    let mut epoch = None;
    // In this order: an account is never linked beside one that may be an impostor's.
    if is_unproven(user, address) {
        match users.prove_email(&user.id, address, None).await? {
            EmailProof::NotTheirs => return Err(not_linked()),
            proof => epoch = clean_up(realm, user, proof).await,
        }
    }
    match users.link(&user.id, account).await {
        Ok(LinkOutcome::Linked) => {
            let AccountKey { provider, subject } = account;
            tracing::info!(provider, "an account was linked by its verified e-mail address");
            realm.record(Event::LinkAccount { user: &user.id, provider, subject }).await;
            Ok(epoch)
        }
        Ok(LinkOutcome::AlreadyTheirs) => Ok(epoch),
        Ok(LinkOutcome::TakenBy(_)) | Err(StoreError::UnknownUser) => Err(not_linked()),
        Err(error) => Err(error.into()),
    }
}

/// Links an account to the user whose it is by proof of another kind, which leaves the account that it was proven `by`.
/// Whether it was not linked before, and the epoch that begins, if one does.
pub(crate) async fn link_by_proof(
    realm: &Realm,
    users: &dyn UserStore,
    user: &mut User,
    account: &AccountKey,
    profile: &Profile,
    by: Option<&AccountKey>,
) -> Result<(bool, Option<u64>), Failure> {
    let mut epoch = None;
    // As above. Both accounts are one person's, so what the first proof of their address takes off are others.
    if let (Some(by), Some(address)) = (by, vouched(profile).filter(|address| is_unproven(user, address)))
        && users.user_by_account(by).await?.is_some_and(|owner| owner.id == user.id)
    {
        let proof = users.prove_email(&user.id, address, Some(by)).await?;
        epoch = clean_up(realm, user, proof).await;
    }
    match users.link(&user.id, account).await {
        Ok(LinkOutcome::Linked) => {
            let AccountKey { provider, subject } = account;
            tracing::info!(provider, "an account was linked by proof");
            realm.record(Event::LinkAccount { user: &user.id, provider, subject }).await;
            Ok((true, epoch))
        }
        Ok(LinkOutcome::AlreadyTheirs) => Ok((false, epoch)),
        Ok(LinkOutcome::TakenBy(_)) => Err(taken()),
        Err(error) => Err(error.into()),
    }
}

/// The account stays whose it is, and nobody is told whose.
pub(crate) fn taken() -> Failure {
    Failure::new(Code::OAuthAccountNotLinked, Reason::LinkedToOtherUser)
}

fn is_unproven(user: &User, address: &str) -> bool {
    !user.email_verified && user.email.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(address))
}

/// What the user store has decided is done elsewhere, as far as it can be: the new epoch alone ends every session, and
/// nobody reads the tokens of an account that is off.
async fn clean_up(realm: &Realm, user: &mut User, proof: EmailProof) -> Option<u64> {
    let EmailProof::First { removed, epoch } = proof else { return None };
    user.email_verified = true;
    realm.standing.forget(&user.id);
    if let Some(sessions) = &realm.sessions
        && let Err(error) = sessions.delete_all(&user.id, None).await
    {
        tracing::error!(cause = chain(&error), "sessions of an earlier epoch could not be deleted; they count no more");
    }
    for account in &removed {
        if let Some(tokens) = &realm.tokens
            && let Err(error) = tokens.delete(account).await
        {
            let provider = &account.provider;
            tracing::error!(provider, cause = chain(&error), "tokens of an account that is off could not be deleted");
        }
        if let Err(error) = evidence::forget(realm, account).await {
            let provider = &account.provider;
            tracing::error!(
                provider,
                cause = chain(&error),
                "what is known of an account that is off is not forgotten"
            );
        }
    }
    tracing::info!(
        accounts = removed.len(),
        "an e-mail address was proven for the first time; what was before is over"
    );
    for AccountKey { provider, subject } in &removed {
        realm.record(Event::UnlinkAccount { user: &user.id, provider, subject }).await;
    }
    realm.record(Event::EmailProven { user: &user.id }).await;
    Some(epoch)
}
