//! How much of a body is read, where a socket cannot show it.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::App;
use actix_web::dev::{Payload, Service as _};
use actix_web::error::PayloadError;
use actix_web::test::TestRequest;
use actix_web::web::{Bytes, FormConfig, PayloadConfig};
use admit::Auth;
use admit_actix::{AuthAppExt as _, AuthMiddleware, routes};
use futures_core::Stream;

use crate::support::{Served, Site, location, serve};

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
async fn a_limit_that_the_application_sets_for_its_own_bodies_is_not_admits() {
    let site = Site::new();
    for mounted in [true, false] {
        let mut visitor = site.visitor(app(&site, mounted, None).await);
        let answer = visitor.send(TestRequest::post().uri(PATH).set_payload(vec![b'a'; Auth::BODY_LIMIT])).await;
        assert!(location(&answer).contains("code=csrf"), "{}", location(&answer));
    }
}

#[actix_web::test]
async fn of_a_body_without_end_no_more_is_read_than_is_needed() {
    let site = Site::new();
    for mounted in [true, false] {
        let read = Rc::new(Cell::new(0));
        let flood = Flood(Rc::clone(&read));
        let mut visitor = site.visitor(app(&site, mounted, Some(flood)).await);
        assert_eq!(visitor.send(TestRequest::post().uri(PATH)).await.status(), 413);
        assert_eq!(read.get(), Auth::BODY_LIMIT + CHUNK);
    }
}

const CHUNK: usize = 1024;

/// Chunks without end, counted.
struct Flood(Rc<Cell<usize>>);

impl Stream for Flood {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.set(self.0.get() + CHUNK);
        Poll::Ready(Some(Ok(Bytes::from_static(&[b'a'; CHUNK]))))
    }
}
