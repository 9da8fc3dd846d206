//! The table that every web adapter is put through, over axum's own server.

use std::net::TcpListener;

use admit_axum::{AuthLayer, AuthRouterExt as _, Current, Endpoints, Session, require_session};
use admit_testkit::adapter::{Application, Stop};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse, Result};
use axum::routing::{any, get, post};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, SET_COOKIE};
use http::{HeaderMap, StatusCode};

admit_testkit::adapter_contract!(serve);

fn serve(listener: TcpListener, application: Application, stop: Stop) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        tokio::select! {
            served = axum::serve(listener, router(application)) => served.unwrap(),
            () = stop => {}
        }
    });
}

type App = State<Application>;

fn router(application: Application) -> Router {
    let Application { auth, shop, staff, .. } = application.clone();
    let guarded = get_any("/guarded").merge(get_any("/guarded/{*rest}")).route_layer(require_session());
    let admin = get_any("/admin").route_layer(require_session().role("admin").role("auditor"));
    let token = Router::new().route("/token", get(token)).route_layer(require_session().fresh_token("azure-devops"));
    let vault = get_any("/vault")
        .route_layer(require_session().role("owner"))
        .route_layer(require_session().fresh_token("azure-devops"));
    let misconfigured = get_any("/misconfigured").route_layer(require_session().fresh_token("github"));
    let shop = Router::new()
        .route("/me", get(me))
        .nest_service("/auth", Endpoints::new(shop.clone()))
        .layer(AuthLayer::new(shop));
    Router::new()
        .route("/", get(|| async { "for everybody" }))
        .route("/echo", post(|body: Bytes| async { body }))
        .route("/me", get(me))
        .route("/maybe", get(maybe))
        .route("/session", get(session))
        .route("/cookies", get(cookies))
        .route("/cached", get(cached))
        .route("/failing", get(failing))
        .merge(guarded.merge(admin).merge(token).merge(vault).merge(misconfigured))
        .fallback(no_such_page)
        .with_auth(auth)
        .merge(Router::new().route("/staff/me", get(me)).with_auth(staff))
        .nest("/shop", shop)
        .with_state(application)
}

fn get_any(path: &str) -> Router<Application> {
    Router::new().route(path, any(let_through))
}

async fn let_through(State(app): App) -> &'static str {
    app.called();
    "let through"
}

async fn me(State(app): App, session: Session) -> String {
    app.called();
    session.user.display_name().to_owned()
}

async fn maybe(State(app): App, session: Option<Session>) -> &'static str {
    app.called();
    if session.is_some() { "somebody" } else { "nobody" }
}

async fn session(State(app): App, session: Session) -> impl IntoResponse {
    app.called();
    ([(CONTENT_TYPE, "application/json")], serde_json::to_string(&session).unwrap())
}

async fn cookies(State(app): App, _: Session) -> impl IntoResponse {
    app.called();
    (AppendHeaders([(SET_COOKIE, "theme=dark; Path=/"), (SET_COOKIE, "lang=en; Path=/")]), "two cookies")
}

async fn cached(State(app): App, _: Session, headers: HeaderMap) -> impl IntoResponse {
    app.called();
    ([(CACHE_CONTROL, headers["x-cache-control"].clone())], "cached")
}

async fn token(State(app): App, current: Current) -> Result<String> {
    app.called();
    let token = current.access_token("azure-devops").await.map_err(|error| current.without_token(&error))?;
    Ok(token.expose().to_owned())
}

async fn failing(State(app): App, current: Current) -> impl IntoResponse {
    app.called();
    let _ = current.access_token("azure-devops").await;
    (StatusCode::INTERNAL_SERVER_ERROR, "failed")
}

async fn no_such_page(State(app): App, _: Session) -> impl IntoResponse {
    app.called();
    (StatusCode::NOT_FOUND, "no such page")
}
