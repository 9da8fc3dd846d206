//! The person who makes a request takes back what they granted at a provider. Account and session stay.

use std::sync::Arc;

use crate::live::Home;
use crate::private_claim::SessionAccount;
use crate::provider::ProviderError;
use crate::revoke::{self, Revocation};
use crate::store::AccountKey;
use crate::{AccessTokenError, AuthError, Current, issue, refresh};

/// What became of the tokens of an account.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Disconnected {
    /// They were deleted here, and the provider has voided them.
    Revoked,
    /// They were deleted here only: the provider has no way to void them, or did not this time.
    HereOnly {
        /// The page of the provider's where the person can do the rest, if its description names one.
        authorizations_page: Option<String>,
        /// What happened, if the provider was asked.
        cause: Option<Arc<ProviderError>>,
    },
    /// There were none.
    NotConnected,
}

impl Current {
    /// Deletes the tokens of the person's account at a provider, from the session or from the token store, and has the
    /// provider void them if it can. The account stays theirs, and the session goes on;
    /// [`access_token`](Self::access_token) says `NotConnected` until they sign in there again.
    ///
    /// The provider is asked for five seconds at most. Whatever it says, the tokens are gone from here.
    ///
    /// ```
    /// use admit::{AccessTokenError, Current, Disconnected};
    ///
    /// async fn disconnect(current: &Current) -> Result<String, AccessTokenError> {
    ///     Ok(match current.disconnect("azure-devops").await? {
    ///         Disconnected::HereOnly { authorizations_page: Some(page), .. } => format!("Now remove it at {page}"),
    ///         _ => "Done".to_owned(),
    ///     })
    /// }
    /// ```
    ///
    /// # Errors
    /// [`SignedOut`](AccessTokenError::SignedOut), [`UnknownProvider`](AccessTokenError::UnknownProvider), and
    /// [`Session`](AccessTokenError::Session) when a store fails: then call it again.
    pub async fn disconnect(&self, provider: &str) -> Result<Disconnected, AccessTokenError> {
        let realm = self.realm();
        let signed_in = self.opened().await?.ok_or(AccessTokenError::SignedOut)?;
        let mut live = signed_in.live().await;
        let Some(account) = live.private.account(provider).cloned() else {
            return match realm.provider(provider) {
                Some(_) => Ok(Disconnected::NotConnected),
                None => Err(AccessTokenError::UnknownProvider(provider.to_owned())),
            };
        };
        let SessionAccount { provider, subject, kept, .. } = &account;
        let mut begun = Vec::new();
        let mut written = Ok(());
        if let Some(kept) = kept {
            let gone = refresh::let_go_kept(realm, kept.account(provider, subject)).await;
            begun.extend(gone.map(|account| revoke::begin(realm, account)));
            let without = SessionAccount { kept: None, ..account.clone() };
            match live.home {
                Home::Cookie { .. } => {
                    Arc::make_mut(&mut live.private).set_account(without);
                    signed_in.set_changed(true);
                }
                Home::Store { .. } => {
                    let change = issue::rewrite(realm, &mut live, |private| private.set_account(without.clone()));
                    written = change.await.map(|_| ());
                }
            }
        }
        let key = AccountKey { provider: provider.clone(), subject: subject.clone() };
        let stored = refresh::let_go_stored(realm, &key).await.map_err(AuthError::from);
        drop(live);
        let stored = stored.map(|gone| begun.extend(gone.map(|account| revoke::begin(realm, account))));
        let mut disconnected = Disconnected::NotConnected;
        for begun in begun {
            let here_only = |cause| {
                let registered = realm.oauth(provider);
                let page = registered.and_then(|registered| registered.flow.config().authorizations_url());
                Disconnected::HereOnly { authorizations_page: page.map(str::to_owned), cause }
            };
            disconnected = match revoke::end(begun).await {
                Revocation::Revoked => Disconnected::Revoked,
                Revocation::NotOffered => here_only(None),
                Revocation::Failed(error) => here_only(Some(error)),
            };
        }
        written.and(stored)?;
        Ok(disconnected)
    }
}
