//! HTTP to the provider on this machine: one request, one connection.

use std::str::FromStr as _;

use admit::http::{HttpClient, HttpError, HttpRequest, HttpResponse};
use async_trait::async_trait;
use bytes::Bytes;
use http::header::{CONNECTION, HOST};
use http::{HeaderName, HeaderValue, StatusCode};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The back channel of every process, over a socket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wire;

#[async_trait]
impl HttpClient for Wire {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        converse(&request).await.map_err(|error| HttpError::Connection(error.into()))
    }
}

async fn converse(request: &HttpRequest) -> std::io::Result<HttpResponse> {
    let authority = request.uri().authority().ok_or_else(nonsense)?.as_str();
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let mut head = format!("{} {path} HTTP/1.1\r\n{HOST}: {authority}\r\n{CONNECTION}: close\r\n", request.method());
    for (name, value) in request.headers().iter().filter(|(name, _)| *name != HOST && *name != CONNECTION) {
        head.push_str(&format!("{name}: {}\r\n", value.to_str().map_err(|_| nonsense())?));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", request.body().len()));
    let mut socket = TcpStream::connect(authority).await?;
    socket.write_all(head.as_bytes()).await?;
    socket.write_all(request.body()).await?;
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await?;
    read(&answer).ok_or_else(nonsense)
}

/// The answer ends with its connection.
fn read(answer: &[u8]) -> Option<HttpResponse> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let (head, body) = (answer.get(..end)?, answer.get(end + 4..)?);
    let mut lines = std::str::from_utf8(head).ok()?.split("\r\n");
    let mut response = HttpResponse::new(Bytes::copy_from_slice(body));
    *response.status_mut() = StatusCode::from_str(lines.next()?.split(' ').nth(1)?).ok()?;
    for line in lines {
        let (name, value) = line.split_once(':')?;
        response.headers_mut().append(HeaderName::from_str(name).ok()?, HeaderValue::from_str(value.trim()).ok()?);
    }
    Some(response)
}

fn nonsense() -> std::io::Error {
    std::io::ErrorKind::InvalidData.into()
}
