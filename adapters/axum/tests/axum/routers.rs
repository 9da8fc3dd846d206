//! Routers as axum lets people build them: nested, layered from outside, still without a state.

use admit_axum::{AuthLayer, AuthRouterExt as _, Session, require_session};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::get;
use http::Request;
use tower::{Layer as _, ServiceExt as _};

use crate::support::{Site, location, text, whole};

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
async fn a_router_that_nobody_has_given_a_state_yet_can_be_given_sign_in() {
    #[derive(Clone)]
    struct Greeting(&'static str);

    let site = Site::new();
    let greet = |State(Greeting(words)): State<Greeting>, session: Option<Session>| async move {
        format!("{words} {}", session.is_some())
    };
    let app = Router::new().route("/me", get(greet)).with_auth(site.auth.clone()).with_state(Greeting("Hello"));
    assert_eq!(text(&site.visitor(app).get("/me").await), "Hello false");
}
