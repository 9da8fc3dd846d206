//! Extractors: a refusal is a value, and a missing layer is the site's mistake.

use std::io;
use std::sync::{Arc, Mutex};

use admit_axum::{AuthRouterExt as _, Current, Rejection, Session, require_session};
use axum::Router;
use axum::routing::get;

use crate::support::{Site, text};

fn app() -> Router {
    Router::new()
        .route("/me", get(|session: Session| async move { session.into_inner().user.display_name().to_owned() }))
        .route("/maybe", get(|session: Option<Session>| async move { format!("{:?}", session.is_some()) }))
        .route("/current", get(|current: Current| async move { format!("{:?}", current.session().await.is_ok()) }))
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
