//! The accounts of the person who makes a request, and access tokens to act for them.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::signed_in::SignedIn;
use crate::account::GrantedAccount;
use crate::kept_tokens::KeptTokens;
use crate::live::{Home, Live};
use crate::private_claim::SessionAccount;
use crate::refresh::{self, Outcome};
use crate::{AccessTokenError, Account, AuthError, Current, JwtCause, Secret, issue, opened};

/// An account of the person who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectedAccount {
    /// The provider's id.
    pub provider: String,
    /// The provider's identifier of the person.
    pub subject: String,
}

impl Current {
    /// An access token that is good for the next minutes, refreshed if need be.
    ///
    /// # Errors
    /// Each ending has its own: see [`AccessTokenError`]. None of them ends the session.
    pub async fn access_token(&self, provider: &str) -> Result<Secret, AccessTokenError> {
        let realm = &self.0.realm;
        if realm.provider(provider).is_none() {
            return Err(AccessTokenError::UnknownProvider(provider.to_owned()));
        }
        let signed_in = self.opened().await?.ok_or(AccessTokenError::SignedOut)?;
        let mut live = signed_in.live().await;
        let Some(account) = live.private.account(provider).cloned() else {
            return Err(AccessTokenError::NotConnected { provider: provider.to_owned() });
        };
        let outcome = refresh::fresh(realm, &live, &account).await?;
        if let Outcome::Refreshed(after) | Outcome::Refused(after) = &outcome {
            self.take_up(signed_in, &mut live, account, after).await?;
        }
        refresh::token(provider, outcome)
    }

    /// Puts new tokens, or the mark that they were refused, into the session.
    async fn take_up(
        &self,
        signed_in: &SignedIn,
        live: &mut Live,
        account: SessionAccount,
        after: &GrantedAccount,
    ) -> Result<(), AccessTokenError> {
        let realm = &self.0.realm;
        let kept = account.kept.as_ref().map(|_| KeptTokens::of(after));
        let tokens_changed = kept != account.kept;
        if account.kept.is_some() && !tokens_changed {
            return Ok(());
        }
        if tokens_changed {
            Arc::make_mut(&mut live.private).set_account(SessionAccount { kept, ..account });
            // Before the callback runs: if it fails, the tokens are new nonetheless.
            signed_in.set_changed(matches!(live.home, Home::Cookie { .. }));
        }
        let mut claims_changed = false;
        if !after.needs_reauthentication {
            match opened::run_jwt(realm, live, JwtCause::Refresh { account: &Account::from(after.clone()) }).await? {
                Some(changed) => claims_changed = changed,
                None => {
                    issue::end(realm, live).await?;
                    self.0.ended.store(true, Ordering::Release);
                    return Err(AccessTokenError::SignedOut);
                }
            }
        }
        match live.home {
            Home::Cookie { .. } => signed_in.set_changed(claims_changed),
            // Stored before anybody uses it.
            Home::Store { .. } if tokens_changed || claims_changed => {
                if !issue::save(realm, live, claims_changed).await? {
                    return Err(AccessTokenError::SignedOut);
                }
            }
            Home::Store { .. } => {}
        }
        Ok(())
    }

    /// The accounts the session was begun with.
    ///
    /// # Errors
    /// As [`session`](Self::session).
    pub async fn accounts(&self) -> Result<Vec<ConnectedAccount>, AuthError> {
        let Some(signed_in) = self.opened().await? else { return Ok(Vec::new()) };
        let live = signed_in.live().await;
        let accounts = live.private.accounts.iter();
        Ok(accounts
            .map(|account| ConnectedAccount { provider: account.provider.clone(), subject: account.subject.clone() })
            .collect())
    }
}
