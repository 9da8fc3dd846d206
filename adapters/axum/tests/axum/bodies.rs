//! How much of a body is read, where a socket cannot show it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use admit::Auth;
use admit_axum::AuthRouterExt as _;
use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use bytes::Bytes;
use http::Method;
use http_body::Frame;

use crate::support::{Site, location};

const PATH: &str = "/api/auth/signin/azure-devops";

#[tokio::test]
async fn a_limit_that_the_application_sets_for_its_own_bodies_is_not_admits() {
    let site = Site::new();
    let app = Router::new().with_auth(site.auth.clone()).layer(DefaultBodyLimit::max(8));
    let answer = site.visitor(app).post(PATH, &[("csrfToken", "longer than eight bytes")]).await;
    assert!(location(&answer).contains("code=csrf"), "{}", location(&answer));
}

#[tokio::test]
async fn of_a_body_without_end_no_more_is_read_than_is_needed() {
    let site = Site::new();
    let read = Arc::new(AtomicUsize::new(0));
    let body = Body::new(Flood(Arc::clone(&read)));
    let answer = site.visitor(Router::new().with_auth(site.auth.clone())).send(Method::POST, PATH, body).await;
    assert_eq!(answer.status(), 413);
    assert_eq!(read.load(Ordering::Relaxed), Auth::BODY_LIMIT + FRAME);
}

const FRAME: usize = 1024;

/// Frames without end, counted.
struct Flood(Arc<AtomicUsize>);

impl http_body::Body for Flood {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.0.fetch_add(FRAME, Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b'a'; FRAME])))))
    }
}
