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
pub struct Endpoints {
    auth: Auth,
}

impl Endpoints {
    /// The endpoints of one [`Auth`].
    pub fn new(auth: Auth) -> Self {
        Self { auth }
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
        let auth = self.auth.clone();
        Box::pin(async move { Ok(answer(&auth, request).await) })
    }
}

async fn answer(auth: &Auth, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    if let Some(OriginalUri(uri)) = parts.extensions.remove() {
        parts.uri = uri;
    }
    match read(body).await {
        Ok(body) => auth.handle(Request::from_parts(parts, body)).await.map(Body::from),
        // The browser has gone, or speaks no HTTP: nobody reads this.
        Err(error) => {
            tracing::debug!(%error, "the body of a request broke off");
            StatusCode::BAD_REQUEST.into_response()
        }
    }
}

async fn read(mut body: Body) -> Result<Bytes, axum_core::Error> {
    let mut read = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        let room = Auth::BODY_LIMIT + 1 - read.len();
        read.extend_from_slice(data.get(..room).unwrap_or(&data));
        if read.len() > Auth::BODY_LIMIT {
            break;
        }
    }
    Ok(Bytes::from(read))
}
