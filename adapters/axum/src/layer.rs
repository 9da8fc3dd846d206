//! The layer of admit-tower, which is told where axum keeps the address that the browser asked for.

use admit::Auth;
use admit_tower::AuthService;
use axum::extract::OriginalUri;
use http::{Extensions, Uri};
use tower_layer::Layer;

/// Lets the handlers behind it ask who makes a request.
///
/// [`with_auth`](crate::AuthRouterExt::with_auth) adds it. By itself it is for routers whose endpoints are mounted
/// elsewhere.
#[derive(Clone, Debug)]
pub struct AuthLayer(admit_tower::AuthLayer);

impl AuthLayer {
    /// A layer for one [`Auth`].
    pub fn new(auth: Auth) -> Self {
        Self(admit_tower::AuthLayer::new(auth).original_uri(original_uri))
    }
}

impl<S> Layer<S> for AuthLayer {
    type Service = AuthService<S>;

    fn layer(&self, inner: S) -> AuthService<S> {
        self.0.layer(inner)
    }
}

/// A router that is nested takes its prefix off the address; the browser has to come back to the whole of it.
pub(crate) fn original_uri(extensions: &Extensions) -> Option<&Uri> {
    extensions.get().map(|OriginalUri(whole)| whole)
}
