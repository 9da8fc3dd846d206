//! admit's endpoints around a whole app: what is under the base path is answered before anything in the app sees it.
//!
//! As routes within the app they would lie behind its guards, and nobody could sign in.

use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::Error;
use actix_web::body::EitherBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use admit::Auth;
use pin_project_lite::pin_project;

use crate::routes;

pub(crate) struct Mount {
    auth: Auth,
}

impl Mount {
    pub(crate) fn new(auth: Auth) -> Self {
        Self { auth }
    }
}

impl<S, B> Transform<S, ServiceRequest> for Mount
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = Mounted<S>;
    type InitError = ();
    type Future = Ready<Result<Mounted<S>, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(Mounted { auth: self.auth.clone(), inner }))
    }
}

pub(crate) struct Mounted<S> {
    auth: Auth,
    inner: S,
}

impl<S, B> Service<ServiceRequest> for Mounted<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = MountedFuture<S::Future>;

    forward_ready!(inner);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        if !is_within(request.path(), self.auth.base_path()) {
            return MountedFuture::App { future: self.inner.call(request) };
        }
        let auth = self.auth.clone();
        MountedFuture::Endpoint {
            future: Box::pin(async move {
                let (request, payload) = request.into_parts();
                let response = routes::answer(&auth, &request, payload).await;
                ServiceResponse::new(request, response)
            }),
        }
    }
}

/// Whole segments count: `/api/authentic` is not within `/api/auth`.
fn is_within(path: &str, base: &str) -> bool {
    path.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

pin_project! {
    #[project = MountedProjection]
    pub(crate) enum MountedFuture<F> {
        App { #[pin] future: F },
        Endpoint { future: Pin<Box<dyn Future<Output = ServiceResponse>>> },
    }
}

impl<F, B> Future for MountedFuture<F>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
{
    type Output = Result<ServiceResponse<EitherBody<B>>, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            MountedProjection::App { future } => {
                future.poll(cx).map(|result| result.map(ServiceResponse::map_into_left_body))
            }
            MountedProjection::Endpoint { future } => {
                future.as_mut().poll(cx).map(|response| Ok(response.map_into_right_body()))
            }
        }
    }
}
