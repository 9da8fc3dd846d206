//! Extractors: absence is one thing, and a missing middleware another. The third, failure, has a file of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use actix_web::{App, FromRequest as _, ResponseError as _, web};
use admit::AuthError;
use admit::store::StoreError;
use admit_actix::{AuthAppExt as _, AuthMiddleware, Current, Rejection, Session, require_session, routes};
use async_trait::async_trait;

use crate::support::{Log, ORIGIN, SESSION_COOKIE, Site, location, serve, text, told};

fn handlers(config: &mut web::ServiceConfig) {
    config
        .route("/me", web::get().to(|session: Session| async move { session.user.display_name().to_owned() }))
        .route("/maybe", web::get().to(|session: Option<Session>| async move { session.is_some().to_string() }))
        .route("/current", web::get().to(|current: Current| async move { current.session().await.is_ok().to_string() }))
        .route("/json", web::get().to(|session: Session| async { web::Json(session) }))
        .service(web::resource("/guarded").wrap(require_session()).to(|| async { "the handler" }));
}

#[actix_web::test]
async fn an_optional_session_is_none_for_a_stranger_and_some_for_norma() {
    let site = Site::new();
    let app = serve(App::new().configure(handlers).with_auth(site.auth.clone())).await;
    let mut stranger = site.visitor(app.clone());
    assert_eq!(text(&stranger.get("/maybe").await), "false");
    assert_eq!(text(&stranger.get("/current").await), "true");
    assert_eq!(told(&stranger.get("/me").await), (401, r#"{"error":"unauthenticated"}"#));
    let page = stranger.browsing().get("/me?x=1").await;
    assert_eq!(page.status(), 303);
    assert_eq!(location(&page), format!("{ORIGIN}/api/auth/signin?callbackUrl=%2Fme%3Fx%3D1"));
    let mut norma = site.norma(app).await;
    assert_eq!(text(&norma.get("/maybe").await), "true");
    assert_eq!(text(&norma.get("/me").await), "Norma Paulk");
}

#[actix_web::test]
async fn a_session_as_json_is_what_the_endpoint_answers() {
    let site = Site::new();
    let mut norma = site.norma(serve(App::new().configure(handlers).with_auth(site.auth.clone())).await).await;
    let shown = norma.get("/json").await;
    assert!(text(&shown).contains("Norma Paulk"), "{}", text(&shown));
    assert_eq!(text(&shown), text(&norma.get("/api/auth/session").await));
}

#[actix_web::test]
async fn a_cookie_that_is_none_of_ours_is_a_stranger() {
    let site = Site::new();
    let mut visitor = site.visitor(serve(App::new().configure(handlers).with_auth(site.auth.clone())).await);
    visitor.jar.set(SESSION_COOKIE, "eyJhbGciOiJub25lIn0.e30.");
    assert_eq!(text(&visitor.get("/maybe").await), "false");
    assert_eq!(visitor.get("/me").await.status(), 401);
}

#[actix_web::test]
async fn a_handler_can_take_a_refusal_into_its_own_hands() {
    let site = Site::new();
    let handler = |session: Result<Session, Rejection>| async move {
        match session {
            Ok(_) => "hello",
            Err(Rejection::SignedOut(_)) => "stranger",
            Err(_) => "error",
        }
    };
    let app = App::new().route("/", web::get().to(handler)).with_auth(site.auth.clone());
    assert_eq!(text(&site.visitor(serve(app).await).get("/").await), "stranger");
}

#[actix_web::test]
async fn without_the_middleware_it_is_500_and_the_log_says_what_to_call() {
    let (log, _guard) = Log::listen();
    let site = Site::new();
    // The last guard is outside of the middleware: the order is wrong.
    let app = App::new().configure(handlers).service(
        web::scope("/wrong")
            .wrap(AuthMiddleware::new(site.auth.clone()))
            .wrap(require_session())
            .route("", web::get().to(|| async { "the handler" })),
    );
    let mut stranger = site.visitor(serve(app).await);
    let told_so = "Sign-in is not set up for this address; the log says what to call.";
    for path in ["/me", "/maybe", "/current", "/guarded", "/wrong"] {
        let answer = stranger.get(path).await;
        // No middleware is there to answer for an Option: the log is all there is.
        assert_eq!(told(&answer), if path == "/maybe" { (200, "false") } else { (500, told_so) }, "{path}");
        let log = log.take();
        assert!(
            log.contains("ERROR") && log.contains(".with_auth(auth)") && log.contains("AuthMiddleware::new(auth)"),
            "{log}"
        );
        assert!(log.contains(&format!("path=\"{path}\"")), "{log}");
    }
}

#[actix_web::test]
async fn one_request_opens_its_session_once_however_often_it_is_asked() {
    #[derive(Debug, Default)]
    struct Count(Arc<AtomicUsize>);
    #[async_trait]
    impl admit::Callbacks for Count {
        async fn session(
            &self,
            session: admit::Session,
            _: admit::SessionCause<'_>,
        ) -> Result<admit::Session, admit::BoxError> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Ok(session)
        }
    }

    let count = Arc::new(AtomicUsize::new(0));
    let callbacks = Count(Arc::clone(&count));
    let site = Site::with(|builder| builder.danger_single_process_refresh().callbacks(callbacks));
    let app = App::new()
        .configure(routes(site.auth.clone()))
        .route("/unasked", web::get().to(|| async { "hello" }))
        .service(
            web::resource("/")
                .wrap(require_session())
                .to(|_: Session, _: Option<Session>, _: Current| async { "the handler" }),
        )
        .wrap(AuthMiddleware::new(site.auth.clone()));
    let mut norma = site.norma(serve(app).await).await;
    count.store(0, Ordering::Relaxed);
    assert_eq!(told(&norma.get("/").await), (200, "the handler"));
    assert_eq!(count.load(Ordering::Relaxed), 1);
    norma.get("/unasked").await;
    assert_eq!(count.load(Ordering::Relaxed), 1);
}

#[actix_web::test]
async fn a_rejection_names_the_status_that_it_answers() {
    let site = Site::new();
    let current = |accept| async move {
        let request = TestRequest::default().insert_header(("accept", accept)).to_http_request();
        Current::extract(&request).await
    };
    assert!(matches!(current("*/*").await, Err(Rejection::MissingLayer)));

    let handler = |current: Current| async move {
        let (current, store) = (current.into_inner(), StoreError::Unavailable("the cable was cut".into()));
        for (rejection, status) in [
            (Rejection::MissingLayer, StatusCode::INTERNAL_SERVER_ERROR),
            (Rejection::Malformed, StatusCode::BAD_REQUEST),
            (
                Rejection::SignedOut(current.clone()),
                if current.is_browser() { StatusCode::SEE_OTHER } else { StatusCode::UNAUTHORIZED },
            ),
            (Rejection::Unavailable(current.clone(), store.into()), StatusCode::SERVICE_UNAVAILABLE),
            (Rejection::Unavailable(current.clone(), AuthError::Unsealable), StatusCode::INTERNAL_SERVER_ERROR),
        ] {
            assert_eq!((rejection.status_code(), rejection.error_response().status()), (status, status));
        }
        "all of them"
    };
    let app = serve(App::new().route("/", web::get().to(handler)).with_auth(site.auth.clone())).await;
    assert_eq!(told(&site.visitor(app.clone()).get("/").await), (200, "all of them"));
    assert_eq!(told(&site.visitor(app).browsing().get("/").await), (200, "all of them"));
}
