//! [admit] for axum: routes, extractors and guards.
//!
//! One call sets it up. [`with_auth`](AuthRouterExt::with_auth) mounts admit's endpoints, and lets the handlers of all
//! routes before it ask who is there:
//!
//! ```
//! use admit::{Auth, Client};
//! use admit_axum::{AuthRouterExt, Current, Session, require_session};
//! use admit_providers::github;
//! use axum::{Router, routing::get};
//!
//! # fn app() -> Result<Router, admit::ConfigError> {
//! let auth = Auth::builder("http://localhost:3000")
//!     .secret("at least thirty-two bytes, from openssl rand")
//!     .provider(github(Client::new("id", "secret")))
//!     .build()?;
//!
//! let app = Router::new()
//!     .route("/repositories", get(repositories))
//!     .route_layer(require_session().fresh_token("github"))
//!     .route("/", get(home))
//!     .route("/me", get(me))
//!     .with_auth(auth);
//! # Ok(app)
//! # }
//! # app().unwrap();
//!
//! /// Whether anybody is signed in or not.
//! async fn home(session: Option<Session>) -> &'static str {
//!     if session.is_some() { "Hello again!" } else { "Hello, stranger!" }
//! }
//!
//! /// Only for somebody who is signed in: a browser signs in and comes back, a program gets 401.
//! async fn me(session: Session) -> String {
//!     format!("Hello, {}!", session.user.display_name())
//! }
//!
//! /// Behind a guard that refreshed the token before this was called.
//! async fn repositories(current: Current) -> axum::response::Result<String> {
//!     let token = current.access_token("github").await.map_err(|error| current.without_token(&error))?;
//!     Ok(format!("a call to GitHub with {} bytes of token", token.len()))
//! }
//! ```
//!
//! # What holds
//! - **The session is opened when somebody asks**: an extractor or a guard. A route that does not ask pays for a
//!   place in the request's extensions.
//! - **What admit has to write reaches the browser**, whatever the handler answers: a session that was renewed, or
//!   tokens that were refreshed, as `Set-Cookie` headers beside the handler's own. No shared cache may keep such a
//!   response.
//! - **A store that fails is an error**, never "nobody is signed in", also for `Option<Session>`.
//! - **Forwarding headers are not looked at.** The site is where the base URL says; the path is the one of the request.
//!
//! # Where layers go
//! The last one added is asked first, so guards come before `with_auth`. What is added after it, such as compression
//! or tracing, sees admit's endpoints too.

mod extract;
mod guard;
mod layer;
mod rejection;
mod routes;

pub use admit_tower::{AuthService, ResponseFuture};
pub use extract::{Current, Session};
pub use guard::{Guarded, GuardedFuture, RequireSession, require_session};
pub use layer::AuthLayer;
pub use rejection::Rejection;
pub use routes::{AuthRouterExt, Endpoints, routes};
