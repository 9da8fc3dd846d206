//! admit's own endpoints, mounted in a router.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use admit::Auth;
use axum::Router;
use axum_core::body::Body;
use axum_core::extract::Request;
use axum_core::response::Response;
use tower_service::Service;

use crate::AuthLayer;
use crate::layer::original_uri;

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

/// admit's endpoints as a service, to be mounted at a path of your choice.
///
/// The base URL says where the browser finds them, all prefixes included:
///
/// ```
/// # use admit::{Auth, Client};
/// # use admit_providers::github;
/// use admit_axum::{AuthLayer, Endpoints};
/// use axum::Router;
///
/// let auth = Auth::builder("https://example.org/shop/auth")
/// #   .secret("at least thirty-two bytes, from openssl rand")
/// #   .provider(github(Client::new("id", "secret")))
///     // …
///     .build()?;
/// let shop = Router::new().nest_service("/auth", Endpoints::new(auth.clone())).layer(AuthLayer::new(auth));
/// let site: Router = Router::new().nest("/shop", shop);
/// # Ok::<(), admit::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Endpoints(admit_tower::Endpoints);

impl Endpoints {
    /// The endpoints of one [`Auth`].
    pub fn new(auth: Auth) -> Self {
        Self(admit_tower::Endpoints::new(auth).original_uri(original_uri))
    }
}

impl Service<Request> for Endpoints {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let endpoints = self.0.clone();
        Box::pin(async move { Ok(endpoints.handle(request).await.map(Body::from)) })
    }
}
