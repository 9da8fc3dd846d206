//! Callbacks of the application's that panic, or never come to an end.

use std::future::pending;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use admit::credentials::{Credentials, Field, GivenCredentials, Verdict};
use admit::{
    AuthError, BoxError, Callbacks, Decision, JwtCause, MemoryStore, Profile, Session, SessionCause, SessionOrigin,
    SignInAttempt, SignInRequest, Token,
};
use async_trait::async_trait;
use http::StatusCode;
use serde_json::Value;
use url::Url;

use crate::support::{ORIGIN, Site, json, location, refusal};

/// A callback that goes wrong, if it is the one whose turn it is.
#[derive(Clone, Debug, Default)]
struct Wrong {
    callback: Arc<Mutex<&'static str>>,
    how: Arc<AtomicU8>,
}

const PANICS: u8 = 1;
const HANGS: u8 = 2;

impl Wrong {
    fn goes(&self, callback: &'static str, how: u8) {
        *self.callback.lock().unwrap() = callback;
        self.how.store(how, Ordering::Relaxed);
    }

    fn is_over(&self) {
        self.how.store(0, Ordering::Relaxed);
    }

    async fn meet(&self, callback: &str) {
        if *self.callback.lock().unwrap() != callback {
            return;
        }
        match self.how.load(Ordering::Relaxed) {
            PANICS => panic!("the application has a mistake"),
            HANGS => pending().await,
            _ => {}
        }
    }
}

#[async_trait]
impl Callbacks for Wrong {
    async fn sign_in(&self, _: &SignInAttempt<'_>) -> Result<Decision, BoxError> {
        self.meet("sign_in").await;
        Ok(Decision::Allow)
    }

    async fn redirect(&self, target: Url, base_url: &Url) -> Result<Url, BoxError> {
        self.meet("redirect").await;
        ().redirect(target, base_url).await
    }

    async fn origin(&self, _: &SignInRequest<'_>) -> SessionOrigin {
        self.meet("origin").await;
        SessionOrigin::default()
    }

    async fn jwt(&self, token: Token, _: JwtCause<'_>) -> Result<Option<Token>, BoxError> {
        self.meet("jwt").await;
        Ok(Some(token))
    }

    async fn session(&self, session: Session, _: SessionCause<'_>) -> Result<Session, BoxError> {
        self.meet("session").await;
        Ok(session)
    }
}

/// Each home of a session, each callback of those, and each way to go wrong.
async fn at_each(callbacks: &[&'static str], check: impl AsyncFn(&Site, &Wrong, &'static str)) {
    for in_store in [false, true] {
        let wrong = Wrong::default();
        let callbacks_of_site = wrong.clone();
        let site = Site::with(|builder| {
            let builder = builder.callbacks(callbacks_of_site).danger_single_process_refresh();
            if in_store { builder.store(MemoryStore::new()) } else { builder }
        });
        for callback in callbacks {
            for how in [PANICS, HANGS] {
                wrong.goes(callback, how);
                check(&site, &wrong, callback).await;
            }
        }
    }
}

/// What comes of it once those who wait for the callback have waited long enough.
async fn in_time<T>(site: &Site, doing: impl Future<Output = T>) -> T {
    let mut doing = std::pin::pin!(doing);
    loop {
        tokio::select! {
            biased;
            done = &mut doing => return done,
            () = site.clock.until_sleepers(1) => {
                site.clock.advance(Duration::from_secs(29));
                tokio::task::yield_now().await;
                assert_eq!(site.clock.sleepers(), 1, "it was given up too early");
                site.clock.advance(Duration::from_secs(1));
                tokio::task::yield_now().await;
            }
        }
    }
}

