//! Signing in with the pretend Azure DevOps, in process: no socket, no TLS.

use std::hint::black_box;
use std::time::Duration;

use admit::SystemClock;
use admit_testkit::FixedClock;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Request, StatusCode, Uri};

use crate::Operation;
use crate::site::{FORM, LOGIN, ORIGIN, SIGN_IN, Site, at_once, headers, runtime, sign_in_form};

/// The first half of a trip, and a whole one.
pub fn operations() -> Vec<Operation> {
    vec![start(), whole()]
}

/// `POST …/signin/azure-devops`. The clock and the randomness are the machine's.
fn start() -> Operation {
    let site = Site::new(SystemClock);
    let mut browser = site.browser();
    let form = sign_in_form(&at_once(browser.csrf_token()));
    let mut headers = headers(&browser.jar.header(true).expect("cookies"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(FORM));
    let request = move || {
        let mut request: Request<Bytes> = Request::new(form.clone());
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = Uri::from_static(SIGN_IN);
        request.headers_mut().clone_from(&headers);
        request
    };
    let auth = site.auth;
    let answer = at_once(auth.handle(request()));
    assert!(answer.headers().get("location").is_some_and(|to| to.as_bytes().starts_with(b"https://app.vssps.")));
    Operation::new("sign_in/start", move || at_once(auth.handle(black_box(request()))))
}

/// The CSRF token, the start, consent at the provider, the exchange, the profile, and the session's cookie.
///
/// The randomness is the machine's. The clock moves an hour a trip, so that what the pretend server and the memory of
/// consumed trips keep ends with it, and the thousandth trip costs what the first did.
fn whole() -> Operation {
    let clock = FixedClock::default();
    let site = Site::new(clock.clone());
    let runtime = runtime();
    Operation::new("sign_in/whole", move || {
        let answer = runtime.block_on(async { site.browser().sign_in(&site.azure).await });
        assert_eq!(answer.status(), StatusCode::FOUND);
        let home = format!("{ORIGIN}/dashboard?tab=1");
        assert!(answer.headers().get("location").is_some_and(|to| to.as_bytes() == home.as_bytes()));
        site.azure.revoke_grants(LOGIN);
        clock.advance(Duration::from_secs(3600));
    })
}
