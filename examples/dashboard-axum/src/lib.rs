//! An Azure DevOps dashboard on axum.
//!
//! [`app`] is where sign-in and pages meet: every page but the first is behind a guard that has made sure of a session
//! before the page is asked for.

mod listen;
mod visited;

use std::io;
use std::sync::Arc;

use admit_axum::{AuthRouterExt as _, require_session};
use axum::Router;
use axum::body::Body;
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use dashboard::pages::routes;
use dashboard::program::Interrupted;
use dashboard::{Page, Site, Sockets};

use crate::listen::Connections;
use crate::visited::Visited;

/// The whole application.
pub fn app(site: Arc<Site>) -> Router {
    let auth = site.auth.clone();
    Router::new()
        .route(routes::ACCOUNTS, page(Page::Accounts))
        .route(routes::ORGANISATIONS, page(Page::Organisations))
        .route(routes::PROJECTS, page(Page::Projects))
        .route(routes::WORK_ITEMS, page(Page::WorkItems))
        .route(routes::BUILDS, page(Page::Builds))
        .route(routes::REPOSITORIES, page(Page::Repositories))
        .route_layer(require_session())
        .route(routes::HOME, page(Page::Home))
        .fallback(|visited| show(visited, Page::NotFound))
        .with_auth(auth)
        .with_state(site)
}

/// Answers requests until `interrupted` is done.
///
/// # Errors
/// When the sockets are of no use.
pub async fn serve(site: Site, sockets: Sockets, interrupted: Interrupted) -> io::Result<()> {
    let app = app(Arc::new(site));
    axum::serve(Connections::of(sockets)?, app).with_graceful_shutdown(interrupted).await
}

fn page(page: Page) -> MethodRouter<Arc<Site>> {
    get(move |visited| show(visited, page))
}

async fn show(Visited(visit): Visited, page: Page) -> Response {
    visit.show(page).await.map(Body::from)
}
