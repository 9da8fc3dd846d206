//! The middleware that lets handlers ask who is there, and writes what admit has to tell the browser.
//!
//! 1. Before the handler, a slot is put into the request. Nothing is read or opened.
//! 2. After it, if anybody asked, the session's cookies are appended to the response, whatever it is; also to that of
//!    an error, which becomes a response further out.
//! 3. A response with a session's cookie is kept by no shared cache (RFC 9111 §5.2.2.7).
//! 4. When an extractor could not open the session, the handler is dropped and the failure answered.

use std::fmt;
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::EitherBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::header::{CACHE_CONTROL, HeaderMap, HeaderValue, SET_COOKIE};
use actix_web::{Error, HttpMessage as _};
use admit::{Auth, Current};
use pin_project_lite::pin_project;

use crate::convert;
use crate::slot::Slot;

/// Lets the handlers within it ask who makes a request.
///
/// [`with_auth`](crate::AuthAppExt::with_auth) adds it. By itself it is for a scope with a sign-in of its own, or for
/// endpoints that are mounted elsewhere. Of several around a handler the innermost counts.
#[derive(Clone, Debug)]
pub struct AuthMiddleware {
    auth: Auth,
}

impl AuthMiddleware {
    /// A middleware for one [`Auth`].
    pub fn new(auth: Auth) -> Self {
        Self { auth }
    }
}

impl<S, B> Transform<S, ServiceRequest> for AuthMiddleware
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = AuthService<S>;
    type InitError = ();
    type Future = Ready<Result<AuthService<S>, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(AuthService { auth: self.auth.clone(), inner }))
    }
}

/// What [`AuthMiddleware`] makes of a service.
#[derive(Clone, Debug)]
pub struct AuthService<S> {
    auth: Auth,
    inner: S,
}

impl<S, B> Service<ServiceRequest> for AuthService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = ResponseFuture<S::Future, B>;

    forward_ready!(inner);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let slot = Slot::new(self.auth.clone());
        request.extensions_mut().insert(slot.clone());
        ResponseFuture { state: State::Handler { future: self.inner.call(request), slot: Open(slot) } }
    }
}

pin_project! {
    /// The future of [`AuthService`].
    pub struct ResponseFuture<F, B> {
        #[pin]
        state: State<F, B>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F, B> {
        Handler { #[pin] future: F, slot: Open },
        Cookies {
            future: Pin<Box<dyn Future<Output = Vec<HeaderValue>>>>,
            result: Option<Result<ServiceResponse<B>, Error>>,
        },
        Answered,
    }
}

/// The slot of a request that is not answered yet.
struct Open(Slot);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.outbox().close();
    }
}

impl<F, B> Future for ResponseFuture<F, B>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
{
    type Output = Result<ServiceResponse<EitherBody<B>>, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            let next = match state.as_mut().project() {
                StateProjection::Handler { future, slot: Open(slot) } => {
                    // A task that the handler started may have failed, and woken us: the handler does not go on.
                    let result = if slot.outbox().is_empty() { future.poll(cx) } else { Poll::Pending };
                    if let Some(failure) = slot.outbox().take() {
                        state.set(State::Answered);
                        return Poll::Ready(Ok(failure.answer().map_into_right_body()));
                    }
                    let Poll::Ready(result) = result else {
                        slot.outbox().listen(cx.waker());
                        return Poll::Pending;
                    };
                    match slot.asked().filter(|current| current.may_set_cookies()).cloned() {
                        None => {
                            state.set(State::Answered);
                            return Poll::Ready(result.map(ServiceResponse::map_into_left_body));
                        }
                        Some(current) => State::Cookies { future: Box::pin(cookies(current)), result: Some(result) },
                    }
                }
                StateProjection::Cookies { future, result } => {
                    let Poll::Ready(cookies) = future.as_mut().poll(cx) else { return Poll::Pending };
                    let Some(result) = result.take() else { return Poll::Pending };
                    state.set(State::Answered);
                    return Poll::Ready(with_cookies(result, cookies).map(ServiceResponse::map_into_left_body));
                }
                // Nobody polls a future again that has ended.
                StateProjection::Answered => return Poll::Pending,
            };
            state.set(next);
        }
    }
}

impl<F, B> fmt::Debug for ResponseFuture<F, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

async fn cookies(current: Current) -> Vec<HeaderValue> {
    current.set_cookies().await.iter().filter_map(convert::written).collect()
}

/// An error stays the one it is, so that others find it by its type; what is made of it in the end has the cookies.
fn with_cookies<B>(
    result: Result<ServiceResponse<B>, Error>,
    cookies: Vec<HeaderValue>,
) -> Result<ServiceResponse<B>, Error> {
    if cookies.is_empty() {
        return result;
    }
    match result {
        Ok(mut response) => {
            write(response.headers_mut(), &cookies);
            Ok(response)
        }
        Err(mut error) => {
            error.add_response_mapper(move |mut response| {
                write(response.headers_mut(), &cookies);
                response
            });
            Err(error)
        }
    }
}

/// Appends, so that the handler's own cookies stay.
fn write(headers: &mut HeaderMap, cookies: &[HeaderValue]) {
    for cookie in cookies {
        headers.append(SET_COOKIE, cookie.clone());
    }
    let said = headers.get_all(CACHE_CONTROL).filter_map(|value| value.to_str().ok());
    if let Some(private) = Current::cache_control(said) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(private));
    }
}
