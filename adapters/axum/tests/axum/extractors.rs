//! Extractors: absence is one thing, failure another, and a missing layer a third.

use std::io;
use std::sync::{Arc, Mutex};

use admit_axum::{AuthLayer, AuthRouterExt as _, Current, Rejection, Session, require_session};
use axum::Router;
use axum::routing::get;

use crate::support::{Fragile, Site, cookies, text};

fn app() -> Router {
    Router::new()
        .route("/me", get(|session: Session| async move { session.into_inner().user.display_name().to_owned() }))
        .route("/maybe", get(|session: Option<Session>| async move { format!("{:?}", session.is_some()) }))
        .route("/current", get(|current: Current| async move { format!("{:?}", current.session().await.is_ok()) }))
}

#[tokio::test]
async fn an_optional_session_is_none_for_a_stranger_and_some_for_norma() {
    let site = Site::new();
    let app = app().with_auth(site.auth.clone());
    assert_eq!(text(&site.visitor(app.clone()).get("/maybe").await), "false");
    assert_eq!(text(&site.visitor(app.clone()).get("/current").await), "true");
    let mut norma = site.norma(app).await;
    assert_eq!(text(&norma.get("/maybe").await), "true");
    assert_eq!(text(&norma.get("/me").await), "Norma Paulk");
}

#[tokio::test]
async fn a_session_as_json_is_what_the_endpoint_answers() {
    let site = Site::new();
    let app =
        Router::new().route("/json", get(|session: Session| async move { serde_json::to_string(&session).unwrap() }));
    let mut norma = site.norma(app.with_auth(site.auth.clone())).await;
    let shown = norma.get("/json").await;
    assert!(text(&shown).contains("Norma Paulk"), "{}", text(&shown));
    assert_eq!(text(&shown), text(&norma.get("/api/auth/session").await));
}

#[tokio::test]
async fn a_cookie_that_is_none_of_ours_is_a_stranger() {
    let site = Site::new();
    let mut visitor = site.visitor(app().with_auth(site.auth.clone()));
    visitor.jar.set(crate::support::SESSION_COOKIE, "eyJhbGciOiJub25lIn0.e30.");
    assert_eq!(text(&visitor.get("/maybe").await), "false");
    assert_eq!(visitor.get("/me").await.status(), 401);
}

#[tokio::test]
async fn a_store_that_fails_is_an_error_and_never_nobody() {
    let store = Fragile::default();
    let site = Site::with(|builder| builder.session_store(store.clone()).danger_single_process_refresh());
    let mut norma = site.norma(app().with_auth(site.auth.clone())).await;
    assert_eq!(text(&norma.get("/maybe").await), "true");
    let guarded = Router::new().route("/guarded", get(|| async {})).route_layer(require_session());
    norma.app = app().merge(guarded).with_auth(site.auth.clone());

    store.break_down();
    for path in ["/maybe", "/me", "/guarded"] {
        let answer = norma.get(path).await;
        assert_eq!(answer.status(), 503, "{path}");
        assert!(text(&answer).starts_with(r#"{"error":"session_store_unavailable","reference":"#), "{}", text(&answer));
        // Nobody is signed out by it.
        assert_eq!(cookies(&answer), [""; 0], "{path}");
    }
    let page = norma.browsing().get("/maybe").await;
    assert_eq!(page.status(), 503);
    assert!(text(&page).contains("Reference: <code>") && !text(&page).contains("cable"));
}

#[tokio::test]
async fn a_handler_can_take_a_refusal_into_its_own_hands() {
    let site = Site::new();
    let handler = |session: Result<Session, Rejection>| async move {
        match session {
            Ok(_) => "hello",
            Err(Rejection::SignedOut(_)) => "stranger",
            Err(_) => "error",
        }
    };
    let app = Router::new().route("/", get(handler)).with_auth(site.auth.clone());
    assert_eq!(text(&site.visitor(app).get("/").await), "stranger");
}

#[tokio::test]
async fn without_the_layer_it_is_500_and_the_log_says_what_to_call() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let site = Site::new();
    // The guard is outside the layer: the order is wrong.
    let guarded =
        Router::new().route("/guarded", get(|| async {})).with_auth(site.auth.clone()).layer(require_session());
    let mut stranger = site.visitor(app().merge(guarded));
    for path in ["/me", "/maybe", "/current", "/guarded"] {
        let answer = stranger.get(path).await;
        let told = "Sign-in is not set up for this address; the log says what to call.";
        assert_eq!((answer.status().as_u16(), text(&answer)), (500, told));
        let log = std::mem::take(&mut *log.0.lock().unwrap());
        let log = String::from_utf8(log).unwrap();
        assert!(
            log.contains("ERROR") && log.contains(".with_auth(auth)") && log.contains("AuthLayer::new(auth)"),
            "{log}"
        );
        assert!(log.contains(&format!("path=\"{path}\"")), "{log}");
    }
}

#[tokio::test]
async fn one_request_opens_its_session_once_however_often_it_is_asked() {
    #[derive(Debug, Default)]
    struct Count(Arc<Mutex<usize>>);
    #[async_trait::async_trait]
    impl admit::Callbacks for Count {
        async fn session(
            &self,
            session: admit::Session,
            _: admit::SessionCause<'_>,
        ) -> Result<admit::Session, admit::BoxError> {
            *self.0.lock().unwrap() += 1;
            Ok(session)
        }
    }

    let count = Arc::new(Mutex::new(0));
    let callbacks = Count(Arc::clone(&count));
    let site = Site::with(|builder| builder.danger_single_process_refresh().callbacks(callbacks));
    let handler = |_: Session, _: Option<Session>, _: Current| async {};
    let app = Router::new().route("/", get(handler)).route_layer(require_session()).route("/unasked", get(|| async {}));
    let mut norma =
        site.norma(app.layer(AuthLayer::new(site.auth.clone())).merge(admit_axum::routes(site.auth.clone()))).await;
    *count.lock().unwrap() = 0;
    assert_eq!(norma.get("/").await.status(), 200);
    assert_eq!(*count.lock().unwrap(), 1);
    norma.get("/unasked").await;
    assert_eq!(*count.lock().unwrap(), 1);
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
