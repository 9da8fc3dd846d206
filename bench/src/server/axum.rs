//! The application on axum.

use std::io;

use admit::Auth;
use admit_axum::{AuthRouterExt as _, Session, require_session};
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use http::header::COOKIE;
use tokio::runtime::Builder;

use super::answer::{Profile, SOMEBODY, session_cookie};

pub(super) fn serve(listener: std::net::TcpListener, auth: Option<Auth>) -> io::Result<()> {
    let router = match auth {
        None => bare(),
        Some(auth) => with_admit(auth),
    };
    run(async { Ok((listener, router)) })
}

/// Serves, on the thread that calls this, what takes a runtime to make.
pub(crate) fn run(made: impl Future<Output = io::Result<(std::net::TcpListener, Router)>>) -> io::Result<()> {
    Builder::new_current_thread().enable_all().build()?.block_on(async {
        let (listener, router) = made.await?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        axum::serve(listener, router).await
    })
}

pub(crate) fn bare() -> Router {
    Router::new().route("/guarded", get(with_cookie)).route("/public", get(public)).route("/me", get(with_cookie))
}

pub(crate) fn with_admit(auth: Auth) -> Router {
    Router::new()
        .route("/guarded", get(with_session))
        .route_layer(require_session())
        .route("/public", get(public))
        .route("/me", get(with_session))
        .with_auth(auth)
}

async fn public() -> Response {
    Json(SOMEBODY).into_response()
}

/// Takes the whole request, which costs nothing: extracting the headers would copy them.
async fn with_cookie(request: Request) -> Response {
    match request.headers().get(COOKIE).and_then(|header| session_cookie(header.as_bytes())) {
        Some(_) => Json(SOMEBODY).into_response(),
        None => StatusCode::UNAUTHORIZED.into_response(),
    }
}

async fn with_session(session: Session) -> Response {
    Json(Profile::of(&session)).into_response()
}
