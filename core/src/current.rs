//! The request at hand: who makes it, and fresh tokens to act for them.

mod head;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::HeaderValue;
use tokio::sync::{Mutex, OnceCell};

use crate::account::GrantedAccount;
use crate::cookie::{Cookie, SessionCookies, pairs};
use crate::kept_tokens::KeptTokens;
use crate::live::{Home, Live};
use crate::opened::{self, Opened};
use crate::private_claim::SessionAccount;
use crate::realm::Realm;
use crate::refresh::{self, Outcome};
use crate::{AccessTokenError, Account, AuthError, JwtCause, Secret, Session, Timestamp, Token, issue};
use head::Head;

pub use head::{PlainHead, RequestHead};

/// Who makes a request. Cheap to make and to clone: the session is opened when it is first asked for.
#[derive(Clone)]
pub struct Current(Arc<Inner>);

struct Inner {
    realm: Arc<Realm>,
    head: Head,
    opened: OnceCell<Result<Option<SignedIn>, AuthError>>,
    /// Whether a callback ended the session, so that its cookies go.
    ended: AtomicBool,
}

/// The session's cookies in the request.
#[derive(Default)]
struct Sent<'a> {
    own: SessionCookies<'a>,
    /// Those of next-auth v4.
    v4: SessionCookies<'a>,
}

struct SignedIn {
    shown: Shown,
    live: Mutex<Live>,
    changed: AtomicBool,
}

