//! Bodies: of a request, as much as the engine looks at; of a response, admit's or the application's.

use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use admit::{Auth, BoxError};
use bytes::{Buf as _, BufMut as _, Bytes};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt as _, Full};
use pin_project_lite::pin_project;

/// Reads a body: at most one byte more than the engine takes, so that it can tell what is too long.
pub(crate) async fn read<B>(body: B) -> Result<Bytes, BoxError>
where
    B: Body<Error: Into<BoxError>>,
{
    let mut body = pin!(body);
    let mut read = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(Into::into)?.into_data() else { continue };
        let room = Auth::BODY_LIMIT + 1 - read.len();
        read.put(data.take(room));
        if read.len() > Auth::BODY_LIMIT {
            break;
        }
    }
    Ok(Bytes::from(read))
}

pin_project! {
    /// A body of the application's, or one of admit's.
    ///
    /// [`with_endpoints`](crate::AuthLayer::with_endpoints) and [`require_session`](crate::require_session) answer in
    /// the application's stead, and so need a body that can be made of bytes. Many can: [`Full`], axum's. Around
    /// others, such as boxed ones or tonic's, goes this:
    ///
    /// ```
    /// # use admit::Auth;
    /// use admit_tower::{AnswerBody, AuthLayer};
    /// use bytes::Bytes;
    /// use http::{Request, Response};
    /// use http_body_util::combinators::UnsyncBoxBody;
    /// use tower::{Layer, Service, ServiceExt};
    ///
    /// /// What tonic has: its routes take and give bodies in a box.
    /// type Boxed = UnsyncBoxBody<Bytes, Box<dyn std::error::Error + Send + Sync>>;
    ///
    /// fn app<S>(auth: Auth, grpc: S) -> impl Service<Request<Boxed>, Response = Response<AnswerBody<Boxed>>>
    /// where
    ///     S: Service<Request<Boxed>, Response = Response<Boxed>>,
    /// {
    ///     let grpc = grpc.map_response(|response| response.map(AnswerBody::new));
    ///     AuthLayer::new(auth).with_endpoints().layer(grpc)
    /// }
    /// ```
    #[derive(Debug)]
    pub struct AnswerBody<R> {
        #[pin]
        either: Either<R>,
    }
}

pin_project! {
    #[project = EitherProjection]
    #[derive(Debug)]
    enum Either<R> {
        Admit { body: Full<Bytes> },
        Application { #[pin] body: R },
    }
}

impl<R> AnswerBody<R> {
    /// The application's.
    pub fn new(body: R) -> Self {
        Self { either: Either::Application { body } }
    }
}

/// admit's.
impl<R> From<Bytes> for AnswerBody<R> {
    fn from(bytes: Bytes) -> Self {
        Self { either: Either::Admit { body: Full::new(bytes) } }
    }
}

impl<R: Body<Data = Bytes>> Body for AnswerBody<R> {
    type Data = Bytes;
    type Error = R::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, R::Error>>> {
        match self.project().either.project() {
            EitherProjection::Admit { body } => Pin::new(body).poll_frame(cx).map_err(|never| match never {}),
            EitherProjection::Application { body } => body.poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.either {
            Either::Admit { body } => body.is_end_stream(),
            Either::Application { body } => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.either {
            Either::Admit { body } => body.size_hint(),
            Either::Application { body } => body.size_hint(),
        }
    }
}
