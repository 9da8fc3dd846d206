//! [admit] as tower services: for hyper, tonic, and whatever else speaks [tower].
//!
//! One layer is all that an application needs. It answers admit's endpoints, and lets the service behind it ask who is
//! there. This is plain hyper:
//!
//! ```no_run
//! use admit::Auth;
//! use admit_tower::{AuthLayer, CurrentExt, MissingLayer};
//! # use bytes::Bytes;
//! # use http::{Request, Response};
//! # use http_body_util::Full;
//! # use hyper::body::Incoming;
//! # use hyper::server::conn::http1;
//! # use hyper_util::{rt::TokioIo, service::TowerToHyperService};
//! # use tokio::net::TcpListener;
//! # use tower::{Layer, service_fn};
//!
//! async fn serve(auth: Auth, listener: TcpListener) -> std::io::Result<()> {
//!     let app = TowerToHyperService::new(AuthLayer::new(auth).with_endpoints().layer(service_fn(home)));
//!     loop {
//!         let (stream, _) = listener.accept().await?;
//!         tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), app.clone()));
//!     }
//! }
//!
//! async fn home(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, MissingLayer> {
//!     let current = request.current()?;
//!     Ok(match current.session().await {
//!         Ok(Some(session)) => Response::new(format!("Hello, {}!", session.user.display_name()).into()),
//!         Ok(None) => current.unauthenticated().map(Full::new),
//!         Err(error) => current.unavailable(&error).map(Full::new),
//!     })
//! }
//! ```
//!
//! # What holds
//! - **The session is opened when somebody asks**: a service, by [`CurrentExt`], or a guard, made by
//!   [`require_session`]. A request for which nobody asks costs a place in its extensions.
//! - **What admit has to write reaches the browser**, whatever is answered: a session that was renewed, or tokens that
//!   were refreshed, as `Set-Cookie` headers beside the application's own. No shared cache may keep such a response.
//! - **A store that fails is an error**, never "nobody is signed in".
//! - **Bodies are the application's choice.** [`AuthLayer`] takes any. Where admit answers in place of the application,
//!   a response body is made of bytes; [`AnswerBody`] goes around one that cannot be.
//! - **Forwarding headers are not looked at.** The site is where the base URL says; the path is the one of the request,
//!   or the one that [`AuthLayer::original_uri`] finds.
//!
//! On axum, take `admit-axum`: it has extractors, and stands on this crate.
//!
//! [tower]: https://docs.rs/tower

mod address;
mod body;
mod endpoints;
mod guard;
mod layer;
mod missing_layer;
mod mount;
mod slot;

pub use address::OriginalUri;
pub use body::AnswerBody;
pub use endpoints::Endpoints;
pub use guard::{Guarded, GuardedFuture, RequireSession, require_session};
pub use layer::{AuthLayer, AuthService, ResponseFuture};
pub use missing_layer::MissingLayer;
pub use mount::{Mount, Mounted, MountedFuture};
pub use slot::{CurrentExt, current};
