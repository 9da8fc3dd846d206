//! The application that every adapter mounts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use admit::Auth;

/// What an adapter is given to serve: three sites' sign-in, and a count of handlers called.
///
/// This is the whole application. "Counted" handlers call [`called`](Self::called) first. Bodies are sent as
/// `text/plain; charset=utf-8`, byte for byte as they stand here.
///
/// | request | asks for | answers |
/// |---|---|---|
/// | `GET /` | nothing | `for everybody` |
/// | `POST /echo` | nothing | the body of the request, up to 100 KiB, as any type |
/// | `GET /me` | a session; counted | the user's display name |
/// | `GET /maybe` | a session or none; counted | `somebody` or `nobody` |
/// | `GET /session` | a session; counted | the session as JSON, as `application/json` |
/// | `GET /cookies` | a session; counted | `two cookies`, with `Set-Cookie: theme=dark; Path=/` and `lang=en; Path=/` |
/// | `GET /cached` | a session; counted | `cached`, with the request's `x-cache-control` as `Cache-Control` |
/// | any method `/guarded` and `/guarded/{anything below}` | guard: a session; counted | `let through` |
/// | any method `/admin` | guard: the roles `admin` and `auditor`; counted | `let through` |
/// | `GET /token` | guard: a fresh token of `azure-devops`; counted | the token, or what `without_token` answers |
/// | `GET /vault` | guard: a fresh token; within it a guard: the role `owner`, which nobody has; counted | `let through` |
/// | `GET /misconfigured` | guard: a fresh token of `github`, which no site has; counted | `let through` |
/// | `GET /failing` | for a token, whatever comes of it; counted | 500 `failed` |
/// | `/api/auth/…` | | the endpoints of [`auth`](Self::auth) |
/// | `/shop/auth/…` | | the endpoints of [`shop`](Self::shop) |
/// | `GET /shop/me` | a session of [`shop`](Self::shop); counted | the user's display name |
/// | `/staff/auth/…` | | the endpoints of [`staff`](Self::staff) |
/// | `GET /staff/me` | a session of [`staff`](Self::staff); counted | the user's display name |
/// | everything else, any method | a session; counted | 404 `no such page` |
///
/// `/shop` is a scope, nested as the framework nests them, and its endpoints are mounted within it, at `/auth`.
/// All other routes lie beside each other. Where nothing else is said, a session is one of [`auth`](Self::auth).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Application {
    /// The site's own, at `/api/auth`.
    pub auth: Auth,
    /// The shop's, within the scope `/shop`.
    pub shop: Auth,
    /// The staff's, which is another site to the browser.
    pub staff: Auth,
    calls: Arc<AtomicUsize>,
}

impl Application {
    pub(super) fn new(auth: Auth, shop: Auth, staff: Auth) -> Self {
        Self { auth, shop, staff, calls: Arc::default() }
    }

    /// To be called first of all by the handlers that are counted.
    pub fn called(&self) {
        self.calls.fetch_add(1, Ordering::SeqCst);
    }

    /// How many of them have been called.
    pub(super) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}
