//! Guards: what has to hold before a service is called.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use admit::Requirements;
use bytes::Bytes;
use http::{Request, Response};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::CurrentExt as _;

/// Lets a request through only if somebody is signed in: a browser goes to sign in and comes back, a program gets 401.
///
/// It goes inside of the [`AuthLayer`](crate::AuthLayer):
///
/// ```
/// # use admit::Auth;
/// # use bytes::Bytes;
/// # use http::{Request, Response};
/// # use http_body_util::Full;
/// # use tower::{Layer, Service};
/// use admit_tower::{AuthLayer, require_session};
///
/// # fn app<S>(auth: Auth, projects: S) -> impl Service<Request<Full<Bytes>>>
/// # where
/// #     S: Service<Request<Full<Bytes>>, Response = Response<Full<Bytes>>, Future: Send> + Clone + Send + 'static,
/// # {
/// let guarded = require_session().fresh_token("azure-devops").layer(projects);
/// let app = AuthLayer::new(auth).with_endpoints().layer(guarded);
/// # app
/// # }
/// ```
///
/// What it answers is made of bytes; for a response body that cannot be, there is [`AnswerBody`](crate::AnswerBody).
pub fn require_session() -> RequireSession {
    RequireSession::default()
}

/// Made by [`require_session`].
#[must_use = "a guard does nothing until it is a layer"]
#[derive(Clone, Debug, Default)]
pub struct RequireSession {
    requirements: Arc<Requirements>,
}

impl RequireSession {
    /// The person needs this role, else it is 403; each one if called again. See [`admit::Session::has_role`].
    pub fn role(mut self, role: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.requirements).role(role);
        self
    }

    /// Refreshes that provider's access token, if it needs to be, before the service is called; each one if called
    /// again.
    ///
    /// If only signing in again helps, a browser goes to sign in, and a program gets 401 with
    /// `{"error":"reauthentication_required"}`. If the provider cannot refresh now, the service is called all the
    /// same: it may have something to show without the token, and sees the error when it asks.
    pub fn fresh_token(mut self, provider: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.requirements).fresh_token(provider);
        self
    }
}

impl<S> Layer<S> for RequireSession {
    type Service = Guarded<S>;

    fn layer(&self, inner: S) -> Guarded<S> {
        Guarded { requirements: Arc::clone(&self.requirements), inner }
    }
}

/// What [`RequireSession`] makes of a service.
#[derive(Clone, Debug)]
pub struct Guarded<S> {
    requirements: Arc<Requirements>,
    inner: S,
}

impl<S, B, R> Service<Request<B>> for Guarded<S>
where
    S: Service<Request<B>, Response = Response<R>, Future: Send> + Clone + Send + 'static,
    B: Send + 'static,
    R: From<Bytes>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = GuardedFuture<S::Future, R, S::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let current = request.current();
        if current.as_ref().is_ok_and(|current| self.requirements.are_known_to_hold(current)) {
            return GuardedFuture { step: Step::LetThrough { future: self.inner.call(request) } };
        }
        // The service that was found ready is the one that is called; its clone may not be.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let requirements = Arc::clone(&self.requirements);
        let future = Box::pin(async move {
            let refusal = match current {
                Ok(current) => requirements.refusal(&current).await,
                Err(missing) => Some(missing.response()),
            };
            match refusal {
                Some(response) => Ok(response.map(R::from)),
                None => inner.call(request).await,
            }
        });
        GuardedFuture { step: Step::Asking { future } }
    }
}

pin_project! {
    /// The future of [`Guarded`].
    pub struct GuardedFuture<F, R, E> {
        #[pin]
        step: Step<F, R, E>,
    }
}

pin_project! {
    #[project = StepProjection]
    enum Step<F, R, E> {
        LetThrough { #[pin] future: F },
        Asking { future: Pin<Box<dyn Future<Output = Result<Response<R>, E>> + Send>> },
    }
}

impl<F, R, E> Future for GuardedFuture<F, R, E>
where
    F: Future<Output = Result<Response<R>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().step.project() {
            StepProjection::LetThrough { future } => future.poll(cx),
            StepProjection::Asking { future } => future.as_mut().poll(cx),
        }
    }
}

impl<F, R, E> fmt::Debug for GuardedFuture<F, R, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardedFuture").finish_non_exhaustive()
    }
}
