//! What the application can be told when a session or a token cannot be had.

use std::sync::Arc;
use std::time::Duration;

use crate::ReauthenticationReason;
use crate::callbacks::BoxError;
use crate::provider::ProviderError;
use crate::store::StoreError;

/// Why it cannot be said who is signed in. Never mistaken for "nobody".
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// A store did not answer.
    #[error("the session cannot be read")]
    Store(#[source] Arc<StoreError>),
    /// A callback of the application failed.
    #[error("the {callback} callback failed")]
    Callback {
        /// Its name.
        callback: &'static str,
        /// Its error.
        #[source]
        source: Arc<dyn std::error::Error + Send + Sync>,
    },
    /// The session does not fit the cookies it may use.
    #[error(
        "the session needs {needed} cookies, {allowed} allowed: keep less in it, give a token_store or a \
         session_store, or raise max_session_cookies"
    )]
    TooLarge {
        /// How many it needs.
        needed: usize,
        /// How many it may use.
        allowed: usize,
    },
    /// Something was sealed that cannot be opened: the key it was sealed with is gone.
    #[error("what the store holds cannot be opened: was the key it was sealed with (AUTH_SEAL_KEY) dropped?")]
    Unsealable,
    /// The session's claims cannot be written as JSON.
    #[error("the session cannot be written")]
    Unwritable(#[source] Arc<serde_json::Error>),
}

impl AuthError {
    pub(crate) fn callback(callback: &'static str, source: BoxError) -> Self {
        Self::Callback { callback, source: Arc::from(source) }
    }
}

impl From<StoreError> for AuthError {
    fn from(error: StoreError) -> Self {
        Self::Store(Arc::new(error))
    }
}

/// Why there is no access token to be had.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccessTokenError {
    /// Nobody is signed in.
    #[error("nobody is signed in")]
    SignedOut,
    /// No provider of that id is configured.
    #[error("no provider {0:?} is configured")]
    UnknownProvider(String),
    /// The session has no account at that provider; or no tokens of that account are stored.
    #[error("{provider}: there is no account with tokens")]
    NotConnected {
        /// The provider's id.
        provider: String,
    },
    /// Tokens live in the sessions, where background work cannot reach them.
    #[error("{provider}: tokens are kept in sessions, where no background work can reach them; give a token_store")]
    NoTokenStore {
        /// The provider's id.
        provider: String,
    },
    /// The grant is dead, or has ended and cannot be refreshed: the person has to sign in at the provider again.
    /// The session of the application goes on.
    #[error("{provider}: the person has to sign in there again: {reason}")]
    NeedsReauthentication {
        /// The provider's id.
        provider: String,
        /// Why.
        reason: ReauthenticationReason,
        /// The `claims` that the sign-in has to ask for, if the provider said so. [`Current::without_token`] takes them
        /// along, and an application may by [`SignInAgain::parameter`].
        ///
        /// [`Current::without_token`]: crate::Current::without_token
        /// [`SignInAgain::parameter`]: crate::SignInAgain::parameter
        claims: Option<String>,
    },
    /// The provider gives no token for these scopes: the person has not consented to them, or has to prove more first. The
    /// account's own token is as good as before, and the session goes on.
    ///
    /// A sign-in that asks for the scopes helps, if an administrator is not needed. [`Current::without_token`] leads to it;
    /// it can ask for scopes that the provider was configured with, `optional_scopes` among them.
    ///
    /// [`Current::without_token`]: crate::Current::without_token
    #[error("{provider}: no token for the scopes [{}]; the person has to sign in there and consent to them", .scopes.join(" "))]
    ScopesRefused {
        /// The provider's id.
        provider: String,
        /// The scopes.
        scopes: Vec<String>,
        /// The `claims` that the sign-in has to ask for, if the provider said so.
        claims: Option<String>,
    },
    /// The provider could not refresh the token now, and the one at hand has ended.
    #[error("{provider}: the access token cannot be refreshed now")]
    Unavailable {
        /// The provider's id.
        provider: String,
        /// How long to wait before it is worth trying again, in whole seconds.
        retry_after: Duration,
        /// What happened.
        #[source]
        source: Option<Arc<ProviderError>>,
    },
    /// The provider does not take the application's credentials: an administrator has to act.
    #[error("{provider}: the provider does not accept the application's configuration")]
    Misconfigured {
        /// The provider's id.
        provider: String,
        /// What happened.
        #[source]
        source: Arc<ProviderError>,
    },
    /// The provider's service has ended, and refreshes no token any more: waiting does not help, and neither does
    /// signing in there.
    #[error("{provider}: the provider was retired")]
    ProviderRetired {
        /// The provider's id.
        provider: String,
        /// What happened.
        #[source]
        source: Arc<ProviderError>,
    },
    /// The grant is kept and not handed out, since another provider has taken this one's place for the person: ask for a
    /// token of that one. [`Auth::unpark`](crate::Auth::unpark) takes the grant up again, and so does a new sign-in there.
    #[error(
        "{provider}: the grant is parked, and no token of it is handed out; ask for one of {}",
        .successor.as_deref().unwrap_or("the provider that follows it")
    )]
    Parked {
        /// The provider's id.
        provider: String,
        /// The id of the provider that follows it, if the succession names one.
        successor: Option<String>,
    },
    /// It cannot be said who is signed in.
    #[error(transparent)]
    Session(#[from] AuthError),
}
