//! The site on axum.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use admit_axum::{AuthRouterExt as _, Current};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::Uri;

use crate::answer;
use crate::site::Site;

/// Answers requests for as long as it is let.
pub(crate) async fn serve(listener: TcpListener, site: Arc<Site>) -> io::Result<()> {
    let auth = site.auth.clone();
    let app = Router::new().fallback(application).with_auth(auth).with_state(site);
    axum::serve(tokio::net::TcpListener::from_std(listener)?, app).await
}

async fn application(State(site): State<Arc<Site>>, uri: Uri, current: Current) -> Response {
    answer::to(&site, uri.path(), &current).await.map(Body::from)
}
