//! A session that lives in the cookie: not asked for, asked for by a handler, and asked for by a page.
//!
//! The clock and the randomness are the machine's.

use std::cell::Cell;
use std::hint::black_box;
use std::rc::Rc;

use admit::internals::SessionCookie;
use admit::{Clock, RequestHead, Secret, SystemClock, SystemRandom};
use admit_testkit::CookieJar;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, Uri};

use crate::Operation;
use crate::bare::BareKey;
use crate::session_cookie::{COOKIE, SECRET, claims};
use crate::site::{Site, at_once, headers, runtime};

/// What a request pays that does not ask, that asks, and that calls `GET …/session`; and the two by hand.
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
    let (newcomers, strangers) =
        (Rc::new(newcomers(&mut browser.jar)), Site::with(SystemClock, |builder| builder.cookie_memory(SMALL)));

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
            let (auth, uri) = (strangers.auth, uri.clone());
            let next = Cell::new(0);
            move || {
                let headers = newcomers.get(next.replace((next.get() + 1) % newcomers.len()));
                at_once(read(&auth, &uri, black_box(headers.expect("there is a next"))))
            }
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
        Operation::new("session/get", {
            let small = Rc::clone(&small);
            move || at_once(auth.handle(get_session(black_box(&small))))
        }),
        Operation::new("session/get_bare", move || {
            bare.get_session(&get_session(black_box(&small)).into_parts().0.headers)
        }),
    ]
}

async fn read(auth: &admit::Auth, uri: &Uri, headers: &HeaderMap) -> Option<admit::Session> {
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

/// The headers of many browsers, more than a memory of `SMALL` bytes holds: whenever one comes again, it is forgotten.
fn newcomers(jar: &mut CookieJar) -> Vec<HeaderMap> {
    let keys = SessionCookie::derive(&[Secret::new(SECRET)], COOKIE);
    let claims = claims(SystemClock.now());
    let mut headers = |_| {
        jar.set(COOKIE, &keys.seal(claims.as_bytes(), &SystemRandom));
        headers(&jar.header(true).expect("cookies"))
    };
    (0..NEWCOMERS).map(&mut headers).collect()
}

/// The headers of somebody who signed in with Azure DevOps, so that the cookie holds two tokens as well.
fn with_tokens(site: &Site) -> HeaderMap {
    let mut browser = site.browser();
    runtime().block_on(browser.sign_in());
    headers(&browser.jar.header(true).expect("cookies"))
}

const SMALL: usize = 64 * 1024;
const NEWCOMERS: usize = 200;
