//! admit's own endpoints, mounted in a router.
//!
//! 1. The engine is handed the address that the browser asked for, whatever prefix a router took off.
//! 2. Of a body, at most one byte more is read than the engine takes, so that it can tell what is too long.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use admit::Auth;
use axum::Router;
use axum::extract::OriginalUri;
use axum_core::body::Body;
use axum_core::extract::Request;
use axum_core::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::StatusCode;
use http_body_util::BodyExt as _;
use tower_service::Service;

use crate::AuthLayer;

/// Adds sign-in to a router.
pub trait AuthRouterExt {
    /// Mounts admit's endpoints under their base path, and lets the handlers of the routes that are there by now ask
    /// who makes a request.
    ///
    /// Call it on the outermost router, last of all but the layers that shall see everything.
    ///
    /// # Panics
    /// When the router has a route at the base path already.
    #[must_use]
    fn with_auth(self, auth: Auth) -> Self;
}

impl<S: Clone + Send + Sync + 'static> AuthRouterExt for Router<S> {
    fn with_auth(self, auth: Auth) -> Self {
        // The endpoints stay outside the layer: they write their own cookies.
        self.layer(AuthLayer::new(auth.clone())).merge(routes(auth))
    }
}

/// admit's endpoints at their base path, for a router that has the [`AuthLayer`] from elsewhere.
///
/// In a router that is nested under a prefix, mount [`Endpoints`] instead.
pub fn routes<S: Clone + Send + Sync + 'static>(auth: Auth) -> Router<S> {
    let base = auth.base_path().to_owned();
    let endpoints = Endpoints::new(auth);
    Router::new()
        .route_service(&base, endpoints.clone())
        .route_service(&format!("{base}/"), endpoints.clone())
        .route_service(&format!("{base}/{{*path}}"), endpoints)
}
