//! Guards: what has to hold before a handler is called.

use std::fmt;
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::EitherBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::{Error, ResponseError as _};
use admit::Requirements;
use pin_project_lite::pin_project;

use crate::convert;
use crate::slot::Slot;

/// Lets a request through only if somebody is signed in: a browser goes to sign in and comes back, a program gets 401.
///
/// It wraps a resource, a scope, or a whole app. There it goes before [`with_auth`](crate::AuthAppExt::with_auth),
/// whose endpoints stay open to everybody:
///
/// ```
/// use actix_web::{App, web};
/// use admit_actix::require_session;
///
/// let app = App::new()
///     .service(
///         web::resource("/projects")
///             .wrap(require_session().fresh_token("azure-devops"))
///             .to(|| async { "the projects" }),
///     )
///     .route("/", web::get().to(|| async { "for everybody" })); // and then .with_auth(auth)
/// ```
pub fn require_session() -> RequireSession {
    RequireSession::default()
}

/// Made by [`require_session`].
#[must_use = "a guard does nothing until something is wrapped in it"]
#[derive(Clone, Debug, Default)]
pub struct RequireSession {
    requirements: Arc<Requirements>,
}

impl RequireSession {
    /// The person needs this role, else it is 403; each one if called again. See [`admit::Session::has_role`].
    ///
    /// ```
    /// use actix_web::{App, web};
    /// use admit_actix::require_session;
    ///
    /// let app = App::new()
    ///     .service(
    ///         web::scope("/admin")
    ///             .route("/harbour", web::get().to(|| async { "for harbour masters" }))
    ///             .wrap(require_session().role("admin")),
    ///     )
    ///     .route("/projects", web::get().to(|| async { "for everybody who is signed in" }))
    ///     .wrap(require_session()); // and then .with_auth(auth), once, for all of them
    /// ```
    pub fn role(mut self, role: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.requirements).role(role);
        self
    }

    /// Refreshes that provider's access token, if it needs to be, before the handler is called; each one if called
    /// again.
    ///
    /// If only signing in again helps, a browser goes to sign in, and a program gets 401 with
    /// `{"error":"reauthentication_required"}`. If the provider cannot refresh now, the handler is called all the
    /// same: it may have something to show without the token, and sees the error when it asks.
    pub fn fresh_token(mut self, provider: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.requirements).fresh_token(provider);
        self
    }
}

impl<S, B> Transform<S, ServiceRequest> for RequireSession
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = Guarded<S>;
    type InitError = ();
    type Future = Ready<Result<Guarded<S>, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(Guarded { requirements: Arc::clone(&self.requirements), inner: Rc::new(inner) }))
    }
}

/// What [`RequireSession`] makes of a service.
#[derive(Clone, Debug)]
pub struct Guarded<S> {
    requirements: Arc<Requirements>,
    inner: Rc<S>,
}

impl<S, B> Service<ServiceRequest> for Guarded<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = GuardedFuture<S::Future, B>;

    forward_ready!(inner);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let asked = Slot::of(request.request()).map(|slot| slot.current(request.request()).clone());
        if asked.as_ref().is_ok_and(|current| self.requirements.are_known_to_hold(current)) {
            return GuardedFuture { step: Step::LetThrough { future: self.inner.call(request) } };
        }
        let (requirements, inner) = (Arc::clone(&self.requirements), Rc::clone(&self.inner));
        let future = Box::pin(async move {
            let refusal = match asked {
                Ok(current) => requirements.refusal(&current).await.map(convert::response),
                Err(rejection) => Some(rejection.error_response()),
            };
            match refusal {
                Some(response) => Ok(request.into_response(response).map_into_right_body()),
                None => inner.call(request).await.map(ServiceResponse::map_into_left_body),
            }
        });
        GuardedFuture { step: Step::Asking { future } }
    }
}

pin_project! {
    /// The future of [`Guarded`].
    pub struct GuardedFuture<F, B> {
        #[pin]
        step: Step<F, B>,
    }
}

pin_project! {
    #[project = StepProjection]
    enum Step<F, B> {
        LetThrough { #[pin] future: F },
        Asking { future: Pin<Box<dyn Future<Output = Result<ServiceResponse<EitherBody<B>>, Error>>>> },
    }
}

impl<F, B> Future for GuardedFuture<F, B>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
{
    type Output = Result<ServiceResponse<EitherBody<B>>, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().step.project() {
            StepProjection::LetThrough { future } => {
                future.poll(cx).map(|result| result.map(ServiceResponse::map_into_left_body))
            }
            StepProjection::Asking { future } => future.as_mut().poll(cx),
        }
    }
}

impl<F, B> fmt::Debug for GuardedFuture<F, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardedFuture").finish_non_exhaustive()
    }
}
