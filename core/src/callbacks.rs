//! Where the application decides: who may sign in, where to go, what a session holds and shows.

use std::error::Error as StdError;
use std::fmt;

use async_trait::async_trait;
use serde_json::Value;
use url::Url;

use crate::{Account, Claims, Profile, Session, SessionOrigin, SignInRequest, Token, User};

/// Any error of the application's.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// The application's decisions. Every method has Auth.js's default.
///
/// One that panics, or takes longer than [`callback_timeout`](crate::AuthBuilder::callback_timeout), fails the request at
/// hand and nothing else.
#[async_trait]
pub trait Callbacks: fmt::Debug + Send + Sync + 'static {
    /// Whether a person whom the provider has identified may sign in. An error refuses.
    async fn sign_in(&self, attempt: &SignInAttempt<'_>) -> Result<Decision, BoxError> {
        let _ = attempt;
        Ok(Decision::Allow)
    }

    /// Whether a user could still sign in if no account were linked to them: by a password that the application keeps,
    /// say. Asked before the last account is taken off, which is refused unless they can. An error refuses, too.
    async fn has_another_way_in(&self, user: &User) -> Result<bool, BoxError> {
        let _ = user;
        Ok(false)
    }

    /// Where to send the browser. `target` is a well-formed http(s) address that may be of another origin;
    /// by default only the application's own is gone to. `base_url` is the face of the site that `target` is on: the
    /// base URL, or one of the trusted origins.
    async fn redirect(&self, target: Url, base_url: &Url) -> Result<Url, BoxError> {
        Ok(if target.origin() == base_url.origin() { target } else { base_url.clone() })
    }

    /// From where a person signs in, for the list of their sessions: device and place, as far as the application can
    /// tell. Nothing by default.
    async fn origin(&self, request: &SignInRequest<'_>) -> SessionOrigin {
        let _ = request;
        SessionOrigin::default()
    }

    /// The claims of a session: at sign-in to fill them, at every read to change them. `None` ends the session.
    async fn jwt(&self, token: Token, cause: JwtCause<'_>) -> Result<Option<Token>, BoxError> {
        let _ = cause;
        Ok(Some(token))
    }

    /// What of a session is shown to the browser and to handlers.
    async fn session(&self, session: Session, cause: SessionCause<'_>) -> Result<Session, BoxError> {
        let _ = cause;
        Ok(session)
    }
}

/// Auth.js's defaults.
#[async_trait]
impl Callbacks for () {}

/// A person at the door.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SignInAttempt<'a> {
    /// The account, with its tokens.
    pub account: &'a Account,
    /// Who the provider says this is.
    pub profile: &'a Profile,
    /// The provider's claims, as they came.
    pub claims: &'a Claims,
    /// The user the account is linked to, or is about to be linked to, if there is one already.
    pub user: Option<&'a User>,
    /// Whether the account is about to be linked to [`user`](Self::user): they are signed in and connect it, their
    /// proven e-mail address links it, or a [`Succession`](crate::Succession) has proof that it is theirs.
    pub is_link: bool,
}

impl<'a> SignInAttempt<'a> {
    /// For testing callbacks by themselves.
    pub fn new(account: &'a Account, profile: &'a Profile, claims: &'a Claims, user: Option<&'a User>) -> Self {
        Self { account, profile, claims, user, is_link: false }
    }

    /// The same as an account that is about to be linked to the user.
    #[must_use]
    pub fn link(self) -> Self {
        Self { is_link: true, ..self }
    }
}

/// Whether a person may come in. Not `non_exhaustive`: a caller must look at all three.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Come in.
    Allow,
    /// Stay out: the browser sees `AccessDenied`.
    Deny,
    /// Stay out, and go there; the `redirect` callback has the last word.
    Redirect(String),
}

/// Why the `jwt` callback is called.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum JwtCause<'a> {
    /// Somebody signed in; `is_new_user` is Auth.js's trigger `signUp`.
    SignIn {
        /// The user.
        user: &'a User,
        /// The account.
        account: &'a Account,
        /// Who the provider says this is.
        profile: &'a Profile,
        /// The provider's claims, as they came.
        claims: &'a Claims,
        /// Whether the user was added just now. Never without a user store.
        is_new_user: bool,
    },
    /// The session is read.
    Read,
    /// The browser asked for an update (`POST …/session`). The data is the browser's and unchecked.
    Update {
        /// What it sent.
        data: &'a Value,
    },
    /// An account's tokens were refreshed.
    Refresh {
        /// The account, with the new tokens.
        account: &'a Account,
    },
}

/// Why the `session` callback is called.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SessionCause<'a> {
    /// The session's claims.
    pub token: &'a Token,
    /// What the browser sent, if it asked for an update.
    pub update: Option<&'a Value>,
}

impl<'a> SessionCause<'a> {
    /// For testing callbacks by themselves: a session that is read.
    pub fn new(token: &'a Token) -> Self {
        Self { token, update: None }
    }
}
