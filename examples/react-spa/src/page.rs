//! The page's files, as Vite has built them.

use std::path::Path;

use axum::Router;
use axum::response::{IntoResponse as _, Response};
use http::header::CONTENT_SECURITY_POLICY;
use http::{HeaderValue, StatusCode};
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

/// What to do while there are none.
pub(crate) const HOW_TO_BUILD: &str = "\
The page is not built yet: cd examples/react-spa/web && npm ci && npm run build
To work on it, see examples/react-spa/README.md.";

/// Answers with the files; while there are none, with how to make them.
pub(crate) fn files() -> Router {
    let policy = HeaderValue::from_static("default-src 'self'; frame-ancestors 'none'");
    Router::new()
        .fallback_service(ServeDir::new(DIST).fallback(axum::routing::get(missing)))
        .layer(SetResponseHeaderLayer::if_not_present(CONTENT_SECURITY_POLICY, policy))
}

pub(crate) fn is_built() -> bool {
    Path::new(DIST).join("index.html").exists()
}

async fn missing() -> Response {
    if is_built() {
        return StatusCode::NOT_FOUND.into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, HOW_TO_BUILD).into_response()
}

const DIST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/web/dist");