#[tokio::test]
async fn a_sign_in_whose_callback_goes_wrong_ends_at_the_error_page_and_the_next_is_well() {
    // FLT-028
    at_each(&["sign_in", "jwt"], async |site, wrong, callback| {
        let mut browser = site.browser();
        let back = browser.consent("/in").await;
        let answer = in_time(site, browser.get(&back)).await;
        let there = refusal(&answer);
        assert_eq!(there, ("/api/auth/error".into(), "Configuration".into(), "configuration".into()), "{callback}");
        assert!(browser.session_cookies().is_empty());
        wrong.is_over();
        let page = browser.get(location(&answer).strip_prefix(ORIGIN).unwrap()).await;
        let text = String::from_utf8_lossy(page.body());
        assert_eq!(page.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(text.contains("Reference: ") && !text.contains("mistake"), "{text}");
        browser.sign_in().await;
        assert_ne!(browser.session().await, Value::Null);
    })
    .await;
}

#[tokio::test]
async fn where_a_person_goes_and_comes_from_is_not_worth_their_sign_in() {
    // FLT-028
    at_each(&["redirect", "origin"], async |site, wrong, callback| {
        let mut browser = site.browser();
        wrong.is_over();
        let back = browser.consent("/in").await;
        wrong.goes(callback, PANICS);
        let answer = browser.get(&back).await;
        let home = if callback == "redirect" { ORIGIN.to_owned() } else { format!("{ORIGIN}/in") };
        assert_eq!(location(&answer), home, "{callback}");
        assert_ne!(browser.session().await, Value::Null);
    })
    .await;
}

#[tokio::test]
async fn a_session_whose_callback_goes_wrong_is_an_error_for_that_request_alone() {
    // FLT-028
    at_each(&["jwt", "session"], async |site, wrong, callback| {
        let how = wrong.how.load(Ordering::Relaxed);
        wrong.is_over();
        let (mut browser, mut other) = (site.browser(), site.browser());
        browser.sign_in().await;
        other.sign_in().await;
        wrong.goes(callback, how);

        let answer = in_time(site, browser.get("/api/auth/session")).await;
        // As Auth.js has it. A guarded route says what it is.
        assert_eq!((answer.status(), json(&answer)), (StatusCode::OK, Value::Null), "{callback}");
        let current = browser.current("/");
        let Err(error @ AuthError::Callback { .. }) = in_time(site, current.session()).await else {
            panic!("it cannot be said who is there");
        };
        assert_eq!(current.unavailable(&error).status(), StatusCode::INTERNAL_SERVER_ERROR);
        // Who asks again at the same request is told the same, at once.
        assert!(current.is_signed_in().await.is_err());
        assert!(current.set_cookies().await.is_empty());

        wrong.is_over();
        for browser in [&mut browser, &mut other] {
            assert_ne!(browser.session().await, Value::Null, "nobody is signed out by it");
            assert!(browser.current("/").is_signed_in().await.unwrap());
        }
    })
    .await;
}

#[tokio::test]
async fn others_are_served_while_a_callback_hangs() {
    // FLT-028
    let wrong = Wrong::default();
    let callbacks = wrong.clone();
    let site = Site::with(|builder| builder.callbacks(callbacks).store(MemoryStore::new()));
    let mut browser = site.browser();
    browser.sign_in().await;
    wrong.goes("jwt", HANGS);
    let current = browser.current("/");
    let (hung, ()) = tokio::join!(current.session(), async {
        site.clock.until_sleepers(1).await;
        wrong.is_over();
        assert_ne!(browser.session().await, Value::Null);
        site.browser().sign_in().await;
        site.clock.advance(Duration::from_secs(30));
    });
    let error = hung.unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(cause, "it was not done within 30 seconds");
}

#[tokio::test]
async fn a_check_of_credentials_that_goes_wrong_lets_nobody_in_and_has_its_time_set_by_the_builder() {
    // FLT-028
    async fn check(given: GivenCredentials) -> Result<Verdict, BoxError> {
        match given.text("name")? {
            "ada" => Ok(Verdict::Accepted(Profile::new("ada"))),
            "bo" => panic!("the application has a mistake"),
            _ => pending().await,
        }
    }
    let site = Site::with(|builder| {
        let credentials = Credentials::new("Name", check).field(Field::text("name", "Name"));
        builder.provider(credentials).callback_timeout(Duration::from_secs(2)).danger_single_process_refresh()
    });
    let mut browser = site.browser();
    for (name, is_in) in [("bo", false), ("cy", false), ("ada", true)] {
        let token = browser.csrf_token().await;
        let form = [("csrfToken", token.as_str()), ("name", name)];
        let answer = tokio::select! {
            answer = browser.post("/api/auth/callback/credentials", &form) => answer,
            () = async {
                site.clock.until_sleepers(1).await;
                site.clock.advance(Duration::from_secs(2));
                pending().await
            } => unreachable!(),
        };
        let is_error = location(&answer).starts_with(&format!("{ORIGIN}/api/auth/error?error=Configuration"));
        assert_eq!(is_error, !is_in, "{name}: {}", location(&answer));
        assert_eq!(browser.session_cookies().is_empty(), !is_in);
    }
}
