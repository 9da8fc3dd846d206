//! Taking over what another sign-in library kept, so that a team can move its database and nobody is signed out.
//!
//! Users and accounts are rows that a store can copy. What is sealed goes through here, since stores hold no keys.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::account::GrantedAccount;
use crate::private_claim::{PrivateClaim, SessionAccount};
use crate::realm::Realm;
use crate::store::{AccountKey, SessionKey};
use crate::{AuthError, GrantRecord, Timestamp, Token, TokenSet, User, issue, live, refresh};

/// Takes over sessions and tokens: see [`Auth::import`](crate::Auth::import).
///
/// What is there already stays as it is, so an import can be run again, also while people use the site.
#[derive(Clone, Copy)]
pub struct Import<'a> {
    realm: &'a Realm,
    writes: bool,
}

/// A session that another library kept, such as a row of Auth.js's `sessions`.
#[derive(Clone)]
#[non_exhaustive]
pub struct ImportedSession {
    /// What the browser holds in its session cookie. It must be hard to guess: whoever has it is signed in.
    pub value: String,
    /// Whose it is.
    pub user: User,
    /// The user's accounts, for which access tokens can be asked.
    pub accounts: Vec<AccountKey>,
    /// When it ends unless it is used.
    pub expires_at: Timestamp,
}

impl ImportedSession {
    /// A session of a user without accounts.
    pub fn new(value: impl Into<String>, user: User, expires_at: Timestamp) -> Self {
        Self { value: value.into(), user, accounts: Vec::new(), expires_at }
    }

    /// The user's accounts.
    #[must_use]
    pub fn accounts(mut self, accounts: Vec<AccountKey>) -> Self {
        self.accounts = accounts;
        self
    }
}

impl fmt::Debug for ImportedSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImportedSession")
            .field("user", &self.user)
            .field("accounts", &self.accounts)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// What became of one thing to import. Not `non_exhaustive`: a caller counts all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imported {
    /// It was taken over.
    Done,
    /// It was here already; what is here stays.
    Known,
    /// It has ended, so nobody misses it.
    Ended,
}

/// Why something cannot be imported.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// Sessions live in cookies here.
    #[error("sessions cannot be imported: they are kept in cookies here; configure a session_store")]
    NoSessionStore,
    /// Tokens live in sessions here.
    #[error("tokens cannot be imported: they are kept in sessions here; configure a token_store")]
    NoTokenStore,
    /// The account is at a provider that is not configured.
    #[error("{0}: no such provider is configured, so its tokens cannot be refreshed; add it with .provider(…)")]
    UnknownProvider(String),
    /// The session's value is too short to be a secret, or too long to be looked up.
    #[error("the session's value is {0} characters, 16 to 128 needed")]
    BadValue(usize),
    /// It could not be sealed, or the store failed.
    #[error("it cannot be written")]
    Auth(#[from] AuthError),
}

impl<'a> Import<'a> {
    pub(crate) fn new(realm: &'a Realm) -> Self {
        Self { realm, writes: true }
    }

    /// The same import, which says what would become of each thing and writes nothing.
    #[must_use]
    pub fn dry_run(self) -> Self {
        Self { writes: false, ..self }
    }

    /// Takes a session over: the cookie that the browser holds goes on counting.
    ///
    /// A user store's epoch is taken into account: the session counts until the next one begins. The session's absolute
    /// lifetime begins now, since nobody wrote down when it began, and it ends no later than one that begins now. What
    /// was taken over once and has been ended since is not brought back; that is noted where the builder's `once` says.
    ///
    /// # Errors
    /// When sessions are not kept in a store, or the store fails.
    pub async fn session(&self, session: &ImportedSession) -> Result<Imported, ImportError> {
        let realm = self.realm;
        let store = realm.sessions.as_ref().ok_or(ImportError::NoSessionStore)?;
        let ImportedSession { value, user, accounts, expires_at } = session;
        if !(SHORTEST..=live::LONGEST).contains(&value.len()) {
            return Err(ImportError::BadValue(value.len()));
        }
        let now = realm.clock.now();
        if *expires_at <= now {
            return Ok(Imported::Ended);
        }
        let epoch = match &realm.users {
            Some(users) => users.security_state(&user.id).await.map_err(AuthError::from)?.unwrap_or_default().epoch,
            None => 0,
        };
        let mut private = PrivateClaim::begin(now, epoch, &*realm.random);
        for AccountKey { provider, subject } in accounts.clone() {
            private.set_account(SessionAccount { provider, subject, kept: None, logout_hint: None });
        }
        let token = Token {
            subject: Some(user.id.clone()),
            name: user.name.clone(),
            email: user.email.clone(),
            picture: user.image.clone(),
            ..Token::default()
        };
        if !self.writes {
            let known = store.load(&live::key(value)).await.map_err(AuthError::from)?.is_some();
            return Ok(if known { Imported::Known } else { Imported::Done });
        }
        let (key, is_new) = issue::import(realm, &**store, value, &token, &private, *expires_at).await?;
        // One that is gone but was taken over before has been ended since. It is noted after it is there, so that an
        // import which is interrupted in between loses nobody's session.
        let until = (*expires_at).max(now + realm.lifetimes.absolute);
        let is_first = realm.once.claim(&once_key(&key), now, until).await.map_err(AuthError::from)?;
        if is_new && !is_first {
            store.delete(&key).await.map_err(AuthError::from)?;
        }
        Ok(if is_new && is_first { Imported::Done } else { Imported::Known })
    }

    /// Takes the tokens of an account over, as if they had been granted to the client that is configured for its
    /// provider. They are refreshed from then on as any others are.
    ///
    /// # Errors
    /// When tokens are not kept in a store, the provider is not configured, or the store fails.
    pub async fn tokens(&self, account: &AccountKey, tokens: TokenSet) -> Result<Imported, ImportError> {
        let realm = self.realm;
        let store = realm.tokens.as_ref().ok_or(ImportError::NoTokenStore)?;
        let unknown = || ImportError::UnknownProvider(account.provider.clone());
        let registered = realm.oauth(&account.provider).ok_or_else(unknown)?;
        if store.load(account).await.map_err(AuthError::from)?.is_some() {
            return Ok(Imported::Known);
        }
        if !self.writes {
            return Ok(Imported::Done);
        }
        let scopes = match &tokens.scope {
            Some(granted) => granted.split_ascii_whitespace().map(str::to_owned).collect(),
            None => registered.scopes.to_vec(),
        };
        let grant = GrantRecord {
            client_id: registered.client.id.clone(),
            redirect_uri: registered.redirect_uri.to_owned(),
            scopes,
            minted_by: None,
            granted_at: realm.clock.now(),
        };
        let granted = GrantedAccount::new(&account.provider, &account.subject, tokens, grant);
        refresh::keep(realm, &**store, &granted).await?;
        Ok(Imported::Done)
    }
}

impl fmt::Debug for Import<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Import")
    }
}

/// Under which it is noted that a session was taken over.
fn once_key(key: &SessionKey) -> String {
    format!("imported {}", URL_SAFE_NO_PAD.encode(key.0))
}

/// As short as a value may be that nobody guesses: 16 characters of a UUID hold some 60 bits.
const SHORTEST: usize = 16;
