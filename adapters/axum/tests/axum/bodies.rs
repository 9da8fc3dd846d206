//! How much of a body is read.

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
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{Site, location, text};

const PATH: &str = "/api/auth/signin/azure-devops";

#[tokio::test]
async fn a_body_up_to_the_limit_is_looked_at_and_one_byte_more_is_too_large() {
    let site = Site::new();
    let mut visitor = site.visitor(Router::new().with_auth(site.auth.clone()));
    let answer = visitor.send(Method::POST, PATH, vec![b'a'; Auth::BODY_LIMIT].into()).await;
    assert!(location(&answer).contains("code=csrf"), "{}", location(&answer));
    for length in [Auth::BODY_LIMIT + 1, 10 * 1024 * 1024] {
        let answer = visitor.send(Method::POST, PATH, vec![b'a'; length].into()).await;
        assert_eq!((answer.status().as_u16(), text(&answer)), (413, "\"Bad request.\""), "{length}");
    }
}

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
    let body = Body::new(Flood { read: Arc::clone(&read), breaks_off: false });
    let answer = site.visitor(Router::new().with_auth(site.auth.clone())).send(Method::POST, PATH, body).await;
    assert_eq!(answer.status(), 413);
    assert_eq!(read.load(Ordering::Relaxed), Auth::BODY_LIMIT + FRAME);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_not_taken_for_a_whole_one() {
    let site = Site::new();
    let body = Body::new(Flood { read: Arc::default(), breaks_off: true });
    let answer = site.visitor(Router::new().with_auth(site.auth.clone())).send(Method::POST, PATH, body).await;
    assert_eq!(answer.status(), 400);
    assert_eq!(answer.headers().get("set-cookie"), None);
}

#[tokio::test]
async fn on_a_socket_the_answer_comes_before_the_rest_of_a_large_body() {
    let site = Site::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(axum::serve(listener, Router::new().with_auth(site.auth.clone())).into_future());

    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!("POST {PATH} HTTP/1.1\r\nHost: app.example\r\nContent-Length: 10485760\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&vec![b'a'; Auth::BODY_LIMIT + 1]).await.unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
    server.abort();
}

const FRAME: usize = 1024;

/// Frames without end, or one and then an error.
struct Flood {
    read: Arc<AtomicUsize>,
    breaks_off: bool,
}

impl http_body::Body for Flood {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let read = self.read.fetch_add(FRAME, Ordering::Relaxed);
        if self.breaks_off && read > 0 {
            return Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into())));
        }
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b'a'; FRAME])))))
    }
}
