//! How much of a body is read.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::dev::{Payload, Service as _};
use actix_web::error::PayloadError;
use actix_web::web::{Bytes, FormConfig, PayloadConfig};
use actix_web::{App, test::TestRequest};
use admit::Auth;
use admit_actix::{AuthAppExt as _, AuthMiddleware, routes};
use futures_core::Stream;

use crate::support::{Served, Site, location, serve, told};

const PATH: &str = "/api/auth/signin/azure-devops";

/// An app with the endpoints mounted one way or the other, whose requests all have that body, if it is given.
async fn app(site: &Site, mounted: bool, body: Option<Flood>) -> Served {
    let auth = site.auth.clone();
    let body = Cell::new(body);
    let swap = Rc::new(move || body.take());
    let app = App::new().app_data(PayloadConfig::new(8)).app_data(FormConfig::default().limit(8));
    macro_rules! serve_with {
        ($app:expr) => {
            serve($app.wrap_fn(move |mut request, inner| {
                if let Some(body) = swap() {
                    request.set_payload(Payload::Stream { payload: Box::pin(body) });
                }
                inner.call(request)
            }))
            .await
        };
    }
    if mounted {
        serve_with!(app.with_auth(auth))
    } else {
        serve_with!(app.configure(routes(auth.clone())).wrap(AuthMiddleware::new(auth)))
    }
}

#[actix_web::test]
async fn a_body_up_to_the_limit_is_looked_at_whatever_limit_the_application_sets_for_its_own() {
    let site = Site::new();
    for mounted in [true, false] {
        let mut visitor = site.visitor(app(&site, mounted, None).await);
        let answer = visitor.send(TestRequest::post().uri(PATH).set_payload(vec![b'a'; Auth::BODY_LIMIT])).await;
        assert!(location(&answer).contains("code=csrf"), "{}", location(&answer));
        for length in [Auth::BODY_LIMIT + 1, 10 * 1024 * 1024] {
            let answer = visitor.send(TestRequest::post().uri(PATH).set_payload(vec![b'a'; length])).await;
            assert_eq!(told(&answer), (413, r#""Bad request.""#), "{length}");
        }
    }
}

#[actix_web::test]
async fn of_a_body_without_end_no_more_is_read_than_is_needed() {
    let site = Site::new();
    for mounted in [true, false] {
        let read = Rc::new(Cell::new(0));
        let flood = Flood { read: Rc::clone(&read), breaks_off: false };
        let mut visitor = site.visitor(app(&site, mounted, Some(flood)).await);
        assert_eq!(visitor.send(TestRequest::post().uri(PATH)).await.status(), 413);
        assert_eq!(read.get(), Auth::BODY_LIMIT + CHUNK);
    }
}

#[actix_web::test]
async fn a_body_that_breaks_off_is_not_taken_for_a_whole_one() {
    let site = Site::new();
    for mounted in [true, false] {
        let flood = Flood { read: Rc::default(), breaks_off: true };
        let answer = site.visitor(app(&site, mounted, Some(flood)).await).send(TestRequest::post().uri(PATH)).await;
        assert_eq!(answer.status(), 400);
        assert_eq!(answer.headers().get("set-cookie"), None);
    }
}

const CHUNK: usize = 1024;

/// Chunks without end, or one and then an error.
struct Flood {
    read: Rc<Cell<usize>>,
    breaks_off: bool,
}

impl Stream for Flood {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.breaks_off && self.read.get() > 0 {
            return Poll::Ready(Some(Err(PayloadError::Incomplete(None))));
        }
        self.read.set(self.read.get() + CHUNK);
        Poll::Ready(Some(Ok(Bytes::from_static(&[b'a'; CHUNK]))))
    }
}
