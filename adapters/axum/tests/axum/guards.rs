//! Guards: who is let through, and what the others are told.

use std::time::Duration;

use admit::{AccessTokenError, AuthBuilder, BoxError, Callbacks, MemoryStore, Session, SessionCause};
use admit_axum::{AuthRouterExt as _, Current, require_session};
use admit_testkit::azure_devops::{Fault, Stage};
use async_trait::async_trait;
use axum::Router;
use axum::routing::get;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::support::{AZURE, Site, header, location, text};

const AN_HOUR: Duration = Duration::from_secs(3600);
const SIGN_IN: &str = "https://app.example/api/auth/signin?callbackUrl=%2Fprojects%3Fpage%3D2";

/// `/projects` behind a guard, which asks for the token once more.
fn app(auth: admit::Auth) -> Router {
    let projects = |current: Current| async move {
        match current.access_token(AZURE).await {
            Ok(token) => format!("a token of {} bytes", token.len()),
            Err(AccessTokenError::Unavailable { .. }) => "later".to_owned(),
            Err(error) => error.to_string(),
        }
    };
    Router::new()
        .route("/projects", get(projects))
        .route_layer(require_session().fresh_token(AZURE))
        .route("/", get(|| async { "for everybody" }))
        .with_auth(auth)
}

#[tokio::test]
async fn a_stranger_with_a_browser_goes_to_sign_in_and_a_program_gets_401() {
    let site = Site::new();
    let page = site.visitor(app(site.auth.clone())).browsing().get("/projects?page=2").await;
    assert_eq!((page.status().as_u16(), location(&page).as_str()), (303, SIGN_IN));

    let data = site.visitor(app(site.auth.clone())).get("/projects?page=2").await;
    assert_eq!((data.status().as_u16(), text(&data)), (401, r#"{"error":"unauthenticated"}"#));
    assert_eq!(header(&data, CONTENT_TYPE), "application/json");
    assert!(header(&data, CACHE_CONTROL).contains("no-store"));

    // A script's fetch says that it wants no page, even if it takes one.
    let mut script = site.visitor(app(site.auth.clone())).browsing();
    script.headers.insert("sec-fetch-mode", "cors".parse().unwrap());
    assert_eq!(script.get("/projects").await.status(), 401);

    for method in [http::Method::HEAD, http::Method::POST, http::Method::OPTIONS] {
        let answer = site.visitor(app(site.auth.clone())).browsing().send(method.clone(), "/projects", "".into()).await;
        assert_eq!(answer.status(), 401, "{method}");
    }
    assert_eq!(site.visitor(app(site.auth.clone())).get("/").await.status(), 200);
}

#[tokio::test]
async fn the_token_is_fresh_before_the_handler_is_called() {
    let site = Site::new();
    let mut norma = site.norma(app(site.auth.clone())).await;
    assert!(text(&norma.get("/projects").await).starts_with("a token of"));
    assert_eq!(site.azure.refreshes(), 0);
    site.clock.advance(AN_HOUR);
    for _ in 0..2 {
        assert!(text(&norma.get("/projects").await).starts_with("a token of"));
        assert_eq!(site.azure.refreshes(), 1);
    }
}

#[tokio::test]
async fn when_the_grant_is_dead_signing_in_again_mends_it() {
    let site = Site::new();
    let mut norma = site.norma(app(site.auth.clone())).await;
    site.azure.revoke_grants("norma");
    site.clock.advance(AN_HOUR);

    let data = norma.get("/projects").await;
    assert_eq!(data.status(), 401);
    assert_eq!(text(&data), r#"{"error":"reauthentication_required","provider":"azure-devops"}"#);

    let mut norma = norma.browsing();
    let page = norma.get("/projects?page=2").await;
    assert_eq!((page.status().as_u16(), location(&page).as_str()), (303, SIGN_IN));
    // Where it leads is a page with a button: nothing goes round by itself.
    assert_eq!(norma.get("/api/auth/signin?callbackUrl=%2Fprojects").await.status(), 200);

    norma.sign_in().await;
    assert_eq!(norma.get("/projects?page=2").await.status(), 200);
}

#[tokio::test]
async fn when_a_restart_lost_the_tokens_signing_in_again_mends_it() {
    let site = Site::with(|builder| builder.token_store(MemoryStore::new()));
    let mut norma = site.norma(app(site.auth.clone())).await.browsing();
    assert_eq!(norma.get("/projects").await.status(), 200);

    norma.app = app(site.restarted(|builder| builder.token_store(MemoryStore::new())));
    let page = norma.get("/projects?page=2").await;
    assert_eq!((page.status().as_u16(), location(&page).as_str()), (303, SIGN_IN));
    norma.sign_in().await;
    assert_eq!(norma.get("/projects").await.status(), 200);
}

#[tokio::test]
async fn while_the_provider_is_down_the_handler_is_called_and_sees_it() {
    let site = Site::new();
    let mut norma = site.norma(app(site.auth.clone())).await;
    site.azure.fail_always(Stage::Token, Fault::Status(StatusCode::SERVICE_UNAVAILABLE));
    site.clock.advance(AN_HOUR);
    let answer = norma.get("/projects").await;
    assert_eq!((answer.status().as_u16(), text(&answer)), (200, "later"));
}

#[tokio::test]
async fn a_provider_that_is_not_configured_is_the_sites_mistake() {
    let site = Site::new();
    let guarded = Router::new().route("/", get(|| async {})).route_layer(require_session().fresh_token("github"));
    let answer = site.norma(guarded.with_auth(site.auth.clone())).await.get("/").await;
    assert_eq!(answer.status(), 500);
    assert!(text(&answer).starts_with(r#"{"error":"configuration","reference":"#), "{}", text(&answer));
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

#[tokio::test]
async fn every_role_that_is_asked_for_is_needed() {
    for (roles, status) in [(&["admin", "auditor"][..], 200), (&["admin"], 403), (&["auditor"], 403), (&[], 403)] {
        let site = Site::with(|builder: AuthBuilder| builder.danger_single_process_refresh().callbacks(Roles(roles)));
        let guarded = Router::new()
            .route("/admin", get(|| async { "the handler" }))
            .route_layer(require_session().role("admin").role("auditor"))
            .with_auth(site.auth.clone());
        assert_eq!(site.visitor(guarded.clone()).get("/admin").await.status(), 401);
        let mut norma = site.norma(guarded).await;
        let data = norma.get("/admin").await;
        assert_eq!(data.status(), status, "{roles:?}");
        assert_eq!(text(&data), if status == 200 { "the handler" } else { r#"{"error":"forbidden"}"# });
        let page = norma.browsing().get("/admin").await;
        assert_eq!(page.status(), status);
        assert!(status == 200 || text(&page).contains("You cannot open this page"));
    }
}

#[tokio::test]
async fn a_guard_passes_on_the_service_that_was_ready() {
    use tower::{Layer as _, Service as _, ServiceExt as _};

    /// Ready once per clone that was asked, as services with a limit are.
    struct Strict(bool);
    impl Clone for Strict {
        fn clone(&self) -> Self {
            Self(false)
        }
    }
    impl tower::Service<http::Request<()>> for Strict {
        type Response = axum::response::Response;
        type Error = std::convert::Infallible;
        type Future = std::future::Ready<Result<axum::response::Response, std::convert::Infallible>>;

        fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Self::Error>> {
            self.0 = true;
            std::task::Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: http::Request<()>) -> Self::Future {
            assert!(self.0, "called without having been ready");
            std::future::ready(Ok(axum::response::Response::default()))
        }
    }

    let site = Site::new();
    let norma = site.norma(Router::new().with_auth(site.auth.clone())).await;
    let layer = admit_axum::AuthLayer::new(site.auth.clone());
    let mut service = layer.layer(require_session().layer(Strict(false)));
    for _ in 0..2 {
        let request = norma.request(http::Method::GET, "/", "".into()).map(drop);
        let answer = service.ready().await.unwrap().call(request).await.unwrap();
        assert_eq!(answer.status(), 200);
    }
}
