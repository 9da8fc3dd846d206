//! Guards: who is let through, and what the others are told.

use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use actix_web::test::TestRequest;
use actix_web::{App, web};
use admit::{AccessTokenError, AuthBuilder, BoxError, Callbacks, MemoryStore, Session, SessionCause};
use admit_actix::{AuthAppExt as _, Current, require_session};
use admit_testkit::azure_devops::{Fault, Stage};
use async_trait::async_trait;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::support::{AZURE, Served, Site, header, location, serve, text, told};

const AN_HOUR: Duration = Duration::from_secs(3600);
const SIGN_IN: &str = "https://app.example/api/auth/signin?callbackUrl=%2Fprojects%3Fpage%3D2";

/// `/projects` behind a guard, which asks for the token once more.
async fn app(site: &Site) -> Served {
    let projects = |current: Current| async move {
        match current.access_token(AZURE).await {
            Ok(token) => format!("a token of {} bytes", token.len()),
            Err(AccessTokenError::Unavailable { .. }) => "later".to_owned(),
            Err(error) => error.to_string(),
        }
    };
    let app = App::new()
        .service(web::resource("/projects").wrap(require_session().fresh_token(AZURE)).to(projects))
        .route("/", web::get().to(|| async { "for everybody" }))
        .with_auth(site.auth.clone());
    serve(app).await
}

#[actix_web::test]
async fn a_stranger_with_a_browser_goes_to_sign_in_and_a_program_gets_401() {
    let site = Site::new();
    let app = app(&site).await;
    let page = site.visitor(app.clone()).browsing().get("/projects?page=2").await;
    assert_eq!((page.status().as_u16(), location(&page).as_str()), (303, SIGN_IN));

    let data = site.visitor(app.clone()).get("/projects?page=2").await;
    assert_eq!(told(&data), (401, r#"{"error":"unauthenticated"}"#));
    assert_eq!(header(&data, CONTENT_TYPE), "application/json");
    assert!(header(&data, CACHE_CONTROL).contains("no-store"));

    // A script's fetch says that it wants no page, even if it takes one.
    let mut script = site.visitor(app.clone()).browsing();
    script.headers.push(("sec-fetch-mode", "cors"));
    assert_eq!(script.get("/projects").await.status(), 401);

    for method in [Method::HEAD, Method::POST, Method::OPTIONS] {
        let request = TestRequest::default().method(method.clone()).uri("/projects");
        assert_eq!(site.visitor(app.clone()).browsing().send(request).await.status(), 401, "{method}");
    }
    assert_eq!(site.visitor(app).get("/").await.status(), 200);
}

#[actix_web::test]
async fn the_token_is_fresh_before_the_handler_is_called() {
    let site = Site::new();
    let mut norma = site.norma(app(&site).await).await;
    assert!(text(&norma.get("/projects").await).starts_with("a token of"));
    assert_eq!(site.azure.refreshes(), 0);
    site.clock.advance(AN_HOUR);
    for _ in 0..2 {
        assert!(text(&norma.get("/projects").await).starts_with("a token of"));
        assert_eq!(site.azure.refreshes(), 1);
    }
}

#[actix_web::test]
async fn when_the_grant_is_dead_signing_in_again_mends_it() {
    let site = Site::with(|builder| builder.token_store(MemoryStore::new()));
    let mut norma = site.norma(app(&site).await).await;
    site.azure.revoke_grants("norma");
    site.clock.advance(AN_HOUR);

    let data = norma.get("/projects").await;
    assert_eq!(told(&data), (401, r#"{"error":"reauthentication_required","provider":"azure-devops"}"#));

    let mut norma = norma.browsing();
    let page = norma.get("/projects?page=2").await;
    assert_eq!((page.status().as_u16(), location(&page).as_str()), (303, SIGN_IN));
    norma.sign_in().await;
    assert_eq!(norma.get("/projects?page=2").await.status(), 200);
}

#[actix_web::test]
async fn while_the_provider_is_down_the_handler_is_called_and_sees_it() {
    let site = Site::new();
    let mut norma = site.norma(app(&site).await).await;
    site.azure.fail_always(Stage::Token, Fault::Status(http::StatusCode::SERVICE_UNAVAILABLE));
    site.clock.advance(AN_HOUR);
    assert_eq!(told(&norma.get("/projects").await), (200, "later"));
}

#[actix_web::test]
async fn a_provider_that_is_not_configured_is_the_sites_mistake() {
    let site = Site::new();
    let app = App::new()
        .service(web::resource("/").wrap(require_session().fresh_token("github")).to(|| async { "the handler" }))
        .with_auth(site.auth.clone());
    let answer = site.norma(serve(app).await).await.get("/").await;
    assert_eq!(answer.status(), 500);
    assert!(text(&answer).starts_with(r#"{"error":"configuration","reference":"#), "{}", text(&answer));
}

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

/// Norma's roles, as the application knows them.
#[derive(Debug)]
struct Roles(&'static [&'static str]);

#[async_trait]
impl Callbacks for Roles {
    async fn session(&self, mut session: Session, _: SessionCause<'_>) -> Result<Session, BoxError> {
        session.user.extra.insert("roles".to_owned(), self.0.into());
        Ok(session)
    }
}

#[actix_web::test]
async fn every_role_that_is_asked_for_is_needed() {
    for (roles, status) in [(&["admin", "auditor"][..], 200), (&["admin"], 403), (&["auditor"], 403), (&[], 403)] {
        let site = Site::with(|builder: AuthBuilder| builder.danger_single_process_refresh().callbacks(Roles(roles)));
        let app = App::new()
            .service(
                web::resource("/admin")
                    .wrap(require_session().role("admin").role("auditor"))
                    .to(|| async { "the handler" }),
            )
            .with_auth(site.auth.clone());
        let app = serve(app).await;
        assert_eq!(site.visitor(app.clone()).get("/admin").await.status(), 401);
        let mut norma = site.norma(app).await;
        let data = norma.get("/admin").await;
        assert_eq!(told(&data), (status, if status == 200 { "the handler" } else { r#"{"error":"forbidden"}"# }));
        let page = norma.browsing().get("/admin").await;
        assert_eq!(page.status(), status, "{roles:?}");
        assert!(status == 200 || text(&page).contains("You cannot open this page"));
    }
}

#[actix_web::test]
async fn what_the_handler_answers_stays_as_it_is() {
    let site = Site::new();
    let app = App::new()
        .service(web::resource("/").wrap(require_session()).to(|| async { ("brewing", StatusCode::IM_A_TEAPOT) }))
        .with_auth(site.auth.clone());
    assert_eq!(told(&site.norma(serve(app).await).await.get("/").await), (418, "brewing"));
}