/// The session that the application sees.
enum Shown {
    /// These claims, until then: it is made when it is asked for.
    Claims(Arc<Token>, Timestamp),
    /// What the `session` callback made.
    Made(Box<Session>),
}

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
    pub(crate) fn of(realm: Arc<Realm>, head: &RequestHead<'_>) -> Self {
        Self::new(realm, Head::of(head))
    }

    pub(crate) fn of_plain<'a>(realm: Arc<Realm>, head: PlainHead<'_, impl IntoIterator<Item = &'a [u8]>>) -> Self {
        Self::new(realm, Head::of_plain(head))
    }

    fn new(realm: Arc<Realm>, head: Head) -> Self {
        Self(Arc::new(Inner { realm, head, opened: OnceCell::new(), ended: AtomicBool::new(false) }))
    }

    /// Who is signed in, if anybody is.
    ///
    /// # Errors
    /// When it cannot be said: a store is down, or a callback failed. Treat it as an error, never as "nobody".
    pub async fn session(&self) -> Result<Option<Session>, AuthError> {
        Ok(self.opened().await?.map(|signed_in| signed_in.shown.session()))
    }

    /// Whether anybody is signed in. Cheaper than asking for the session, where that is not needed.
    ///
    /// # Errors
    /// As [`session`](Self::session).
    pub async fn is_signed_in(&self) -> Result<bool, AuthError> {
        Ok(self.opened().await?.is_some())
    }

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
        let mut live = signed_in.live.lock().await;
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
            signed_in.changed.fetch_or(matches!(live.home, Home::Cookie { .. }), Ordering::AcqRel);
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
            Home::Cookie { .. } => drop(signed_in.changed.fetch_or(claims_changed, Ordering::AcqRel)),
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
        let live = signed_in.live.lock().await;
        let accounts = live.private.accounts.iter();
        Ok(accounts
            .map(|account| ConnectedAccount { provider: account.provider.clone(), subject: account.subject.clone() })
            .collect())
    }

    /// What has to be put into the response's `Set-Cookie` headers: the session, if it changed or is old enough to be
    /// written anew. Nothing if nobody asked for the session. Adapters call this when the handler is done.
    pub async fn set_cookies(&self) -> Vec<HeaderValue> {
        let cookies = match self.0.opened.get() {
            None | Some(Err(_)) => Vec::new(),
            Some(Ok(_)) if self.0.ended.load(Ordering::Acquire) => {
                let sent = self.sent();
                opened::deletions(&self.0.realm, &sent.own, &sent.v4)
            }
            Some(Ok(None)) => Vec::new(),
            Some(Ok(Some(signed_in))) => self.rolled(signed_in).await.unwrap_or_else(|error| {
                tracing::error!(cause = crate::failure::chain(&error), "the session could not be written anew");
                Vec::new()
            }),
        };
        cookies.iter().filter_map(Cookie::header).collect()
    }

    /// Whether [`set_cookies`](Self::set_cookies) has to be asked. For most requests it need not be: nobody wanted to
    /// know of the session, or it is young and as it was. So an adapter gets by without a future of its own.
    pub fn may_set_cookies(&self) -> bool {
        match self.0.opened.get() {
            None | Some(Err(_)) => false,
            Some(Ok(_)) if self.0.ended.load(Ordering::Acquire) => true,
            Some(Ok(None)) => false,
            // Somebody has the lock who refreshes: what comes of it is to be waited for.
            Some(Ok(Some(signed_in))) => signed_in
                .live
                .try_lock()
                .map_or(true, |live| signed_in.changed.load(Ordering::Acquire) || self.is_old(&live)),
        }
    }

    /// What `Cache-Control` has to say of a response with a session's cookie, if the application's own values do not:
    /// no shared cache may keep it (RFC 9111 §5.2.2.7). What they say of the browser's own cache stays.
    pub fn cache_control<'a>(mut said: impl Iterator<Item = &'a str>) -> Option<&'static str> {
        let is_private = |directive: &str| {
            let directive = directive.trim();
            directive.eq_ignore_ascii_case("private") || directive.eq_ignore_ascii_case("no-store")
        };
        (!said.any(|value| value.split(',').any(is_private))).then_some("private, no-cache, no-store")
    }

    /// Where to sign in and come back here.
    pub fn sign_in_url(&self) -> String {
        crate::address::with_query(&self.0.realm.sign_in_page(), &[("callbackUrl", self.0.head.path())])
    }

    /// Whether a person's browser asks for a page, and not a program for data.
    pub fn is_browser(&self) -> bool {
        self.0.head.is_browser()
    }

    pub(crate) fn realm(&self) -> &Arc<Realm> {
        &self.0.realm
    }

    async fn rolled(&self, signed_in: &SignedIn) -> Result<Vec<Cookie>, AuthError> {
        let realm = &self.0.realm;
        let mut live = signed_in.live.lock().await;
        // With the lock held, so that a refresh that was under way is not missed.
        let changed = signed_in.changed.swap(false, Ordering::AcqRel);
        let issued = match (&live.home, changed, self.is_old(&live)) {
            (_, true, _) | (Home::Cookie { .. }, _, true) => issue::renew(realm, &mut live).await?,
            (Home::Store { .. }, false, true) => issue::touch(realm, &live).await?,
            (_, false, false) => None,
        };
        Ok(issued.map(|issued| opened::cookies_of(realm, issued, &self.sent().own)).unwrap_or_default())
    }

    /// Whether the session is to be written anew, so that it does not end while it is used.
    fn is_old(&self, live: &Live) -> bool {
        let realm = &self.0.realm;
        live.renewed_at + realm.lifetimes.update_age <= realm.clock.now()
    }

    fn sent(&self) -> Sent<'_> {
        let names = &self.0.realm.cookies;
        let mut sent = Sent::default();
        for pair in pairs(self.0.head.cookies()) {
            sent.own.collect(&names.session, pair);
            sent.v4.collect(&names.session_v4, pair);
        }
        sent
    }

    async fn opened(&self) -> Result<Option<&SignedIn>, AuthError> {
        let opened = self.0.opened.get_or_init(|| self.open()).await;
        match opened {
            Ok(_) if self.0.ended.load(Ordering::Acquire) => Ok(None),
            Ok(signed_in) => Ok(signed_in.as_ref()),
            Err(error) => Err(error.clone()),
        }
    }

    async fn open(&self) -> Result<Option<SignedIn>, AuthError> {
        let (inner, sent) = (&self.0, self.sent());
        match opened::open(&inner.realm, &sent.own, &sent.v4, JwtCause::Read).await? {
            Opened::SignedOut { delete_cookies } => {
                inner.ended.store(delete_cookies, Ordering::Release);
                Ok(None)
            }
            Opened::SignedIn { live, changed } => {
                let shown = match inner.realm.callbacks {
                    None => Shown::Claims(Arc::clone(&live.token), live.expires_at),
                    Some(_) => Shown::Made(Box::new(opened::show(&inner.realm, &live, live.expires_at, None).await?)),
                };
                Ok(Some(SignedIn { shown, live: Mutex::new(live), changed: AtomicBool::new(changed) }))
            }
        }
    }
}

impl fmt::Debug for Current {
    /// Says whether the session was asked for; what it holds stays out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Current").field("opened", &self.0.opened.initialized()).finish_non_exhaustive()
    }
}

impl Shown {
    fn session(&self) -> Session {
        match self {
            Self::Claims(token, expires) => Session::new(token, *expires),
            Self::Made(session) => Session::clone(session),
        }
    }
}
