//! [admit] for actix-web: routes, extractors and guards.
//!
//! One call sets it up. [`with_auth`](AuthAppExt::with_auth) answers admit's endpoints, and lets all handlers of the
//! app ask who is there:
//!
//! ```
//! use actix_web::{App, HttpResponse, web};
//! use admit::{Auth, Client};
//! use admit_actix::{AuthAppExt, Current, Session, require_session};
//! use admit_providers::github;
//!
//! # fn main() -> Result<(), admit::ConfigError> {
//! let auth = Auth::builder("http://localhost:3000")
//!     .secret("at least thirty-two bytes, from openssl rand")
//!     .provider(github(Client::new("id", "secret")))
//!     .build()?;
//!
//! // One `Auth` for all workers: it is made before `HttpServer::new`, and cloned into each.
//! let app = move || {
//!     App::new()
//!         .route("/", web::get().to(home))
//!         .route("/me", web::get().to(me))
//!         .service(
//!             web::resource("/repositories")
//!                 .wrap(require_session().fresh_token("github"))
//!                 .get(repositories),
//!         )
//!         .with_auth(auth.clone())
//! };
//! # actix_web::HttpServer::new(app);
//! # Ok(())
//! # }
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
//! async fn repositories(current: Current) -> HttpResponse {
//!     match current.access_token("github").await {
//!         Ok(token) => HttpResponse::Ok().body(format!("a call to GitHub with {} bytes of token", token.len())),
//!         Err(error) => current.without_token(&error),
//!     }
//! }
//! ```
//!
//! # What holds
//! - **The session is opened when somebody asks**: an extractor or a guard. A route that does not ask pays for a few
//!   small allocations.
//! - **What admit has to write reaches the browser**, whatever the handler answers, and whatever error a middleware
//!   returns: a session that was renewed, or tokens that were refreshed, as `Set-Cookie` headers beside the handler's
//!   own. No shared cache may keep such a response.
//! - **A store that fails is an error**, never "nobody is signed in", also for `Option<Session>`. actix-web turns an
//!   extractor's errors into `None`, so this one stays pending instead: the handler is dropped, and the middleware
//!   answers for it. [`Session`] says more.
//! - **Forwarding headers are not looked at**, nor the peer's address, nor `connection_info()`. The site is where the
//!   base URL says; the path is the one of the request.
//!
//! # Where middleware goes
//! What is wrapped last is asked first, so guards come before `with_auth`. What is wrapped after it, such as `Cors`,
//! `Compress` or `Logger`, sees admit's endpoints too, and the answers to failures. Routes may be added before and
//! after.

mod convert;
mod extract;
mod guard;
mod middleware;
mod mount;
mod outbox;
mod rejection;
mod routes;
mod slot;

pub use extract::{Current, Extraction, Session};
pub use guard::{Guarded, GuardedFuture, RequireSession, require_session};
pub use middleware::{AuthMiddleware, AuthService, ResponseFuture};
pub use rejection::Rejection;
pub use routes::{AuthAppExt, endpoints, routes};
