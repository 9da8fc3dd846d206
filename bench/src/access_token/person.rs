//! Somebody who is signed in and has a token, and where that is kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use admit::store::{AccountKey, TokenStore};
use admit::{Auth, AuthBuilder, Clock, Current, MemoryStore, RequestHead, SystemClock, Timestamp};
use admit_sqlite::SqliteStore;
use async_trait::async_trait;
use http::{HeaderMap, Method, Uri};

use crate::site::{Browser, Site, at_once, headers, runtime};
use crate::stores::{Place, Store};

/// Where session and tokens are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// Both in the cookie, and nobody's tokens were refreshed by this process yet.
    Cookie,
    /// Both in the cookie, and the tokens are what this process's refresh brought.
    CookieRefreshed,
    /// The session in the cookie, the tokens in a file of SQLite.
    CookieAndSqlite,
    /// The session in memory, the tokens in a file of SQLite.
    MemoryAndSqlite,
    /// The session in the cookie, the tokens in memory.
    CookieAndMemory,
}

/// What the operations are called in every report.
pub(super) struct Names {
    pub(super) session: &'static str,
    pub(super) token: &'static str,
    pub(super) look_up: Option<&'static str>,
}

impl Home {
    /// All there are.
    pub const ALL: [Self; 5] =
        [Self::Cookie, Self::CookieRefreshed, Self::CookieAndSqlite, Self::MemoryAndSqlite, Self::CookieAndMemory];

    /// What a report calls it.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Cookie => "both in the cookie, nothing refreshed here yet",
            Self::CookieRefreshed => "both in the cookie, refreshed here",
            Self::CookieAndSqlite => "session in the cookie, tokens in SQLite",
            Self::MemoryAndSqlite => "session in memory, tokens in SQLite",
            Self::CookieAndMemory => "session in the cookie, tokens in memory",
        }
    }

    pub(super) fn names(self) -> Names {
        let (session, token, look_up) = match self {
            Self::Cookie => ("access_token/session_in_cookie", "access_token/in_cookie", None),
            Self::CookieRefreshed => ("access_token/session_refreshed", "access_token/in_cookie_refreshed", None),
            Self::CookieAndSqlite => {
                ("access_token/session_beside_sqlite", "access_token/in_sqlite", Some("access_token/look_up_in_sqlite"))
            }
            Self::MemoryAndSqlite => (
                "access_token/session_in_memory",
                "access_token/in_sqlite_session_in_memory",
                Some("access_token/look_up_in_sqlite_session_in_memory"),
            ),
            Self::CookieAndMemory => {
                ("access_token/session_beside_store", "access_token/in_store", Some("access_token/look_up_in_store"))
            }
        };
        Names { session, token, look_up }
    }
}

/// Somebody who signed in a moment ago.
pub(super) struct Person {
    auth: Auth,
    headers: HeaderMap,
    stored: Option<(Arc<dyn TokenStore>, AccountKey)>,
    /// It is gone when this is.
    _place: Option<Place>,
}

impl Person {
    /// One whose session and tokens are there. The file of SQLite has been opened and read from.
    pub(super) fn of(home: Home) -> Self {
        let runtime = runtime();
        match home {
            Home::Cookie => Self::signed_in(|builder| builder, None, None),
            Home::CookieRefreshed => {
                let clock = Later::default();
                let site = Site::with(clock.clone(), |builder| builder);
                let mut browser = site.browser();
                runtime.block_on(async {
                    browser.sign_in(&site.azure).await;
                    clock.0.store(2 * 3600, Ordering::Relaxed);
                    refresh(&site.auth, &mut browser).await;
                });
                assert_eq!(site.azure.refreshes(), 1);
                let headers = headers(&browser.jar.header(true).expect("cookies"));
                Self { auth: site.auth, headers, stored: None, _place: None }
            }
            Home::CookieAndSqlite | Home::MemoryAndSqlite => {
                let place = runtime.block_on(Place::new(Store::Sqlite)).expect("a folder");
                let store = runtime.block_on(SqliteStore::open(&place.address)).expect("a file");
                let in_memory = home == Home::MemoryAndSqlite;
                let session = |builder: AuthBuilder| match in_memory {
                    true => builder.session_store(MemoryStore::new()),
                    false => builder,
                };
                let kept = store.clone();
                Self::signed_in(|builder| session(builder).token_store(store), Some(Arc::new(kept)), Some(place))
            }
            Home::CookieAndMemory => {
                let store = MemoryStore::new();
                Self::signed_in(|builder| builder.token_store(store.clone()), Some(Arc::new(store.clone())), None)
            }
        }
    }

    fn signed_in(
        configure: impl FnOnce(AuthBuilder) -> AuthBuilder,
        store: Option<Arc<dyn TokenStore>>,
        place: Option<Place>,
    ) -> Self {
        let runtime = runtime();
        let site = Site::with(SystemClock, configure);
        let mut browser = site.browser();
        runtime.block_on(browser.sign_in(&site.azure));
        let headers = headers(&browser.jar.header(true).expect("cookies"));
        let stored = store.map(|store| {
            let page = runtime.block_on(store.page("azure-devops", None, 1)).expect("nothing fails here");
            let key = page.into_iter().next().expect("somebody's tokens").account;
            runtime.block_on(store.load(&key)).expect("nothing fails here");
            (store, key)
        });
        Self { auth: site.auth, headers, stored, _place: place }
    }

    /// Who is there?
    pub(super) fn session(&self) -> bool {
        let current = current(&self.auth, &self.headers);
        at_once(current.session()).expect("nothing fails here").is_some()
    }

    /// Who is there, and what may be done for them?
    pub(super) fn token(&self) -> (bool, usize) {
        let current = current(&self.auth, &self.headers);
        let is_there = at_once(current.session()).expect("nothing fails here").is_some();
        (is_there, at_once(current.access_token("azure-devops")).expect("the token is fresh").expose().len())
    }

    /// The row of the tokens, if they have one, and nothing else.
    pub(super) fn look_up(&self) -> bool {
        let found = self.stored.as_ref().map(|(store, key)| at_once(store.load(key)).expect("nothing fails here"));
        found.flatten().is_some()
    }
}

fn current(auth: &Auth, headers: &HeaderMap) -> Current {
    auth.current(&RequestHead::new(&Method::GET, &Uri::from_static("/dashboard"), headers))
}

/// Has the tokens refreshed, and the cookie with them.
async fn refresh(auth: &Auth, browser: &mut Browser<'_>) {
    let sent = headers(&browser.jar.header(true).expect("cookies"));
    let current = current(auth, &sent);
    current.access_token("azure-devops").await.expect("a refresh");
    let set = current.set_cookies().await.into_iter().map(|cookie| (http::header::SET_COOKIE, cookie));
    browser.jar.apply(&set.collect());
}

/// The machine's clock, so many seconds later.
#[derive(Clone, Debug, Default)]
struct Later(Arc<AtomicU64>);

#[async_trait]
impl Clock for Later {
    fn now(&self) -> Timestamp {
        SystemClock.now() + Duration::from_secs(self.0.load(Ordering::Relaxed))
    }

    async fn sleep(&self, duration: Duration) {
        SystemClock.sleep(duration).await;
    }
}
