//! Tokens as the store has them: sealed, and bound to their account.

use std::sync::Arc;

use crate::account::GrantedAccount;
use crate::kept_tokens::KeptTokens;
use crate::realm::Realm;
use crate::store::{AccountKey, StoredTokens, TokenStore};
use crate::{AuthError, Secret};

/// Puts the tokens of a new grant into the store.
pub(crate) async fn keep(realm: &Realm, store: &dyn TokenStore, account: &GrantedAccount) -> Result<(), AuthError> {
    store.put(seal(realm, account, 0)?).await?;
    Ok(())
}

/// The ID token of an account in the store, which tells the provider who signs out. None, if it cannot be had.
pub(crate) async fn kept_id_token(realm: &Realm, key: &AccountKey) -> Option<Secret> {
    match load(realm, key).await {
        Ok(stored) => stored?.0.tokens.id_token,
        Err(error) => {
            tracing::warn!(
                provider = key.provider,
                cause = crate::failure::chain(&error),
                "no id token to sign out with"
            );
            None
        }
    }
}

/// An account with its version, if it is there.
pub(super) async fn load(realm: &Realm, key: &AccountKey) -> Result<Option<(GrantedAccount, u64)>, AuthError> {
    let Some(store) = &realm.tokens else { return Ok(None) };
    match store.load(key).await? {
        Some(stored) => Ok(Some((unseal(realm, &stored)?, stored.version))),
        None => Ok(None),
    }
}

pub(crate) fn seal(realm: &Realm, account: &GrantedAccount, version: u64) -> Result<StoredTokens, AuthError> {
    let key = account.key();
    let signs_out = realm.oauth(&key.provider).is_some_and(|registered| registered.flow.config().sign_out.is_on);
    let kept = if signs_out { KeptTokens::with_id_token(account) } else { KeptTokens::of(account) };
    let plain = serde_json::to_vec(&kept).map_err(|error| AuthError::Unwritable(Arc::new(error)))?;
    let sealed = realm.store_sealer.seal(&plain, &bound(&key), &*realm.random);
    let in_time = account.tokens.expires_at.map(|at| at.before(realm.lifetimes.refresh_margin));
    let refresh_at = in_time.into_iter().chain(account.tokens.refresh_at).min();
    let refresh_at = refresh_at
        .filter(|_| account.tokens.refresh_token.is_some() && !account.needs_reauthentication && !account.is_parked);
    Ok(StoredTokens { account: key, sealed, refresh_at, version })
}

pub(crate) fn unseal(realm: &Realm, stored: &StoredTokens) -> Result<GrantedAccount, AuthError> {
    let plain = realm.store_sealer.open(&stored.sealed, &bound(&stored.account)).map_err(|_| AuthError::Unsealable)?;
    let kept: KeptTokens = serde_json::from_slice(&plain).map_err(|_| AuthError::Unsealable)?;
    Ok(kept.into_account(&stored.account.provider, &stored.account.subject))
}

/// Binds sealed tokens to their account, so that rows cannot change places.
pub(crate) fn bound(key: &AccountKey) -> Vec<u8> {
    format!("{} {} {}", key.provider.len(), key.provider, key.subject).into_bytes()
}
