//! Request bodies of any kind, and how much of them is read.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use admit::{Auth, BoxError};
use admit_tower::{AnswerBody, Endpoints};
use bytes::{Buf, Bytes};
use http::header::LOCATION;
use http::{HeaderMap, Method, Response};
use http_body::{Body, Frame};
use http_body_util::{BodyExt as _, Empty, Full};

use crate::support::{Site, header};

const PATH: &str = "/api/auth/signin/azure-devops";

async fn post<B>(site: &Site, body: B) -> Response<Bytes>
where
    B: Body<Error: Into<BoxError>>,
{
    Endpoints::new(site.auth.clone()).handle(site.visitor().request(Method::POST, PATH, body)).await
}

/// The engine looked at the form, and found no token in it.
fn was_looked_at(response: &Response<Bytes>) -> bool {
    response.status() == 302 && header(response, LOCATION).contains("code=csrf")
}

#[tokio::test]
async fn a_body_may_be_whole_empty_or_a_stream_of_scattered_bytes() {
    let site = Site::new();
    assert!(was_looked_at(&post(&site, Empty::<Bytes>::new()).await));
    assert!(was_looked_at(&post(&site, Full::new(&b"a=b"[..])).await));

    let mut norma = site.visitor();
    let csrf =
        Endpoints::new(site.auth.clone()).handle(norma.request(Method::GET, "/api/auth/csrf", String::new())).await;
    let csrf: serde_json::Value = serde_json::from_slice(norma.keep(csrf).body()).unwrap();
    let token = csrf["csrfToken"].as_str().unwrap().as_bytes().to_vec();
    // Buffers in several pieces, one that is empty, and trailers: the form is what they say together.
    let frames = VecDeque::from([
        Frame::data((&b"callbackUrl=/&csrf"[..]).chain(&b"Tok"[..]).chain(Bytes::new())),
        Frame::data((&b""[..]).chain(&b""[..]).chain(Bytes::new())),
        Frame::data((&b"en"[..]).chain(&b"="[..]).chain(Bytes::from(token))),
        Frame::trailers(HeaderMap::new()),
    ]);
    let request = norma.request(Method::POST, PATH, Frames(frames));
    let away = Endpoints::new(site.auth.clone()).handle(request).await;
    assert!(header(&away, LOCATION).contains("/oauth2/authorize?"), "{}", header(&away, LOCATION));
}

#[tokio::test]
async fn a_body_up_to_the_limit_is_looked_at_and_one_byte_more_is_too_large() {
    let site = Site::new();
    assert!(was_looked_at(&post(&site, Full::<Bytes>::from(vec![b'a'; Auth::BODY_LIMIT])).await));
    for length in [Auth::BODY_LIMIT + 1, 10 * 1024 * 1024] {
        assert_eq!(post(&site, Full::<Bytes>::from(vec![b'a'; length])).await.status(), 413, "{length}");
    }
}

#[tokio::test]
async fn of_a_body_without_end_no_more_is_read_than_is_needed() {
    let site = Site::new();
    let read = Arc::new(AtomicUsize::new(0));
    let answer = post(&site, Flood { read: Arc::clone(&read), breaks_off: false }).await;
    assert_eq!((answer.status().as_u16(), read.load(Ordering::Relaxed)), (413, Auth::BODY_LIMIT + FRAME));
}

#[tokio::test]
async fn a_body_that_breaks_off_is_not_taken_for_a_whole_one() {
    let answer = post(&Site::new(), Flood { read: Arc::default(), breaks_off: true }).await;
    assert_eq!((answer.status().as_u16(), answer.headers().len(), answer.body().len()), (400, 0, 0));
}

#[tokio::test]
async fn an_answer_keeps_the_applications_frames_end_and_size() {
    let trailers = HeaderMap::from_iter([(http::header::ETAG, "x".parse().unwrap())]);
    let stream = Full::from(Bytes::from("four")).with_trailers(std::future::ready(Some(Ok(trailers.clone()))));
    let theirs = AnswerBody::new(stream);
    assert!(!theirs.is_end_stream());
    let collected = theirs.collect().await.unwrap();
    assert_eq!(collected.trailers(), Some(&trailers));
    assert_eq!(collected.to_bytes(), "four");

    assert_eq!(AnswerBody::new(Full::from(Bytes::from("four"))).size_hint().exact(), Some(4));
    let ours = AnswerBody::<Full<Bytes>>::from(Bytes::from("admit"));
    assert_eq!((ours.size_hint().exact(), ours.is_end_stream()), (Some(5), false));
    assert_eq!(ours.collect().await.unwrap().to_bytes(), "admit");
    assert!(AnswerBody::<Full<Bytes>>::from(Bytes::new()).is_end_stream());
}

/// Frames that are there already.
struct Frames<D>(VecDeque<Frame<D>>);

impl<D: Buf + Unpin> Body for Frames<D> {
    type Data = D;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<D>, io::Error>>> {
        Poll::Ready(self.0.pop_front().map(Ok))
    }
}

const FRAME: usize = 1024;

/// Frames without end, or one and then an error.
struct Flood {
    read: Arc<AtomicUsize>,
    breaks_off: bool,
}

impl Body for Flood {
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
