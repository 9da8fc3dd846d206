//! Guards around apps, scopes and resources.

use actix_web::http::StatusCode;
use actix_web::{App, web};
use admit_actix::{AuthAppExt as _, require_session};

use crate::support::{Site, location, serve, told};

#[actix_web::test]
async fn around_a_whole_app_it_leaves_the_endpoints_open() {
    let site = Site::new();
    let app = App::new()
        .route("/me", web::get().to(|| async { "the handler" }))
        .route("/{everything:.*}", web::to(|| async { "whatever" }))
        .wrap(require_session())
        .with_auth(site.auth.clone());
    let app = serve(app).await;
    let mut stranger = site.visitor(app.clone());
    for path in ["/me", "/whatever", "/api/authentic", "/api/%61uth/session", "//api/auth/session"] {
        assert_eq!(stranger.get(path).await.status(), 401, "{path}");
    }
    // What is under the base path is the engine's, and never a handler behind the guard.
    assert_eq!(told(&stranger.get("/api/auth/session").await), (200, "null"));
    for path in ["/api/auth/../../me", "/api/auth/%2e%2e/%2e%2e/me", "/api/auth/..;/me", "/api/auth//me"] {
        assert_eq!(told(&stranger.get(path).await), (400, r#""Bad request.""#), "{path}");
    }
    let mut norma = site.norma(app).await;
    assert_eq!(told(&norma.get("/me").await), (200, "the handler"));
    assert_eq!(told(&norma.get("/whatever").await), (200, "whatever"));
}

#[actix_web::test]
async fn around_a_scope_it_covers_what_is_nested_and_what_is_not_found() {
    let site = Site::new();
    let inner = web::scope("/b").route("/projects", web::get().to(|| async { "the handler" }));
    let app = App::new()
        .service(web::scope("/a").service(inner).wrap(require_session()))
        .route("/", web::get().to(|| async { "for everybody" }))
        .with_auth(site.auth.clone());
    let app = serve(app).await;
    let mut stranger = site.visitor(app.clone());
    assert_eq!(stranger.get("/").await.status(), 200);
    for path in ["/a", "/a/nothing", "/a/b/projects"] {
        assert_eq!(stranger.get(path).await.status(), 401, "{path}");
    }
    let page = stranger.browsing().get("/a/b/projects?x=1").await;
    assert_eq!(
        location(&page),
        "https://app.example/api/auth/signin?callbackUrl=%2Fa%2Fb%2Fprojects%3Fx%3D1",
        "the way back is the whole path"
    );
    let mut norma = site.norma(app).await;
    assert_eq!(norma.get("/a/nothing").await.status(), 404);
    assert_eq!(told(&norma.get("/a/b/projects").await), (200, "the handler"));
}

#[actix_web::test]
async fn what_the_handler_answers_stays_as_it_is() {
    let site = Site::new();
    let app = App::new()
        .service(web::resource("/").wrap(require_session()).to(|| async { ("brewing", StatusCode::IM_A_TEAPOT) }))
        .with_auth(site.auth.clone());
    assert_eq!(told(&site.norma(serve(app).await).await.get("/").await), (418, "brewing"));
}
