//! What admit has to write reaches the browser, and costs nothing where nobody asks.

use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::{Next, from_fn};
use actix_web::test::TestRequest;
use actix_web::{App, Error, HttpResponse, ResponseError, web};
use admit_actix::{AuthAppExt as _, Current, Session, require_session};
use futures_util::future::join_all;
use http::header::CACHE_CONTROL;

use crate::support::{AZURE, SESSION_COOKIE, Site, cookies, header, serve, text, told};

const AN_HOUR: Duration = Duration::from_secs(3600);
const TWO_DAYS: Duration = Duration::from_secs(2 * 86_400);
const NO_STORE: &str = "private, no-cache, no-store";

async fn token(current: Current) -> HttpResponse {
    match current.access_token(AZURE).await {
        Ok(token) => HttpResponse::Ok().body(token.expose().to_owned()),
        Err(error) => current.without_token(&error),
    }
}

#[actix_web::test]
async fn a_session_in_use_is_written_anew_beside_the_handlers_own_cookies() {
    let site = Site::new();
    let handler =
        |_: Session| async { HttpResponse::Ok().append_header(("set-cookie", "theme=dark; Path=/")).body("hello") };
    let app = App::new().route("/me", web::get().to(handler)).with_auth(site.auth.clone());
    let mut norma = site.norma(serve(app).await).await;
    let before = norma.jar.get(SESSION_COOKIE).unwrap().to_owned();

    let early = norma.get("/me").await;
    assert_eq!((cookies(&early), header(&early, CACHE_CONTROL)), (vec!["theme".to_owned()], String::new()));

    site.clock.advance(TWO_DAYS);
    let late = norma.get("/me").await;
    assert_eq!(cookies(&late), ["theme", SESSION_COOKIE]);
    assert_eq!(header(&late, CACHE_CONTROL), NO_STORE);
    assert_ne!(norma.jar.get(SESSION_COOKIE), Some(before.as_str()));
    assert_eq!(norma.get("/me").await.status(), 200);
}

#[actix_web::test]
async fn a_route_that_does_not_ask_gets_no_cookie_and_no_header() {
    let site = Site::new();
    let app = App::new().route("/", web::get().to(|| async { "hello" })).with_auth(site.auth.clone());
    let mut norma = site.norma(serve(app).await).await;
    site.clock.advance(TWO_DAYS);
    let answer = norma.get("/").await;
    assert_eq!((cookies(&answer), header(&answer, CACHE_CONTROL)), (vec![], String::new()));
}

#[actix_web::test]
async fn no_shared_cache_may_keep_a_session_whatever_the_handler_says() {
    let site = Site::new();
    for (said, stays) in [
        ("public, max-age=3600", NO_STORE),
        ("max-age=3600", NO_STORE),
        ("no-cache", NO_STORE),
        ("Private, max-age=60", "Private, max-age=60"),
        ("no-store", "no-store"),
    ] {
        let handler =
            move |_: Session| async move { HttpResponse::Ok().insert_header(("cache-control", said)).finish() };
        let app = App::new().route("/me", web::get().to(handler)).with_auth(site.auth.clone());
        let mut norma = site.norma(serve(app).await).await;
        assert_eq!(header(&norma.get("/me").await, CACHE_CONTROL), said);
        site.clock.advance(TWO_DAYS);
        assert_eq!(header(&norma.get("/me").await, CACHE_CONTROL), stays, "{said}");
    }
}

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

#[actix_web::test]
async fn refreshed_tokens_reach_the_browser_also_when_a_guard_refuses() {
    let site = Site::new();
    let app = App::new()
        .service(
            web::resource("/admin")
                .wrap(require_session().role("admin"))
                .wrap(require_session().fresh_token(AZURE))
                .to(|| async { "the handler" }),
        )
        .with_auth(site.auth.clone());
    let mut norma = site.norma(serve(app).await).await;
    site.clock.advance(AN_HOUR);
    let answer = norma.get("/admin").await;
    assert_eq!((answer.status().as_u16(), cookies(&answer)), (403, vec![SESSION_COOKIE.to_owned()]));
}

#[actix_web::test]
async fn fifty_requests_at_once_refresh_once_and_each_gets_the_new_token() {
    let site = Site::new();
    let app = App::new()
        .service(web::resource("/token").wrap(require_session().fresh_token(AZURE)).get(token))
        .with_auth(site.auth.clone());
    let norma = site.norma(serve(app).await).await;
    site.clock.advance(AN_HOUR);

    let app = Rc::clone(&norma.app);
    let requests = (0..50).map(|_| app(norma.prepare(TestRequest::get().uri("/token"))));
    let mut tokens = Vec::new();
    for answer in join_all(requests).await {
        assert_eq!((answer.status().as_u16(), cookies(&answer)), (200, vec![SESSION_COOKIE.to_owned()]));
        tokens.push(text(&answer).to_owned());
    }
    tokens.dedup();
    assert_eq!((tokens.len(), site.azure.refreshes()), (1, 1));
}
