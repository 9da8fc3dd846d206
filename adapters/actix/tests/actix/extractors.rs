//! Extractors: a refusal is a value, and a missing middleware is the site's mistake. Failures have a file of their own.

use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use actix_web::{App, FromRequest as _, ResponseError as _, web};
use admit::AuthError;
use admit::store::StoreError;
use admit_actix::{AuthAppExt as _, AuthMiddleware, Current, Rejection, Session, require_session};

use crate::support::{Log, Site, serve, text, told};

fn handlers(config: &mut web::ServiceConfig) {
    config
        .route("/me", web::get().to(|session: Session| async move { session.user.display_name().to_owned() }))
        .route("/maybe", web::get().to(|session: Option<Session>| async move { session.is_some().to_string() }))
        .route("/current", web::get().to(|current: Current| async move { current.session().await.is_ok().to_string() }))
        .service(web::resource("/guarded").wrap(require_session()).to(|| async { "the handler" }));
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
            (
                Rejection::SignedOut(current.clone()),
                if current.is_browser() { StatusCode::SEE_OTHER } else { StatusCode::UNAUTHORIZED },
            ),
            (Rejection::Unavailable(current.clone(), store.into()), StatusCode::SERVICE_UNAVAILABLE),
            (Rejection::Unavailable(current, AuthError::Unsealable), StatusCode::INTERNAL_SERVER_ERROR),
        ] {
            assert_eq!((rejection.status_code(), rejection.error_response().status()), (status, status));
        }
        "all of them"
    };
    let app = serve(App::new().route("/", web::get().to(handler)).with_auth(site.auth.clone())).await;
    assert_eq!(told(&site.visitor(app.clone()).get("/").await), (200, "all of them"));
    assert_eq!(told(&site.visitor(app).browsing().get("/").await), (200, "all of them"));
}
