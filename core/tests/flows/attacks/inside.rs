//! What goes on inside when something fails is for the log: no page and no answer tells of it.

use admit::page::{Frame, Page, PageHtml, PageRenderer};
use admit::{AuthBuilder, BoxError, MemoryStore};
use http::Response;

use crate::support::log::Heard;
use crate::support::rules::Rules;
use crate::support::{Browser, ORIGIN, Site, location};

/// As drivers and panics put it.
const INSIDE: &str = "panicked at src/users.rs:7: SELECT secret FROM users; postgres://app:hush@10.0.0.7/app";

/// What of it may be in no answer.
const TRACES: [&str; 6] = ["panicked", "src/", "SELECT", "hush", "10.0.0.7", env!("CARGO_PKG_VERSION")];

fn assert_tells_nothing(answer: &Response<bytes::Bytes>, what: &str) {
    let body = String::from_utf8_lossy(answer.body());
    let headers = format!("{:?}", answer.headers());
    for trace in TRACES {
        assert!(!body.contains(trace) && !headers.contains(trace), "{what}: {trace}: {headers} {body}");
    }
    for name in ["server", "x-powered-by"] {
        assert!(!answer.headers().contains_key(name), "{what}: {name}");
    }
}

/// Follows an answer to the page that says what came of it.
async fn assert_page_tells_nothing(browser: &mut Browser<'_>, answer: &Response<bytes::Bytes>, what: &str) {
    assert_tells_nothing(answer, what);
    let there = location(answer);
    if let Some(path) = there.strip_prefix(ORIGIN).filter(|path| path.starts_with("/api/auth/")) {
        let page = browser.get(path).await;
        assert_tells_nothing(&page, what);
        let page = String::from_utf8_lossy(page.body()).into_owned();
        assert!(page.contains("Reference: <code>"), "{what}: {page}");
    }
}

fn with(rules: Rules) -> Site {
    Site::with(|builder: AuthBuilder| builder.callbacks(rules).danger_single_process_refresh())
}

#[tokio::test]
async fn a_callback_that_fails_or_panics_tells_the_browser_nothing_of_why() {
    // ERR-006
    let heard = Heard::default();
    let _listening = heard.listen();
    for (what, rules) in [
        ("sign_in fails", Rules::default().sign_in(|_| Err(INSIDE.into()))),
        ("sign_in panics", Rules::default().sign_in(|_| panic!("{INSIDE}"))),
        ("jwt fails", Rules::default().jwt(|_, _| Err(INSIDE.into()))),
        ("jwt panics", Rules::default().jwt(|_, _| panic!("{INSIDE}"))),
    ] {
        let site = with(rules);
        let mut browser = site.browser();
        let callback = browser.consent("/in").await;
        let answer = browser.get(&callback).await;
        assert!(location(&answer).contains("/api/auth/error?error="), "{what}: {}", location(&answer));
        assert_page_tells_nothing(&mut browser, &answer, what).await;
    }
    assert!(heard.text().contains("SELECT secret FROM users"), "whoever runs the site is told: {}", heard.text());
}

#[tokio::test]
async fn a_session_that_cannot_be_shown_is_an_error_without_a_cause() {
    // ERR-006
    let site = with(Rules::default().session(|_, _| Err(INSIDE.into())));
    let mut browser = site.browser();
    browser.sign_in().await;
    // The wire has `null` for it.
    for (path, status) in [("/api/auth/session", 200), ("/api/auth/account", 500)] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status(), status, "{path}");
        assert_tells_nothing(&answer, path);
    }
    let current = browser.current("/in");
    let error = current.session().await.unwrap_err();
    let answer = current.unavailable(&error);
    assert_eq!(answer.status(), 500);
    assert_tells_nothing(&answer, "a guard");
}

#[derive(Debug)]
struct Broken;

impl PageRenderer for Broken {
    fn render(&self, _: &Frame<'_>, page: &Page) -> Result<Option<PageHtml>, BoxError> {
        match page {
            Page::SignIn(_) => Err(INSIDE.into()),
            _ => panic!("{INSIDE}"),
        }
    }
}

#[tokio::test]
async fn a_renderer_that_fails_or_panics_leaves_nothing_of_it_on_the_page() {
    // ERR-006
    let site = Site::with(|builder: AuthBuilder| builder.store(MemoryStore::new()).page_renderer(Broken));
    for path in ["signin", "signout", "verify-request", "error?error=Configuration"] {
        let answer = site.browser().get(&format!("/api/auth/{path}")).await;
        assert!(String::from_utf8_lossy(answer.body()).contains("<h1>"), "{path}");
        assert_tells_nothing(&answer, path);
    }
}
