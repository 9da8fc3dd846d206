//! admit's endpoints in a router: all of them answer, and nothing else does.

use admit_axum::{AuthRouterExt as _, Session};
use axum::Router;
use axum::body::Body;
use axum::routing::get;
use http::Method;

use crate::support::{ORIGIN, SESSION_COOKIE, Site, cookies, location, text};

fn app(site: &Site) -> Router {
    let me = |session: Session| async move { session.user.display_name().to_owned() };
    Router::new().route("/me", get(me)).with_auth(site.auth.clone())
}

#[tokio::test]
async fn every_action_answers_at_its_path() {
    let site = Site::new();
    let (get, post) = (Method::GET, Method::POST);
    for (method, path, status, shows) in [
        (&get, "/api/auth/providers", 200, r#""id":"azure-devops""#),
        (&get, "/api/auth/session", 200, "null"),
        (&post, "/api/auth/session", 400, "null"),
        (&get, "/api/auth/csrf", 200, "csrfToken"),
        (&get, "/api/auth/signin", 200, "Sign in with Azure DevOps"),
        (&get, "/api/auth/signin/", 200, "Sign in with Azure DevOps"),
        (&post, "/api/auth/signin/azure-devops", 302, "code=csrf"),
        (&get, "/api/auth/callback/azure-devops?state=x&code=y", 302, "code=state_missing"),
        (&post, "/api/auth/callback/azure-devops", 302, "/api/auth/error?"),
        (&get, "/api/auth/signout", 200, "Sign out"),
        (&post, "/api/auth/signout", 302, "code=csrf"),
        (&get, "/api/auth/error", 200, "Something went wrong."),
        (&get, "/api/auth/verify-request", 200, "Check your email"),
    ] {
        let answer = site.visitor(app(&site)).send(method.clone(), path, Body::empty()).await;
        assert_eq!(answer.status(), status, "{method} {path}");
        let shown = format!("{}{}", location(&answer), text(&answer));
        assert!(shown.contains(shows), "{method} {path}: {shown}");
    }
}

#[tokio::test]
async fn what_is_no_action_is_refused_by_the_engine_and_not_by_the_router() {
    let site = Site::new();
    let mut visitor = site.visitor(app(&site));
    for path in ["/api/auth", "/api/auth/", "/api/auth/nonsense", "/api/auth/session/more", "/api/auth/%73ession"] {
        let answer = visitor.get(path).await;
        assert_eq!((answer.status().as_u16(), text(&answer)), (400, "\"Bad request.\""), "{path}");
    }
    for method in [Method::HEAD, Method::OPTIONS, Method::PUT, Method::DELETE] {
        let answer = visitor.send(method.clone(), "/api/auth/signout", Body::empty()).await;
        assert_eq!(answer.status(), 400, "{method}");
    }
    // The application's own paths stay its own.
    assert_eq!(visitor.get("/api/authentic").await.status(), 404);
    assert_eq!(visitor.get("/api").await.status(), 404);
}

#[tokio::test]
async fn a_person_signs_in_is_known_and_signs_out() {
    let site = Site::new();
    let mut norma = site.visitor(app(&site));
    assert_eq!(norma.get("/me").await.status(), 401);

    let back = norma.sign_in().await;
    assert_eq!(location(&back), format!("{ORIGIN}/me"));
    // Once: the layer adds nothing to what the engine wrote.
    assert_eq!(cookies(&back).iter().filter(|name| *name == SESSION_COOKIE).count(), 1);
    assert_eq!(text(&norma.get("/me").await), "Norma Paulk");

    let csrf: serde_json::Value = serde_json::from_slice(norma.get("/api/auth/csrf").await.body()).unwrap();
    norma.post("/api/auth/signout", &[("csrfToken", csrf["csrfToken"].as_str().unwrap())]).await;
    assert_eq!(norma.get("/me").await.status(), 401);
    assert!(norma.jar.get(SESSION_COOKIE).is_none());
}

#[tokio::test]
async fn a_router_that_nobody_has_given_a_state_yet_can_be_given_sign_in() {
    #[derive(Clone)]
    struct Greeting(&'static str);

    let site = Site::new();
    let greet = |axum::extract::State(Greeting(words)): axum::extract::State<Greeting>, session: Option<Session>| async move {
        format!("{words} {}", session.is_some())
    };
    let app = Router::new().route("/me", get(greet)).with_auth(site.auth.clone()).with_state(Greeting("Hello"));
    assert_eq!(text(&site.visitor(app).get("/me").await), "Hello false");
}

#[tokio::test]
async fn two_sites_in_one_application_keep_to_themselves() {
    let staff = Site::at("https://staff.example/staff/auth", admit::AuthBuilder::danger_single_process_refresh);
    let guests = Site::new();
    let who = |current: admit_axum::Current| async move { current.sign_in_url() };
    let app = Router::new()
        .merge(Router::new().route("/staff", get(who)).with_auth(staff.auth.clone()))
        .merge(Router::new().route("/guests", get(who)).with_auth(guests.auth.clone()));
    let mut visitor = guests.visitor(app);
    assert_eq!(text(&visitor.get("/staff").await), "https://staff.example/staff/auth/signin?callbackUrl=%2Fstaff");
    assert_eq!(text(&visitor.get("/guests").await), "https://app.example/api/auth/signin?callbackUrl=%2Fguests");
    for (path, origin) in [("/staff/auth", "https://staff.example"), ("/api/auth", ORIGIN)] {
        let providers = visitor.get(&format!("{path}/providers")).await;
        assert!(text(&providers).contains(&format!("{origin}{path}/signin/azure-devops")), "{path}");
    }
}
