//! Which address counts: the one that the browser asked for, at the site that the base URL names.

use admit::AuthBuilder;
use admit_axum::{AuthLayer, AuthRouterExt as _, Endpoints, Session, require_session};
use axum::Router;
use axum::body::Body;
use axum::routing::get;
use http::header::SET_COOKIE;
use http::{Method, Request};
use tower::{Layer as _, ServiceExt as _};

use crate::support::{ORIGIN, Site, header, location, text, whole};

fn guarded() -> Router {
    Router::new().route("/projects", get(|| async { "the handler" })).route_layer(require_session())
}

fn sign_in(path: &str) -> String {
    format!("https://app.example/api/auth/signin?callbackUrl={path}")
}

#[tokio::test]
async fn from_a_nested_router_the_way_back_is_the_whole_path() {
    let site = Site::new();
    let extracted = Router::new().route("/me", get(|_: Session| async { "the handler" }));
    let app =
        Router::new().nest("/a", Router::new().nest("/b", guarded().merge(extracted))).with_auth(site.auth.clone());
    let mut visitor = site.visitor(app).browsing();
    assert_eq!(location(&visitor.get("/a/b/projects?x=1").await), sign_in("%2Fa%2Fb%2Fprojects%3Fx%3D1"));
    assert_eq!(location(&visitor.get("/a/b/me").await), sign_in("%2Fa%2Fb%2Fme"));
}

#[tokio::test]
async fn a_layer_within_a_nested_router_finds_the_whole_path_too() {
    let site = Site::new();
    let app = Router::new().nest("/a", guarded().layer(AuthLayer::new(site.auth.clone())));
    assert_eq!(location(&site.visitor(app).browsing().get("/a/projects").await), sign_in("%2Fa%2Fprojects"));
}

#[tokio::test]
async fn a_layer_around_a_whole_router_works_as_well() {
    let site = Site::new();
    let app = Router::new().nest("/a", guarded());
    let service = AuthLayer::new(site.auth.clone()).layer(app);
    let request = Request::get("/a/projects").header("accept", "text/html").body(Body::empty()).unwrap();
    let answer = whole(service.oneshot(request).await.unwrap()).await;
    assert_eq!(location(&answer), sign_in("%2Fa%2Fprojects"));
}

#[tokio::test]
async fn endpoints_below_a_prefix_sign_people_in() {
    let site = Site::at("https://app.example/shop/auth", AuthBuilder::danger_single_process_refresh);
    let shop = Router::new()
        .route("/me", get(|session: Session| async move { session.user.display_name().to_owned() }))
        .nest_service("/auth", Endpoints::new(site.auth.clone()))
        .layer(AuthLayer::new(site.auth.clone()));
    let mut norma = site.norma(Router::new().nest("/shop", shop)).await;
    assert_eq!(text(&norma.get("/shop/me").await), "Norma Paulk");
}

// HST-002, HST-003, HST-005
#[tokio::test]
async fn where_the_site_is_nobody_outside_can_say() {
    let site = Site::new();
    let app = Router::new().with_auth(site.auth.clone());
    for (name, value) in [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example;proto=http"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-proto", "javascript"),
        ("x-forwarded-prefix", "/evil"),
    ] {
        let mut visitor = site.visitor(app.clone());
        visitor.headers.insert(name, value.parse().unwrap());
        let back = visitor.sign_in().await;
        assert_eq!(location(&back), format!("{ORIGIN}/me"), "{name}");
        for line in header(&back, SET_COOKIE).split(" | ") {
            assert!(line.contains("; Secure"), "{name}: {line}");
        }
        assert_eq!(site.azure.violations(), [""; 0], "{name}");
        let providers = visitor.get("/api/auth/providers").await;
        assert!(text(&providers).contains("https://app.example/api/auth/signin") && !text(&providers).contains("evil"));
    }
    let mut absolute = site.visitor(guarded().with_auth(site.auth.clone())).browsing();
    assert_eq!(location(&absolute.get("https://evil.example/projects").await), sign_in("%2Fprojects"));
}

// HST-009
#[tokio::test]
async fn no_header_opens_a_guarded_route() {
    let site = Site::new();
    for (name, value) in [
        ("x-forwarded-uri", "/"),
        ("x-original-url", "/"),
        ("x-rewrite-url", "/"),
        ("x-original-uri", "/api/auth/session"),
        ("x-forwarded-prefix", "/public"),
        ("x-middleware-subrequest", "middleware:middleware:middleware:middleware:middleware"),
        ("x_forwarded_user", "norma"),
        ("x-forwarded-user", "norma"),
        ("x-http-method-override", "OPTIONS"),
        ("authorization", "Bearer norma"),
    ] {
        let mut visitor = site.visitor(guarded().with_auth(site.auth.clone()));
        visitor.headers.insert(name, value.parse().unwrap());
        assert_eq!(visitor.get("/projects").await.status(), 401, "{name}");
        let page = visitor.browsing().get("/projects").await;
        assert_eq!(location(&page), sign_in("%2Fprojects"), "{name}");
    }
}

// A path that a browser would take for another site is not come back to.
#[tokio::test]
async fn a_path_with_two_slashes_leads_home_and_not_away() {
    let site = Site::new();
    let app = Router::new().route("/{*rest}", get(|_: Session| async {})).with_auth(site.auth.clone());
    let mut visitor = site.visitor(app).browsing();
    let page = visitor.get("//evil.example/x").await;
    assert_eq!(location(&page), sign_in("%2F%2Fevil.example%2Fx"));
    let page = visitor.send(Method::GET, "/api/auth/signin?callbackUrl=%2F%2Fevil.example%2Fx", Body::empty()).await;
    assert!(!header(&page, SET_COOKIE).contains("evil"), "{}", header(&page, SET_COOKIE));
}
