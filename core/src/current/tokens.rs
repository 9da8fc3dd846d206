//! The accounts of the person who makes a request, and access tokens to act for them.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::signed_in::SignedIn;
use crate::account::GrantedAccount;
use crate::kept_tokens::KeptTokens;
use crate::live::{Home, Live};
use crate::private_claim::SessionAccount;
use crate::refresh::{self, Outcome};
use crate::{
    AccessTokenError, Account, AuthError, Current, JwtCause, Secret, UserSession, issue, opened, user_session,
};

/// An account of the person who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectedAccount {
    /// The provider's id.
    pub provider: String,
    /// The provider's identifier of the person.
    pub subject: String,
    /// The page of the provider's where the person takes back what they granted, if its description names one.
    pub authorizations_page: Option<String>,
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
        let Some(account) = live.private.account(provider) else {
            return Err(AccessTokenError::NotConnected { provider: provider.to_owned() });
        };
        if let Some(token) = refresh::at_once(realm, account) {
            return Ok(token);
        }
        let account = account.clone();
        let outcome = refresh::fresh(realm, &live, &account).await?;
        if let Outcome::Refreshed(after) | Outcome::Refused(after) = &outcome {
            self.take_up(signed_in, &mut live, account, after).await?;
        }
        refresh::token(realm, provider, outcome)
    }

    /// An access token for other scopes than that of [`access_token`](Self::access_token), by the same grant: where a
    /// provider issues tokens for one resource at a time, one for another resource. The person has to have consented to
    /// the scopes when they signed in, and they have to be those of one resource.
    ///
    /// It is kept until it ends: with the account in its token store, for all processes, or in this process's memory, if
    /// tokens live in the session. Then a provider that replaces its refresh tokens at each use cannot give a second token
    /// beside the first.
    ///
    /// ```
    /// use admit::{AccessTokenError, Current, Secret};
    ///
    /// async fn graph(current: &Current) -> Result<Secret, AccessTokenError> {
    ///     current.access_token_for("microsoft-entra-id", &["User.Read"]).await
    /// }
    /// ```
    ///
    /// # Errors
    /// As [`access_token`](Self::access_token), and [`AccessTokenError::ScopesRefused`].
    pub async fn access_token_for(&self, provider: &str, scopes: &[&str]) -> Result<Secret, AccessTokenError> {
        let realm = &self.0.realm;
        if realm.oauth(provider).is_none() {
            return Err(AccessTokenError::UnknownProvider(provider.to_owned()));
        }
        let signed_in = self.opened().await?.ok_or(AccessTokenError::SignedOut)?;
        let account = signed_in.live().await.private.account(provider).cloned();
        let account = account.ok_or_else(|| AccessTokenError::NotConnected { provider: provider.to_owned() })?;
        refresh::token(realm, provider, refresh::fresh_for(realm, &account, scopes).await?)
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
        // Without them it is only a mark, which concerns nobody else.
        let is_granted = !after.needs_reauthentication
            && kept.as_ref().zip(account.kept.as_ref()).is_none_or(|(new, old)| new.is_other_token(old));
        if tokens_changed {
            Arc::make_mut(&mut live.private).set_account(SessionAccount { kept, ..account });
            // Before the callback runs: if it fails, the tokens are new nonetheless.
            signed_in.set_changed(matches!(live.home, Home::Cookie { .. }));
        }
        let mut claims_changed = false;
        if is_granted {
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
        let described = |account: &SessionAccount| {
            let registered = self.realm().oauth(&account.provider);
            let page = registered.and_then(|registered| registered.flow.config().authorizations_url());
            ConnectedAccount {
                provider: account.provider.clone(),
                subject: account.subject.clone(),
                authorizations_page: page.map(str::to_owned),
            }
        };
        Ok(live.private.accounts.iter().map(described).collect())
    }

    /// The sessions of whoever is signed in, newest first: all that are in the store, or the one at hand. For a page
    /// that shows people where they are signed in; its forms post to `…/sessions/{id}/end`.
    ///
    /// # Errors
    /// As [`session`](Self::session).
    pub async fn sessions(&self) -> Result<Vec<UserSession>, AuthError> {
        let Some(signed_in) = self.opened().await? else { return Ok(Vec::new()) };
        let live = signed_in.live().await.clone();
        Ok(user_session::of_whoever_has(self.realm(), &live).await?)
    }
}
