//! What work without a request goes by: access tokens of stored accounts, and which accounts there are.
//!
//! 1. A job takes the same way to a token as a request does: one refresh at a time for each account, over all processes,
//!    with the same pauses and the same events. Whoever comes meanwhile, request or job, shares what it brings.
//! 2. It needs a token store. Tokens that live in sessions can be replaced only while their owner is there.
//! 3. No session is at hand, so no callback for sessions is called.

use std::sync::Arc;

use crate::http::HttpClient;
use crate::store::AccountKey;
use crate::{AccessTokenError, Auth, AuthError, Clock, OAuthProvider, Secret, refresh};

impl Auth {
    /// An access token of a stored account that is good for the next minutes, refreshed if need be: for background work,
    /// which acts for people who are not there.
    ///
    /// ```
    /// use admit::store::AccountKey;
    /// use admit::{AccessTokenError, Auth, Secret};
    ///
    /// async fn nightly(auth: &Auth, subject: &str) -> Result<Option<Secret>, AccessTokenError> {
    ///     let account = AccountKey { provider: "azure-devops".to_owned(), subject: subject.to_owned() };
    ///     match auth.access_token_of(&account).await {
    ///         Ok(token) => Ok(Some(token)),
    ///         // Until the person has signed in there again, there is nothing to do for them.
    ///         Err(AccessTokenError::NeedsReauthentication { .. } | AccessTokenError::NotConnected { .. }) => Ok(None),
    ///         Err(error) => Err(error),
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    /// As [`Current::access_token`](crate::Current::access_token), and [`AccessTokenError::NoTokenStore`]. Never
    /// [`AccessTokenError::SignedOut`].
    pub async fn access_token_of(&self, account: &AccountKey) -> Result<Secret, AccessTokenError> {
        self.check_tokens_of(account)?;
        refresh::token(self.realm(), &account.provider, refresh::fresh_of(self.realm(), account.clone()).await?)
    }

    /// The same for other scopes, by the same grant: what
    /// [`Current::access_token_for`](crate::Current::access_token_for) is to a request.
    ///
    /// # Errors
    /// As [`access_token_of`](Self::access_token_of), and [`AccessTokenError::ScopesRefused`].
    pub async fn access_token_of_for(&self, account: &AccountKey, scopes: &[&str]) -> Result<Secret, AccessTokenError> {
        self.check_tokens_of(account)?;
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        refresh::token(
            self.realm(),
            &account.provider,
            refresh::fresh_of_for(self.realm(), account.clone(), scopes).await?,
        )
    }

    fn check_tokens_of(&self, account: &AccountKey) -> Result<(), AccessTokenError> {
        let AccountKey { provider, .. } = account;
        if self.realm().oauth(provider).is_none() {
            return Err(AccessTokenError::UnknownProvider(provider.clone()));
        }
        match &self.realm().tokens {
            Some(_) => Ok(()),
            None => Err(AccessTokenError::NoTokenStore { provider: provider.clone() }),
        }
    }

    /// Up to `limit` accounts of a provider whose tokens are stored, in the order of their subjects, after one of them.
    /// None without a token store.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn stored_accounts(
        &self,
        provider: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<AccountKey>, AuthError> {
        let Some(store) = &self.realm().tokens else { return Ok(Vec::new()) };
        let page = store.page(provider, after, limit).await?;
        Ok(page.into_iter().map(|stored| stored.account).collect())
    }

    /// Whether an account is one of this site's: it is linked to a user, or its tokens are stored.
    ///
    /// # Errors
    /// When a store fails.
    pub async fn knows_account(&self, account: &AccountKey) -> Result<bool, AuthError> {
        let realm = self.realm();
        if let Some(users) = &realm.users
            && users.user_by_account(account).await?.is_some()
        {
            return Ok(true);
        }
        match &realm.tokens {
            Some(tokens) => Ok(tokens.load(account).await?.is_some()),
            None => Ok(false),
        }
    }

    /// Whether tokens are kept in a store, where background work can reach them.
    pub fn has_token_store(&self) -> bool {
        self.realm().tokens.is_some()
    }

    /// The description of a provider that people are sent to, as it was configured.
    pub fn description(&self, provider: &str) -> Option<&OAuthProvider> {
        self.realm().oauth(provider).map(|registered| registered.flow.config())
    }

    /// The client by which requests to providers leave, for jobs that ask providers more.
    pub fn http_client(&self) -> &Arc<dyn HttpClient> {
        &self.realm().http
    }

    /// The clock that everything here goes by.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.realm().clock
    }
}
