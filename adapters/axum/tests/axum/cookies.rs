//! What admit has to write reaches the browser, and costs nothing where nobody asks.

use std::time::Duration;

use admit_axum::{AuthRouterExt as _, Current, Session, require_session};
use axum::Router;
use axum::body::Body;
use axum::routing::get;
use http::header::{CACHE_CONTROL, SET_COOKIE};
use http::{Method, StatusCode};
use tower::ServiceExt as _;

use crate::support::{AZURE, SESSION_COOKIE, Site, cookies, header, text, whole};

const AN_HOUR: Duration = Duration::from_secs(3600);
const TWO_DAYS: Duration = Duration::from_secs(2 * 86_400);
const NO_STORE: &str = "private, no-cache, no-store";

async fn token(current: Current) -> axum::response::Result<String> {
    let token = current.access_token(AZURE).await.map_err(|error| current.without_token(&error))?;
    Ok(token.expose().to_owned())
}

#[tokio::test]
async fn a_session_in_use_is_written_anew_beside_the_handlers_own_cookies() {
    let site = Site::new();
    let handler = |_: Session| async { ([(SET_COOKIE, "theme=dark; Path=/")], "hello") };
    let mut norma = site.norma(Router::new().route("/me", get(handler)).with_auth(site.auth.clone())).await;
    let before = norma.jar.get(SESSION_COOKIE).unwrap().to_owned();

    let early = norma.get("/me").await;
    assert_eq!((cookies(&early), header(&early, CACHE_CONTROL)), (vec!["theme".to_owned()], String::new()));

    site.clock.advance(TWO_DAYS);
    let late = norma.get("/me").await;
    assert_eq!(cookies(&late), ["theme", SESSION_COOKIE]);
    assert_eq!(header(&late, CACHE_CONTROL), NO_STORE);
    assert_ne!(norma.jar.get(SESSION_COOKIE), Some(before.as_str()));
    assert_eq!(norma.get("/me").await.status(), 200);
}

#[tokio::test]
async fn a_route_that_does_not_ask_gets_no_cookie_and_no_header() {
    let site = Site::new();
    let mut norma = site.norma(Router::new().route("/", get(|| async { "hello" })).with_auth(site.auth.clone())).await;
    site.clock.advance(TWO_DAYS);
    let answer = norma.get("/").await;
    assert_eq!((cookies(&answer), header(&answer, CACHE_CONTROL)), (vec![], String::new()));
}

#[tokio::test]
async fn no_shared_cache_may_keep_a_session_whatever_the_handler_says() {
    let site = Site::new();
    for (said, stays) in [
        ("public, max-age=3600", NO_STORE),
        ("max-age=3600", NO_STORE),
        ("no-cache", NO_STORE),
        ("Private, max-age=60", "Private, max-age=60"),
        ("no-store", "no-store"),
    ] {
        let handler = move |_: Session| async move { ([(CACHE_CONTROL, said)], "hello") };
        let mut norma = site.norma(Router::new().route("/me", get(handler)).with_auth(site.auth.clone())).await;
        assert_eq!(header(&norma.get("/me").await, CACHE_CONTROL), said);
        site.clock.advance(TWO_DAYS);
        assert_eq!(header(&norma.get("/me").await, CACHE_CONTROL), stays, "{said}");
    }
}

#[tokio::test]
async fn refreshed_tokens_reach_the_browser_also_when_the_handler_fails() {
    let site = Site::new();
    let failing = |current: Current| async move {
        let _ = token(current).await;
        (StatusCode::INTERNAL_SERVER_ERROR, "oh no")
    };
    let app = Router::new().route("/token", get(token)).route("/failing", get(failing)).with_auth(site.auth.clone());
    let mut norma = site.norma(app).await;
    let first = text(&norma.get("/token").await).to_owned();

    site.clock.advance(AN_HOUR);
    let failed = norma.get("/failing").await;
    assert_eq!((failed.status().as_u16(), cookies(&failed)), (500, vec![SESSION_COOKIE.to_owned()]));
    assert_eq!(header(&failed, CACHE_CONTROL), NO_STORE);

    // The next process sees the new token in the cookie, and needs no refresh of its own.
    norma.app = Router::new()
        .route("/token", get(token))
        .with_auth(site.restarted(admit::AuthBuilder::danger_single_process_refresh));
    let second = norma.get("/token").await;
    assert_eq!(second.status(), 200);
    assert_ne!(text(&second), first);
    assert_eq!(site.azure.refreshes(), 1);
    assert_eq!(site.azure.violations(), [""; 0]);
}

#[tokio::test]
async fn refreshed_tokens_reach_the_browser_also_when_a_guard_refuses() {
    let site = Site::new();
    let app = Router::new()
        .route("/admin", get(|| async { "the handler" }))
        .route_layer(require_session().role("admin"))
        .route_layer(require_session().fresh_token(AZURE))
        .with_auth(site.auth.clone());
    let mut norma = site.norma(app).await;
    site.clock.advance(AN_HOUR);
    let answer = norma.get("/admin").await;
    assert_eq!((answer.status().as_u16(), cookies(&answer)), (403, vec![SESSION_COOKIE.to_owned()]));
}

#[tokio::test]
async fn fifty_requests_at_once_refresh_once_and_each_gets_the_new_token() {
    let site = Site::new();
    let app = Router::new()
        .route("/token", get(token))
        .route_layer(require_session().fresh_token(AZURE))
        .with_auth(site.auth.clone());
    let norma = site.norma(app).await;
    site.clock.advance(AN_HOUR);

    let requests: Vec<_> = (0..50)
        .map(|_| {
            let (app, request) = (norma.app.clone(), norma.request(Method::GET, "/token", Body::empty()));
            tokio::spawn(async move { whole(app.oneshot(request).await.unwrap()).await })
        })
        .collect();
    let mut tokens = Vec::new();
    for request in requests {
        let answer = request.await.unwrap();
        assert_eq!((answer.status().as_u16(), cookies(&answer)), (200, vec![SESSION_COOKIE.to_owned()]));
        tokens.push(text(&answer).to_owned());
    }
    tokens.dedup();
    assert_eq!((tokens.len(), site.azure.refreshes()), (1, 1));
}
