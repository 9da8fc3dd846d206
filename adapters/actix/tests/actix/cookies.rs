//! What admit has to write reaches the browser, also beside an error, which becomes a response further out.

use std::fmt;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, Error, ResponseError, web};
use admit_actix::{AuthAppExt as _, Current, require_session};
use http::header::CACHE_CONTROL;

use crate::support::{AZURE, SESSION_COOKIE, Site, cookies, header, serve, told};

const AN_HOUR: Duration = Duration::from_secs(3600);
const NO_STORE: &str = "private, no-cache, no-store";

/// An error with a response of its own.
#[derive(Debug)]
struct Teapot;

impl fmt::Display for Teapot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("short and stout")
    }
}

impl ResponseError for Teapot {
    fn status_code(&self) -> StatusCode {
        StatusCode::IM_A_TEAPOT
    }
}

#[actix_web::test]
async fn refreshed_tokens_reach_the_browser_also_when_the_handler_or_a_middleware_fails() {
    async fn fail(_: ServiceRequest, _: Next<impl MessageBody>) -> Result<ServiceResponse, Error> {
        Err(Teapot.into())
    }
    /// Another one further out finds the error by its type.
    async fn look(
        request: ServiceRequest,
        next: Next<impl MessageBody>,
    ) -> Result<ServiceResponse<impl MessageBody>, Error> {
        let result = next.call(request).await;
        assert!(result.as_ref().map_or_else(|error| error.as_error::<Teapot>().is_some(), |_| true));
        result
    }

    let site = Site::new();
    let failing = |current: Current| async move {
        let _ = current.access_token(AZURE).await;
        Err::<String, _>(Teapot)
    };
    let app = App::new()
        .route("/handler", web::get().to(failing))
        .service(
            web::resource("/middleware")
                .wrap(from_fn(fail))
                .wrap(require_session().fresh_token(AZURE))
                .to(|| async { "the handler" }),
        )
        .with_auth(site.auth.clone())
        .wrap(from_fn(look));
    let mut norma = site.norma(serve(app).await).await;
    for path in ["/handler", "/middleware"] {
        site.clock.advance(AN_HOUR);
        let failed = norma.get(path).await;
        assert_eq!(told(&failed), (418, "short and stout"), "{path}");
        assert_eq!((cookies(&failed), header(&failed, CACHE_CONTROL)), (vec![SESSION_COOKIE.into()], NO_STORE.into()));
        // With nothing to write, an error is left alone.
        let failed = norma.get(path).await;
        assert_eq!((cookies(&failed), header(&failed, CACHE_CONTROL)), (vec![], String::new()));
    }
    assert_eq!(site.azure.refreshes(), 2);
    assert_eq!(site.azure.violations(), [""; 0]);
}
