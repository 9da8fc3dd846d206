//! What an operator does to users: shuts them out, signs them out, deletes them, and sees where they are signed in.
//!
//! Each is done in steps that shut before they clear: if one fails, the user is out already, and the same call again
//! does what is left.

use std::sync::Arc;

use tokio::task::JoinHandle;

use crate::realm::Realm;
use crate::revoke::{self, Revocation};
use crate::store::{AccountKey, EmailProof, SessionStore, StoreError, UserStore};
use crate::user_session::{self, UserSession};
use crate::{Auth, Event, evidence, refresh, standing};

impl Auth {
    /// What an operator does to users: an administrator's page or tool calls it, after it has checked that it may.
    ///
    /// ```
    /// use admit::{Auth, UsersError};
    ///
    /// async fn dismiss(auth: &Auth, id: &str) -> Result<(), UsersError> {
    ///     let ended = auth.users().disable(id).await?;
    ///     println!("{id} is out; {ended} stored sessions ended");
    ///     Ok(())
    /// }
    /// ```
    pub fn users(&self) -> Users<'_> {
        Users { realm: self.realm() }
    }

    /// Where users and their accounts are kept, for jobs over all of them: `None` if there is no
    /// [`user_store`](crate::AuthBuilder::user_store). What is written there is not announced to [`Events`](crate::Events).
    pub fn user_store(&self) -> Option<&dyn UserStore> {
        self.realm().users.as_deref()
    }
}

/// The users of a site: see [`Auth::users`].
#[derive(Clone, Copy, Debug)]
pub struct Users<'a> {
    realm: &'a Arc<Realm>,
}

