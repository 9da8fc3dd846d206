//! The layer that lets services ask who is there, and writes what admit has to tell the browser.
//!
//! 1. Before the service, a slot is put into the request. Nothing is read or opened.
//! 2. After it, if anybody asked, the session's cookies are appended to the response, whatever it is.
//! 3. A response with a session's cookie is kept by no shared cache (RFC 9111 §5.2.2.7).

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use admit::{Auth, Current};
use http::header::{CACHE_CONTROL, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Request, Response};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::address::Address;
use crate::slot::Slot;
use crate::{Endpoints, Mount, OriginalUri};

/// Lets the services behind it ask who makes a request: see [`CurrentExt`](crate::CurrentExt).
///
/// The bodies of requests and of responses may be any.
#[derive(Clone, Debug)]
pub struct AuthLayer {
    auth: Auth,
    address: Address,
}

impl AuthLayer {
    /// A layer for one [`Auth`].
    pub fn new(auth: Auth) -> Self {
        Self { auth, address: Address::default() }
    }

    /// Where a router that takes prefixes off keeps the whole address: people have to come back to that.
    ///
    /// ```
    /// # use admit::{Auth, Current};
    /// # use admit_tower::AuthLayer;
    /// /// Put into a request's extensions by whoever takes a prefix off.
    /// #[derive(Clone)]
    /// struct Whole(http::Uri);
    ///
    /// # fn layer(auth: Auth) -> AuthLayer {
    /// AuthLayer::new(auth).original_uri(|extensions| extensions.get().map(|Whole(uri)| uri))
    /// # }
    /// ```
    #[must_use]
    pub fn original_uri(self, find: OriginalUri) -> Self {
        Self { address: Address(find), ..self }
    }

    /// Answers admit's endpoints under their base path too, so that no router is needed.
    pub fn with_endpoints(self) -> Mount {
        Mount::new(Endpoints::at(self.auth.clone(), self.address), self)
    }
}

impl<S> Layer<S> for AuthLayer {
    type Service = AuthService<S>;

    fn layer(&self, inner: S) -> AuthService<S> {
        AuthService { auth: self.auth.clone(), address: self.address, inner }
    }
}

/// What [`AuthLayer`] makes of a service.
#[derive(Clone, Debug)]
pub struct AuthService<S> {
    auth: Auth,
    address: Address,
    inner: S,
}

impl<S, B, R> Service<Request<B>> for AuthService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, R>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let slot = Slot::new(self.auth.clone(), self.address);
        request.extensions_mut().insert(slot.clone());
        ResponseFuture { state: State::Handler { future: self.inner.call(request), slot } }
    }
}

pin_project! {
    /// The future of [`AuthService`].
    pub struct ResponseFuture<F, R> {
        #[pin]
        state: State<F, R>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F, R> {
        Handler { #[pin] future: F, slot: Slot },
        Cookies { future: Pin<Box<dyn Future<Output = Vec<HeaderValue>> + Send>>, response: Option<Response<R>> },
    }
}

impl<F, R, E> Future for ResponseFuture<F, R>
where
    F: Future<Output = Result<Response<R>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            let next = match state.as_mut().project() {
                StateProjection::Handler { future, slot } => {
                    let response = ready!(future.poll(cx))?;
                    let Some(current) = slot.asked().filter(|current| current.may_set_cookies()).cloned() else {
                        return Poll::Ready(Ok(response));
                    };
                    let future = Box::pin(async move { current.set_cookies().await });
                    State::Cookies { future, response: Some(response) }
                }
                StateProjection::Cookies { future, response } => {
                    let cookies = ready!(future.as_mut().poll(cx));
                    // There is one: it is taken when the future ends, and then nobody polls again.
                    let Some(mut response) = response.take() else { return Poll::Pending };
                    write(response.headers_mut(), cookies);
                    return Poll::Ready(Ok(response));
                }
            };
            state.set(next);
        }
    }
}

impl<F, R> fmt::Debug for ResponseFuture<F, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

/// Appends, so that the handler's own cookies stay.
fn write(headers: &mut HeaderMap, cookies: Vec<HeaderValue>) {
    if cookies.is_empty() {
        return;
    }
    for cookie in cookies {
        headers.append(SET_COOKIE, cookie);
    }
    let said = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    if let Some(private) = Current::cache_control(said) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(private));
    }
}
