//! An Azure DevOps dashboard on axum.
//!
//! [`app`] is where sign-in and pages meet: every page but the first is behind a guard that has made sure of a session
//! and of a fresh access token before the page is asked for.

mod handlers;
pub mod listen;
mod tls;
mod visit;

use std::sync::Arc;

use admit_axum::{AuthRouterExt as _, require_session};
use axum::Router;
use axum::routing::get;
use dashboard::pages::routes;
use dashboard::site::PROVIDER;
use dashboard::{AzureDevOps, Site};

/// The whole application.
pub fn app(site: &Site) -> Router {
    let dashboard = Dashboard { azure: Arc::new(site.azure.clone()), pretend: site.pretend.is_some() };
    Router::new()
        .route(routes::ORGANISATIONS, get(handlers::organisations))
        .route(routes::PROJECTS, get(handlers::projects))
        .route(routes::WORK_ITEMS, get(handlers::work_items))
        .route(routes::BUILDS, get(handlers::builds))
        .route(routes::REPOSITORIES, get(handlers::repositories))
        .route_layer(require_session().fresh_token(PROVIDER))
        .route(routes::HOME, get(handlers::home))
        .fallback(handlers::not_found)
        .with_auth(site.auth.clone())
        .with_state(dashboard)
}

/// What the handlers share.
#[derive(Clone, Debug)]
struct Dashboard {
    azure: Arc<AzureDevOps>,
    pretend: bool,
}
