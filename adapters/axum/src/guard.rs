//! Guards: those of admit-tower, as they are used with axum.

pub use admit_tower::{Guarded, GuardedFuture, RequireSession};

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
///
/// So routes with a guard of their own come from a router of their own:
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
pub fn require_session() -> RequireSession {
    admit_tower::require_session()
}
