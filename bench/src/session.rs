//! A session that lives in the cookie: not asked for, asked for by a handler, and asked for by a page.
//!
//! The clock and the randomness are the machine's.

use std::cell::Cell;
use std::hint::black_box;
use std::rc::Rc;

use admit::internals::SessionCookie;
use admit::{Auth, Clock, RequestHead, Secret, SystemClock, SystemRandom};
use admit_testkit::CookieJar;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, Uri};

use crate::Operation;
use crate::bare::BareKey;
use crate::session_cookie::{COOKIE, SECRET, claims};
use crate::site::{Site, at_once, headers, runtime};

/// What a request pays that does not ask, that asks, and that calls `GET …/session`, with a cookie that was not opened
/// before and with one that was; and the two by hand.
pub fn operations() -> Vec<Operation> {
    let site = Site::new(SystemClock);
    let sealed =
        SessionCookie::derive(&[Secret::new(SECRET)], COOKIE).seal(claims(SystemClock.now()).as_bytes(), &SystemRandom);
    // The browser's other cookies: admit's two, and one of the application's.
    let mut browser = site.browser();
    at_once(browser.get("/api/auth/session"));
    browser.jar.set("theme", "dark");
    browser.jar.set(COOKIE, &sealed);
    let small = Rc::new(headers(&browser.jar.header(true).expect("cookies")));
    let large = Rc::new(with_tokens(&site));
    let newcomers = Rc::new(Newcomers::new(&mut browser.jar));

    let auth = site.auth;
    let bare = Rc::new(BareKey::derive(SECRET, COOKIE));
    let uri = Uri::from_static("/dashboard?tab=1");
    assert!(at_once(read(&auth, &uri, &small)).is_some_and(|session| session.user.display_name() == "Ada Lovelace"));
    assert!(at_once(read(&auth, &uri, &large)).is_some_and(|session| session.user.display_name() == "Norma Paulk"));
    assert!(bare.session(&small).is_some_and(|claims| claims.sub.starts_with("3a98ec25")));
    let by_admit = at_once(auth.handle(get_session(&small)));
    let by_bare = bare.get_session(&small).expect("an answer");
    assert_eq!(by_admit.status(), StatusCode::OK);
    assert_eq!(by_admit.body().len(), by_bare.body().len());

    vec![
        Operation::new("session/unasked", {
            let (auth, uri, small) = (auth.clone(), uri.clone(), Rc::clone(&small));
            move || auth.current(&RequestHead::new(&Method::GET, &uri, black_box(&small)))
        }),
        Operation::new("session/read", {
            let (newcomers, uri) = (Rc::clone(&newcomers), uri.clone());
            move || at_once(read(&newcomers.auth, &uri, black_box(newcomers.next())))
        }),
        Operation::new("session/read_again", {
            let (auth, uri, small) = (auth.clone(), uri.clone(), Rc::clone(&small));
            move || at_once(read(&auth, &uri, black_box(&small)))
        }),
        Operation::new("session/read_bare", {
            let (bare, small) = (Rc::clone(&bare), Rc::clone(&small));
            move || bare.session(black_box(&small))
        }),
        Operation::new("session/read_with_tokens", {
            let auth = auth.clone();
            move || at_once(read(&auth, &uri, black_box(&large)))
        }),
        Operation::new("session/get", move || at_once(newcomers.auth.handle(get_session(black_box(newcomers.next()))))),
        Operation::new("session/get_again", {
            let small = Rc::clone(&small);
            move || at_once(auth.handle(get_session(black_box(&small))))
        }),
        Operation::new("session/get_bare", move || {
            bare.get_session(&get_session(black_box(&small)).into_parts().0.headers)
        }),
    ]
}

async fn read(auth: &Auth, uri: &Uri, headers: &HeaderMap) -> Option<admit::Session> {
    let current = auth.current(&RequestHead::new(&Method::GET, uri, headers));
    let session = current.session().await.expect("nothing fails here");
    assert!(current.set_cookies().await.is_empty(), "the session is too young to be written anew");
    session
}

/// The request, with headers of its own: a server makes them for each.
fn get_session(headers: &HeaderMap) -> Request<Bytes> {
    let mut request = Request::new(Bytes::new());
    *request.uri_mut() = Uri::from_static("/api/auth/session");
    request.headers_mut().clone_from(headers);
    request
}

/// Browsers that come in turn to a site that remembers fewer of them: whoever comes again was forgotten.
struct Newcomers {
    auth: Auth,
    headers: Vec<HeaderMap>,
    turn: Cell<usize>,
}

impl Newcomers {
    fn new(jar: &mut CookieJar) -> Self {
        let keys = SessionCookie::derive(&[Secret::new(SECRET)], COOKIE);
        let claims = claims(SystemClock.now());
        let headers = |_| {
            jar.set(COOKIE, &keys.seal(claims.as_bytes(), &SystemRandom));
            headers(&jar.header(true).expect("cookies"))
        };
        let site = Site::with(SystemClock, |builder| builder.cookie_memory(64 * 1024));
        Self { auth: site.auth, headers: (0..200).map(headers).collect(), turn: Cell::new(0) }
    }

    fn next(&self) -> &HeaderMap {
        self.turn.set((self.turn.get() + 1) % self.headers.len());
        self.headers.get(self.turn.get()).expect("there is one")
    }
}

/// The headers of somebody who signed in with Azure DevOps, so that the cookie holds two tokens as well.
fn with_tokens(site: &Site) -> HeaderMap {
    let mut browser = site.browser();
    runtime().block_on(browser.sign_in(&site.azure));
    headers(&browser.jar.header(true).expect("cookies"))
}