impl Users<'_> {
    /// Shuts a user out: they cannot sign in, their sessions end, and their tokens are deleted, and voided where their
    /// providers can be told, for which it waits five seconds at most. How many sessions the store held.
    ///
    /// # Errors
    /// Without a user store, for an unknown user, and when a store fails; then call it again.
    pub async fn disable(&self, id: &str) -> Result<u64, UsersError> {
        let users = self.store()?;
        self.set_disabled(users, id, true).await?;
        let mut begun = self.kept_tokens(id, |_| true).await;
        let ended = self.end_all(id).await?;
        begun.extend(self.delete_tokens(&users.accounts(id).await?, |_| true).await?);
        self.realm.record(Event::UserDisabled { user: id }).await;
        revoked(begun).await;
        Ok(ended)
    }

    /// Lets a user sign in again. Sessions that ended stay ended.
    ///
    /// # Errors
    /// As [`disable`](Self::disable).
    pub async fn enable(&self, id: &str) -> Result<(), UsersError> {
        self.set_disabled(self.store()?, id, false).await?;
        self.realm.record(Event::UserEnabled { user: id }).await;
        Ok(())
    }

    /// Signs a user out everywhere, sessions in cookies included if there is a user store. How many sessions the store
    /// held. Nobody is to go on with anything of theirs: their tokens are deleted and voided as by
    /// [`disable`](Self::disable), but for providers whose description says otherwise
    /// ([`revoke_at_sign_out`](crate::OAuthProvider::revoke_at_sign_out)).
    ///
    /// # Errors
    /// Where neither a user store nor a session store is there to do it; else as [`disable`](Self::disable).
    pub async fn sign_out(&self, id: &str) -> Result<u64, UsersError> {
        if self.realm.users.is_none() && self.realm.sessions.is_none() {
            return Err(UsersError::NoUserStore);
        }
        let revokes = |provider: &str| {
            let registered = self.realm.oauth(provider);
            registered.is_some_and(|registered| registered.flow.config().revocation.at_sign_out != Some(false))
        };
        let mut begun = self.kept_tokens(id, revokes).await;
        let ended = self.end_all(id).await?;
        if let Some(users) = &self.realm.users {
            begun.extend(self.delete_tokens(&users.accounts(id).await?, revokes).await?);
        }
        self.realm.record(Event::SignedOutEverywhere { user: id }).await;
        revoked(begun).await;
        Ok(ended)
    }

    /// Ends the sessions of a user, sessions in cookies included, and leaves their tokens: for when a way in was taken off
    /// them by which somebody may have come. How many sessions the store held.
    ///
    /// # Errors
    /// As [`disable`](Self::disable).
    pub async fn end_sessions(&self, id: &str) -> Result<u64, UsersError> {
        self.store()?;
        let ended = self.end_all(id).await?;
        self.realm.record(Event::SignedOutEverywhere { user: id }).await;
        Ok(ended)
    }

    /// Deletes a user with their sessions, the tokens of their accounts, what is [known](Auth::evidence) of these, and the
    /// accounts. The user goes last, so that the same call finds what one before could not delete. The tokens are voided
    /// as by [`disable`](Self::disable). What was [done](Auth::audit) to the accounts stays written down.
    ///
    /// # Errors
    /// As [`disable`](Self::disable). Sessions in the store under the id of an unknown user are deleted all the same.
    pub async fn delete(&self, id: &str) -> Result<(), UsersError> {
        let users = self.store()?;
        let shut = self.set_disabled(users, id, true).await;
        let mut begun = self.kept_tokens(id, |_| true).await;
        self.end_stored(id).await?;
        shut?;
        let accounts = users.accounts(id).await?;
        begun.extend(self.delete_tokens(&accounts, |_| true).await?);
        self.forget(&accounts).await?;
        let deleted = users.delete(id).await;
        self.realm.standing.forget(id);
        deleted?;
        // Those of a sign-in that was under way, and of a job.
        begun.extend(self.delete_tokens(&accounts, |_| true).await?);
        self.forget(&accounts).await?;
        self.realm.record(Event::UserDeleted { user: id }).await;
        revoked(begun).await;
        Ok(())
    }

    /// Notes that the user has shown control of an e-mail address, as the application found out: by a link it sent, say.
    /// Whether it is the first proof.
    ///
    /// If it is, whatever was done in their name before may have been done by whoever typed the address: their sessions
    /// end, and their accounts are taken off with their tokens. The person signs in anew.
    ///
    /// # Errors
    /// [`UsersError::NotTheirAddress`] if the user has another address or none; else as [`disable`](Self::disable).
    pub async fn email_proven(&self, id: &str, address: &str) -> Result<bool, UsersError> {
        let users = self.store()?;
        let user = users.user(id).await?.ok_or_else(|| UsersError::UnknownUser(id.to_owned()))?;
        let mut begun = Vec::new();
        let theirs = user.email.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(address));
        if theirs && !user.email_verified {
            // Before the proof: a proof that is on record is not looked at again.
            self.end_stored(id).await?;
            let accounts = users.accounts(id).await?;
            begun.extend(self.delete_tokens(&accounts, |_| true).await?);
            self.forget(&accounts).await?;
        }
        let proof = users.prove_email(id, address, None).await;
        self.realm.standing.forget(id);
        match proof? {
            EmailProof::First { removed, .. } => {
                self.end_stored(id).await?;
                begun.extend(self.delete_tokens(&removed, |_| true).await?);
                self.forget(&removed).await?;
                self.realm.record(Event::EmailProven { user: id }).await;
                revoked(begun).await;
                Ok(true)
            }
            EmailProof::Known => Ok(false),
            EmailProof::NotTheirs => Err(UsersError::NotTheirAddress(id.to_owned())),
        }
    }

    /// Where a user is signed in, newest first.
    ///
    /// # Errors
    /// Without a session store, and when it fails.
    pub async fn sessions(&self, id: &str) -> Result<Vec<UserSession>, UsersError> {
        Ok(user_session::list(self.realm, self.session_store()?, id).await?)
    }

    /// Ends one of a user's sessions; whether it was there.
    ///
    /// # Errors
    /// As [`sessions`](Self::sessions).
    pub async fn end_session(&self, id: &str, session: &str) -> Result<bool, UsersError> {
        Ok(user_session::end(self.session_store()?, id, session).await?)
    }

    async fn set_disabled(&self, users: &dyn UserStore, id: &str, disabled: bool) -> Result<(), UsersError> {
        let done = users.set_disabled(id, disabled).await;
        // Also if it failed: it may have been written all the same.
        self.realm.standing.forget(id);
        done.map_err(|error| UsersError::of(error, id))
    }

    /// Ends the epoch first: that holds for sessions which begin at this moment, too.
    async fn end_all(&self, id: &str) -> Result<u64, UsersError> {
        let begun = match &self.realm.users {
            Some(users) => standing::new_epoch(self.realm, &**users, id).await.map(|_| ()),
            None => Ok(()),
        };
        let ended = self.end_stored(id).await?;
        begun.map_err(|error| UsersError::of(error, id))?;
        Ok(ended)
    }

    /// Sessions that name nobody are in the store without an id, and are not one person's.
    async fn end_stored(&self, id: &str) -> Result<u64, UsersError> {
        match &self.realm.sessions {
            Some(sessions) if !id.is_empty() => Ok(sessions.delete_all(id, None).await?),
            _ => Ok(0),
        }
    }

    /// Deletes tokens in their store. Their providers are told meanwhile.
    async fn delete_tokens(
        &self,
        accounts: &[AccountKey],
        of: impl Fn(&str) -> bool,
    ) -> Result<Vec<JoinHandle<Revocation>>, UsersError> {
        let mut begun = Vec::new();
        for account in accounts.iter().filter(|account| of(&account.provider)) {
            let gone = refresh::let_go_stored(self.realm, account).await?;
            begun.extend(gone.map(|gone| revoke::begin(self.realm, gone)));
        }
        Ok(begun)
    }

    /// Forgets what is known of accounts that are nobody's any more.
    async fn forget(&self, accounts: &[AccountKey]) -> Result<(), UsersError> {
        for account in accounts {
            evidence::forget(self.realm, account).await?;
        }
        Ok(())
    }

    /// As `delete_tokens`, for tokens that stored sessions keep, which are about to be deleted.
    async fn kept_tokens(&self, id: &str, of: impl Fn(&str) -> bool) -> Vec<JoinHandle<Revocation>> {
        let kept = revoke::kept_in_sessions(self.realm, id).await;
        let kept = kept.into_iter().filter(|account| of(&account.provider));
        kept.map(|account| revoke::begin_kept(self.realm, account, true)).collect()
    }

    fn store(&self) -> Result<&dyn UserStore, UsersError> {
        self.realm.users.as_deref().ok_or(UsersError::NoUserStore)
    }

    fn session_store(&self) -> Result<&dyn SessionStore, UsersError> {
        self.realm.sessions.as_deref().ok_or(UsersError::NoSessionStore)
    }
}

/// Waits for the providers, who are asked at once.
async fn revoked(begun: Vec<JoinHandle<Revocation>>) {
    for begun in begun {
        drop(revoke::end(begun).await);
    }
}

/// Why something could not be done to a user.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UsersError {
    /// No store keeps users.
    #[error("users cannot be changed: no store keeps them; give one with .user_store(…) or .store(…)")]
    NoUserStore,
    /// No store keeps sessions.
    #[error("sessions cannot be listed: no store keeps them; give one with .session_store(…) or .store(…)")]
    NoSessionStore,
    /// There is no user with that id.
    #[error("there is no user {0:?}")]
    UnknownUser(String),
    /// The user with that id has another e-mail address, or none.
    #[error("the address is not that of the user {0:?}; write it to the user store first")]
    NotTheirAddress(String),
    /// A store failed. What was done so far shuts out and lets nobody in; call it again.
    #[error("a store failed; call it again to do what is left")]
    Store(#[from] StoreError),
}

impl UsersError {
    fn of(error: StoreError, id: &str) -> Self {
        match error {
            StoreError::UnknownUser => Self::UnknownUser(id.to_owned()),
            error => Self::Store(error),
        }
    }
}
