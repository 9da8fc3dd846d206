//! admit in one layer: its endpoints at the base path, and everything else for the service behind.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use admit::BoxError;
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::{AuthLayer, AuthService, Endpoints, ResponseFuture};

/// Answers what is asked of admit, and lets the service behind it ask who makes the other requests.
///
/// Made by [`AuthLayer::with_endpoints`].
#[derive(Clone, Debug)]
pub struct Mount {
    endpoints: Endpoints,
    layer: AuthLayer,
}

impl Mount {
    pub(crate) fn new(endpoints: Endpoints, layer: AuthLayer) -> Self {
        Self { endpoints, layer }
    }
}

impl<S> Layer<S> for Mount {
    type Service = Mounted<S>;

    fn layer(&self, inner: S) -> Mounted<S> {
        Mounted { endpoints: self.endpoints.clone(), application: self.layer.layer(inner) }
    }
}

/// What [`Mount`] makes of a service.
#[derive(Clone, Debug)]
pub struct Mounted<S> {
    endpoints: Endpoints,
    application: AuthService<S>,
}

impl<S, B, R> Service<Request<B>> for Mounted<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
    R: From<Bytes>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = MountedFuture<S::Future, R>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.application.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let answer = if self.endpoints.are_asked_by(&request) {
            let endpoints = self.endpoints.clone();
            Answer::Admit { future: Box::pin(async move { endpoints.handle(request).await }) }
        } else {
            Answer::Application { future: self.application.call(request) }
        };
        MountedFuture { answer }
    }
}

pin_project! {
    /// The future of [`Mounted`].
    pub struct MountedFuture<F, R> {
        #[pin]
        answer: Answer<F, R>,
    }
}

pin_project! {
    #[project = AnswerProjection]
    enum Answer<F, R> {
        Admit { future: Pin<Box<dyn Future<Output = Response<Bytes>> + Send>> },
        Application { #[pin] future: ResponseFuture<F, R> },
    }
}

impl<F, R, E> Future for MountedFuture<F, R>
where
    F: Future<Output = Result<Response<R>, E>>,
    R: From<Bytes>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().answer.project() {
            AnswerProjection::Admit { future } => future.as_mut().poll(cx).map(|response| Ok(response.map(R::from))),
            AnswerProjection::Application { future } => future.poll(cx),
        }
    }
}

impl<F, R> fmt::Debug for MountedFuture<F, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MountedFuture").finish_non_exhaustive()
    }
}
