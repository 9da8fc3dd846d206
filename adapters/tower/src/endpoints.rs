//! admit's own endpoints, as a service.
//!
//! 1. The engine is handed the address that the browser asked for, whatever prefix a router took off.
//! 2. Of a body, at most one byte more is read than the engine takes, so that it can tell what is too long.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use admit::{Auth, BoxError};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body::Body;
use http_body_util::Full;
use tower_service::Service;

use crate::OriginalUri;
use crate::address::Address;
use crate::body::read;

/// admit's endpoints: a service, to be mounted where a router of yours puts it.
///
/// [`AuthLayer::with_endpoints`](crate::AuthLayer::with_endpoints) needs no router.
#[derive(Clone, Debug)]
pub struct Endpoints {
    auth: Auth,
    address: Address,
}

impl Endpoints {
    /// The endpoints of one [`Auth`].
    pub fn new(auth: Auth) -> Self {
        Self::at(auth, Address::default())
    }

    pub(crate) fn at(auth: Auth, address: Address) -> Self {
        Self { auth, address }
    }

    /// Where a router that takes prefixes off keeps the whole address.
    #[must_use]
    pub fn original_uri(self, find: OriginalUri) -> Self {
        Self { address: Address(find), ..self }
    }

    /// Whether a request is to admit: it asks for the base path, or for something under it.
    pub fn are_asked_by<B>(&self, request: &Request<B>) -> bool {
        let path = self.address.of(request.uri(), request.extensions()).path();
        path.strip_prefix(self.auth.base_path()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Answers a request, as [`Auth::handle`] does, after it has read the body.
    pub async fn handle<B>(&self, request: Request<B>) -> Response<Bytes>
    where
        B: Body<Error: Into<BoxError>>,
    {
        let (mut parts, body) = request.into_parts();
        parts.uri = self.address.of(&parts.uri, &parts.extensions).clone();
        match read(body).await {
            Ok(body) => self.auth.handle(Request::from_parts(parts, body)).await,
            // The browser has gone, or speaks no HTTP: nobody reads this.
            Err(error) => {
                tracing::debug!(error, "the body of a request broke off");
                let mut response = Response::default();
                *response.status_mut() = StatusCode::BAD_REQUEST;
                response
            }
        }
    }
}

impl<B> Service<Request<B>> for Endpoints
where
    B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Full<Bytes>>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let endpoints = self.clone();
        Box::pin(async move { Ok(endpoints.handle(request).await.map(Full::new)) })
    }
}
