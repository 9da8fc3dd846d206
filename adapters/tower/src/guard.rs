//! Guards: what has to hold before a handler is called.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use admit::{AccessTokenError, Current};
use axum_core::body::Body;
use axum_core::response::{IntoResponse as _, Response};
use http::Request;
use tower_layer::Layer;
use tower_service::Service;

use crate::{Rejection, slot};

/// Lets a request through only if somebody is signed in: a browser goes to sign in and comes back, a program gets 401.
///
/// It goes before [`with_auth`](crate::AuthRouterExt::with_auth), and covers the routes before itself:
///
/// ```
/// use admit_axum::require_session;
/// use axum::{Router, routing::get};
///
/// let app: Router = Router::new()
///     .route("/projects", get(|| async { "the projects" }))
///     .route_layer(require_session().fresh_token("azure-devops"))
///     .route("/", get(|| async { "for everybody" }));
/// ```
pub fn require_session() -> RequireSession {
    RequireSession::default()
}

/// Made by [`require_session`].
#[must_use = "a guard does nothing until it is a layer"]
#[derive(Clone, Debug, Default)]
pub struct RequireSession {
    rules: Arc<Rules>,
}

#[derive(Clone, Debug, Default)]
struct Rules {
    roles: Vec<String>,
    providers: Vec<String>,
}

impl RequireSession {
    /// The person needs this role, else it is 403; each one if called again. See [`admit::Session::has_role`].
    ///
    /// A guard covers all routes before itself, so routes with a guard of their own come from a router of their own:
    ///
    /// ```
    /// use admit_axum::require_session;
    /// use axum::{Router, routing::get};
    ///
    /// let admin = Router::new()
    ///     .route("/admin", get(|| async { "for harbor masters" }))
    ///     .route_layer(require_session().role("admin"));
    /// let app: Router = Router::new()
    ///     .route("/projects", get(|| async { "for everybody who is signed in" }))
    ///     .route_layer(require_session())
    ///     .merge(admin); // and then .with_auth(auth), once, for all of them
    /// ```
    pub fn role(mut self, role: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.rules).roles.push(role.into());
        self
    }

    /// Refreshes that provider's access token, if it needs to be, before the handler is called; each one if called
    /// again.
    ///
    /// If only signing in again helps, a browser goes to sign in, and a program gets 401 with
    /// `{"error":"reauthentication_required"}`. If the provider cannot refresh now, the handler is called all the
    /// same: it may have something to show without the token, and sees the error when it asks.
    pub fn fresh_token(mut self, provider: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.rules).providers.push(provider.into());
        self
    }
}

impl<S> Layer<S> for RequireSession {
    type Service = Guarded<S>;

    fn layer(&self, inner: S) -> Guarded<S> {
        Guarded { rules: Arc::clone(&self.rules), inner }
    }
}

/// What [`RequireSession`] makes of a service.
#[derive(Clone, Debug)]
pub struct Guarded<S> {
    rules: Arc<Rules>,
    inner: S,
}

impl<S, B> Service<Request<B>> for Guarded<S>
where
    S: Service<Request<B>, Response = Response> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The service that was found ready is the one that is called; its clone may not be.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let rules = Arc::clone(&self.rules);
        let current = slot::current(request.method(), request.uri(), request.headers(), request.extensions());
        Box::pin(async move {
            let refusal = match current {
                Ok(current) => rules.refusal(current).await,
                Err(missing) => Some(missing.into_response()),
            };
            match refusal {
                Some(response) => Ok(response),
                None => inner.call(request).await,
            }
        })
    }
}

impl Rules {
    /// What is answered in place of the handler, if anything.
    async fn refusal(&self, current: Current) -> Option<Response> {
        let session = match current.session().await {
            Ok(Some(session)) => session,
            Ok(None) => return Some(Rejection::SignedOut(current).into_response()),
            Err(error) => return Some(Rejection::Unavailable(current, error).into_response()),
        };
        if !self.roles.iter().all(|role| session.has_role(role)) {
            return Some(current.forbidden().map(Body::from));
        }
        for provider in &self.providers {
            match current.access_token(provider).await {
                Ok(_) | Err(AccessTokenError::Unavailable { .. }) => {}
                Err(error) => return Some(current.without_token(&error).map(Body::from)),
            }
        }
        None
    }
}
