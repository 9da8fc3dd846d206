//! The request at hand: who makes it, and fresh tokens to act for them.

mod again;
mod disconnect;
mod head;
mod opening;
mod own_page;
mod signed_in;
mod tokens;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use http::HeaderValue;
use tokio::sync::Mutex;

use crate::cookie::{self, Cookie, SessionCookies, pairs};
use crate::csrf::CsrfToken;
use crate::live::Home;
use crate::opened;
use crate::page::Frame;
use crate::realm::Realm;
use crate::{AuthError, Session, issue};
use head::Head;
use signed_in::SignedIn;

pub(crate) use again::AGAIN;
pub use again::SignInAgain;
pub use disconnect::Disconnected;
pub use head::{PlainHead, RequestHead};
pub use tokens::ConnectedAccount;

/// Who makes a request. Cheap to make and to clone: the session is opened when it is first asked for.
#[derive(Clone)]
pub struct Current(Arc<Inner>);

struct Inner {
    realm: Arc<Realm>,
    head: Head,
    opened: OnceLock<Result<Option<SignedIn>, AuthError>>,
    /// Held by whoever opens it, so that it is done once.
    opening: Mutex<()>,
    /// Whether it was looked for among those that are remembered, in vain.
    is_unknown: AtomicBool,
    /// Whether a callback ended the session, so that its cookies go.
    ended: AtomicBool,
    /// What forms repeat, once one was made.
    csrf: OnceLock<Box<CsrfToken>>,
}

/// The session's cookies in the request.
#[derive(Default)]
struct Sent<'a> {
    own: SessionCookies<'a>,
    /// Those of next-auth v4.
    v4: SessionCookies<'a>,
}

impl Current {
    pub(crate) fn of(realm: Arc<Realm>, head: &RequestHead<'_>) -> Self {
        Self::new(realm, Head::of(head))
    }

