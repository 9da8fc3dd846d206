//! admit's own endpoints, mounted in an app.
//!
//! 1. The engine is handed the address that the browser asked for: scopes leave it whole.
//! 2. Of a body, at most one byte more is read than the engine takes, so that it can tell what is too long. The limits
//!    that an application sets for its own bodies say nothing here.

use std::future::poll_fn;
use std::pin::Pin;

use actix_web::body::MessageBody;
use actix_web::dev::{HttpServiceFactory, Payload, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::web::{self, ServiceConfig};
use actix_web::{App, Error, HttpRequest, HttpResponse};
use admit::Auth;
use bytes::Bytes;
use futures_core::Stream as _;

use crate::mount::Mount;
use crate::{AuthMiddleware, convert};

/// Adds sign-in to an app.
pub trait AuthAppExt {
    /// Answers admit's endpoints under their base path, and lets all handlers of the app ask who makes a request.
    ///
    /// Call it last of all but the middleware that shall see everything. The endpoints lie outside of what was wrapped
    /// around the app before, a guard for instance, and ahead of the app's routes.
    #[must_use]
    fn with_auth(
        self,
        auth: Auth,
    ) -> App<
        impl ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<impl MessageBody>,
            Error = Error,
            InitError = (),
        >,
    >;
}

impl<T, B> AuthAppExt for App<T>
where
    T: ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<B>, Error = Error, InitError = ()>,
    B: MessageBody + 'static,
{
    fn with_auth(
        self,
        auth: Auth,
    ) -> App<
        impl ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<impl MessageBody>,
            Error = Error,
            InitError = (),
        >,
    > {
        self.wrap(AuthMiddleware::new(auth.clone())).wrap(Mount::new(auth))
    }
}

/// admit's endpoints at their base path, for `App::configure`. The app has the [`AuthMiddleware`] from elsewhere.
///
/// They come before routes that take any path, and no guard goes around them: whoever signs in has no session yet.
/// In a scope, mount [`endpoints`] instead.
pub fn routes(auth: Auth) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        let base = auth.base_path().to_owned();
        config.service(endpoints(&base, auth));
    }
}

/// admit's endpoints, to be mounted at a path of your choice.
///
/// The base URL says where the browser finds them, all scopes included:
///
/// ```
/// # use admit::{Auth, Client};
/// # use admit_providers::github;
/// use actix_web::{App, web};
/// use admit_actix::{AuthMiddleware, endpoints};
///
/// let auth = Auth::builder("https://example.org/shop/auth")
/// #   .secret("at least thirty-two bytes, from openssl rand")
/// #   .provider(github(Client::new("id", "secret")))
///     // …
///     .build()?;
/// let shop = web::scope("/shop").service(endpoints("/auth", auth.clone())).wrap(AuthMiddleware::new(auth));
/// let site = App::new().service(shop);
/// # Ok::<(), admit::ConfigError>(())
/// ```
pub fn endpoints(path: &str, auth: Auth) -> impl HttpServiceFactory + 'static {
    let handler = move |request: HttpRequest, payload: web::Payload| {
        let auth = auth.clone();
        async move { answer(&auth, &request, payload.into_inner()).await }
    };
    web::scope(path.trim_end_matches('/')).default_service(web::to(handler))
}

/// What the engine says to a request.
pub(crate) async fn answer(auth: &Auth, request: &HttpRequest, payload: Payload) -> HttpResponse {
    let body = match read(payload).await {
        Ok(body) => body,
        // The browser has gone, or speaks no HTTP: nobody reads this.
        Err(error) => {
            tracing::debug!(%error, "the body of a request broke off");
            return HttpResponse::BadRequest().finish();
        }
    };
    match convert::request(request, body) {
        Some(request) => convert::response(auth.handle(request).await),
        None => HttpResponse::BadRequest().finish(),
    }
}

async fn read(mut payload: Payload) -> Result<Bytes, PayloadError> {
    let mut read = Vec::new();
    while let Some(data) = poll_fn(|cx| Pin::new(&mut payload).poll_next(cx)).await {
        let data = data?;
        let room = Auth::BODY_LIMIT + 1 - read.len();
        read.extend_from_slice(data.get(..room).unwrap_or(&data));
        if read.len() > Auth::BODY_LIMIT {
            break;
        }
    }
    Ok(Bytes::from(read))
}