    pub(crate) fn of_plain<'a>(realm: Arc<Realm>, head: PlainHead<'_, impl IntoIterator<Item = &'a [u8]>>) -> Self {
        Self::new(realm, Head::of_plain(head))
    }

    fn new(realm: Arc<Realm>, head: Head) -> Self {
        let (is_unknown, ended) = (AtomicBool::new(false), AtomicBool::new(false));
        let (opened, opening, csrf) = (OnceLock::new(), Mutex::new(()), OnceLock::new());
        Self(Arc::new(Inner { realm, head, opened, opening, is_unknown, ended, csrf }))
    }

    /// Who is signed in, if anybody is.
    ///
    /// # Errors
    /// When it cannot be said: a store is down, or a callback failed. Treat it as an error, never as "nobody".
    pub async fn session(&self) -> Result<Option<Session>, AuthError> {
        Ok(self.shared_session().await?.map(Arc::unwrap_or_clone))
    }

    /// The same, without a copy of its texts: requests with one cookie share it.
    ///
    /// # Errors
    /// As [`session`](Self::session).
    pub async fn shared_session(&self) -> Result<Option<Arc<Session>>, AuthError> {
        Ok(self.opened().await?.map(SignedIn::session))
    }

    /// The session, if it is known by now: it was asked for before, or its cookie was opened for an earlier request and
    /// no store or callback has a say. So an adapter gets by without a future of its own. `None` says nothing, not even
    /// that nobody is signed in.
    pub fn known_session(&self) -> Option<Arc<Session>> {
        self.known_to_be_signed_in().map(SignedIn::session)
    }

    /// Whether anybody is signed in. Cheaper than asking for the session, where that is not needed.
    ///
    /// # Errors
    /// As [`session`](Self::session).
    pub async fn is_signed_in(&self) -> Result<bool, AuthError> {
        Ok(self.opened().await?.is_some())
    }

    /// What has to be put into the response's `Set-Cookie` headers: the session, if it changed or is old enough to be
    /// written anew. Nothing if nobody asked for the session. Adapters call this when the handler is done.
    pub async fn set_cookies(&self) -> Vec<HeaderValue> {
        let mut cookies = match self.0.opened.get() {
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
        if let Some(value) = self.fresh_csrf() {
            let names = &self.0.realm.cookies;
            cookies.push(Cookie::new(&names.csrf, value, names.secure));
        }
        cookies.iter().filter_map(Cookie::header).collect()
    }

    /// Whether [`set_cookies`](Self::set_cookies) has to be asked. For most requests it need not be: nobody wanted to
    /// know of the session, or it is young and as it was. So an adapter gets by without a future of its own.
    pub fn may_set_cookies(&self) -> bool {
        if self.fresh_csrf().is_some() {
            return true;
        }
        match self.0.opened.get() {
            None | Some(Err(_)) => false,
            Some(Ok(_)) if self.0.ended.load(Ordering::Acquire) => true,
            Some(Ok(signed_in)) => signed_in.as_ref().is_some_and(SignedIn::may_be_written),
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

    /// What a form repeats in its field `csrfToken`, on a page of the application's own that posts to one of admit's
    /// endpoints. If the browser has none yet, the answer sets its cookie.
    ///
    /// ```
    /// # fn page(current: &admit::Current) -> String {
    /// let token = current.csrf_token();
    /// format!(r#"<form method="post" action="/api/auth/signout"><input type="hidden" name="csrfToken" value="{token}">"#)
    /// # }
    /// ```
    pub fn csrf_token(&self) -> &str {
        let Inner { realm, head, csrf, .. } = &*self.0;
        let made = csrf.get_or_init(|| {
            let theirs = pairs(head.cookies()).filter_map(|pair| pair.named(&realm.cookies.csrf)).take(MOST_CSRF);
            let theirs: Vec<_> = theirs.map(cookie::decode).collect();
            Box::new(realm.csrf.token(theirs.iter().map(AsRef::as_ref), &*realm.random))
        });
        &made.token
    }

    /// The value of its cookie, if that has to be set.
    fn fresh_csrf(&self) -> Option<&str> {
        self.0.csrf.get()?.fresh.as_deref()
    }

    /// Where to sign in and come back here.
    pub fn sign_in_url(&self) -> String {
        crate::address::with_query(&self.0.realm.sign_in_page(), &[("callbackUrl", self.0.head.path())])
    }

    /// Where whoever is signed in sees how and where they are, connects accounts and ends sessions.
    pub fn account_url(&self) -> String {
        self.0.realm.account_page()
    }

    /// Where whoever is signed in proves it once more, and comes back here: before a payment, say. If somebody else
    /// comes back, they are refused and the session stays as it was.
    pub fn sign_in_again(&self) -> SignInAgain {
        SignInAgain::new(self)
    }

    /// Whether a person's browser asks for a page, and not a program for data.
    pub fn is_browser(&self) -> bool {
        self.0.head.is_browser()
    }

    /// Whether the browser brought a session, whether it counts or not.
    pub(crate) fn brings_a_session(&self) -> bool {
        let sent = self.sent();
        sent.own.candidates().chain(sent.v4.candidates()).next().is_some()
    }

    /// The path and query that was asked for.
    pub(crate) fn asked(&self) -> &str {
        self.0.head.path()
    }

    /// The frame of a page for whoever asks.
    pub(crate) fn frame(&self) -> Frame<'_> {
        let realm = self.realm();
        realm.frame(realm.languages.choose(self.0.head.accept_language()))
    }

    pub(crate) fn realm(&self) -> &Arc<Realm> {
        &self.0.realm
    }

    async fn rolled(&self, signed_in: &SignedIn) -> Result<Vec<Cookie>, AuthError> {
        let realm = &self.0.realm;
        let mut live = signed_in.live().await;
        let changed = signed_in.take_changed(&live);
        let issued = match (&live.home, changed, issue::is_old(realm, &live, realm.clock.now())) {
            (_, true, _) | (Home::Cookie { .. }, _, true) => issue::renew(realm, &mut live).await?,
            (Home::Store { .. }, false, true) => issue::touch(realm, &live).await?,
            (_, false, false) => None,
        };
        Ok(issued.map(|issued| opened::cookies_of(realm, issued, &self.sent().own)).unwrap_or_default())
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
}

impl fmt::Debug for Current {
    /// Says whether the session was asked for; what it holds stays out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Current").field("opened", &self.0.opened.get().is_some()).finish_non_exhaustive()
    }
}

/// A site next door may plant others; of so many the first that is ours counts.
const MOST_CSRF: usize = 4;
