//! HTTP/1.1 by hand: the bytes that are sent are the test's own, and nothing is mended on the way.

use std::net::SocketAddr;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Version};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A whole answer.
pub(super) type Answer = Response<Bytes>;

/// One connection. Dropping it hangs up.
pub(super) struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    pub(super) async fn open(address: SocketAddr) -> Self {
        Self { stream: TcpStream::connect(address).await.expect("the server listens"), read: Vec::new() }
    }

    /// Sends bytes. A server that has stopped listening has said all it will, so that is no error here.
    pub(super) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.write_all(bytes.as_ref()).await;
    }

    /// Says that nothing more will be sent.
    pub(super) async fn half_close(&mut self) {
        let _ = self.stream.shutdown().await;
    }

    /// Breaks the connection off without the courtesies: the server sees a reset.
    pub(super) fn reset(self) {
        self.stream.set_zero_linger().expect("a connection that can be reset");
    }

    /// The next answer to a request of that method; `None` if the connection ends before one begins.
    pub(super) async fn answer(&mut self, method: &Method) -> Option<Answer> {
        let head = self.head().await?;
        let mut lines = head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
        let status_line = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
        let mut words = status_line.splitn(3, ' ');
        let version = match words.next() {
            Some("HTTP/1.0") => Version::HTTP_10,
            Some("HTTP/1.1") => Version::HTTP_11,
            _ => panic!("no HTTP: {status_line:?}"),
        };
        let status = words.next().and_then(|word| StatusCode::from_bytes(word.as_bytes()).ok());
        let status = status.unwrap_or_else(|| panic!("no status: {status_line:?}"));
        let headers = lines.filter(|line| !line.is_empty()).map(field).collect::<HeaderMapOfMany>().0;

        let mut answer = Response::new(Bytes::new());
        *answer.version_mut() = version;
        *answer.status_mut() = status;
        let bodiless = *method == Method::HEAD || status.is_informational() || status == 204 || status == 304;
        *answer.body_mut() = if bodiless { Bytes::new() } else { self.body(&headers).await };
        *answer.headers_mut() = headers;
        Some(answer)
    }

    /// Whether the server has closed its side, with nothing more to read.
    pub(super) async fn is_over(&mut self) -> bool {
        self.read.is_empty() && !self.more().await
    }

    async fn head(&mut self) -> Option<Vec<u8>> {
        loop {
            if let Some(end) = self.read.windows(4).position(|window| window == b"\r\n\r\n") {
                let mut head: Vec<u8> = self.read.drain(..end + 4).collect();
                head.truncate(end);
                return Some(head);
            }
            if !self.more().await {
                assert!(self.read.is_empty(), "half a head: {:?}", String::from_utf8_lossy(&self.read));
                return None;
            }
        }
    }

    async fn body(&mut self, headers: &HeaderMap) -> Bytes {
        if headers.get(TRANSFER_ENCODING).is_some_and(|coding| coding == "chunked") {
            assert!(!headers.contains_key(CONTENT_LENGTH), "chunked, and with a length (RFC 9112 §6.2)");
            return self.chunks().await;
        }
        let Some(length) = headers.get(CONTENT_LENGTH) else {
            while self.more().await {}
            return std::mem::take(&mut self.read).into();
        };
        let length = length.to_str().ok().and_then(|length| length.parse().ok());
        self.exactly(length.expect("a length in digits")).await.into()
    }

    async fn chunks(&mut self) -> Bytes {
        let mut body = Vec::new();
        loop {
            let size = self.line().await;
            let size = usize::from_str_radix(size.split(';').next().unwrap_or_default().trim(), 16);
            let size = size.expect("the size of a chunk");
            body.extend(self.exactly(size).await);
            assert_eq!(self.exactly(2).await, b"\r\n", "a chunk ends in a line break");
            if size == 0 {
                return body.into();
            }
        }
    }

    async fn line(&mut self) -> String {
        loop {
            if let Some(end) = self.read.windows(2).position(|window| window == b"\r\n") {
                let mut line: Vec<u8> = self.read.drain(..end + 2).collect();
                line.truncate(end);
                return String::from_utf8_lossy(&line).into_owned();
            }
            assert!(self.more().await, "an answer that breaks off");
        }
    }

    async fn exactly(&mut self, count: usize) -> Vec<u8> {
        while self.read.len() < count {
            assert!(self.more().await, "an answer that breaks off after {} of {count} bytes", self.read.len());
        }
        self.read.drain(..count).collect()
    }

    /// A reset counts as an end: a server that is not interested in what still arrives may send one.
    async fn more(&mut self) -> bool {
        self.stream.read_buf(&mut self.read).await.is_ok_and(|count| count > 0)
    }
}

struct HeaderMapOfMany(HeaderMap);

impl FromIterator<(HeaderName, HeaderValue)> for HeaderMapOfMany {
    fn from_iter<I: IntoIterator<Item = (HeaderName, HeaderValue)>>(fields: I) -> Self {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(name, value);
        }
        Self(headers)
    }
}

fn field(line: &[u8]) -> (HeaderName, HeaderValue) {
    let colon = line.iter().position(|byte| *byte == b':').expect("a header has a colon");
    let name = HeaderName::from_bytes(&line[..colon]).expect("a header's name");
    (name, HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).expect("a header's value"))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use tokio::net::TcpListener;

    use super::*;

    /// A connection to a server that says exactly this, and closes.
    async fn told(bytes: &'static [u8]) -> Connection {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let connection = Connection::open(listener.local_addr().unwrap()).await;
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(bytes).await.unwrap();
        connection
    }

    #[tokio::test]
    async fn answers_are_told_apart_however_they_are_framed() {
        let mut connection = told(
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\nSet-Cookie: a=1\r\nset-cookie: b=\xff\r\n\r\n\
              oneHTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\ntw\r\n1\r\no\r\n0\r\n\r\n\
              HTTP/1.0 500\r\n\r\nthree",
        )
        .await;
        let mut answers = Vec::new();
        while let Some(answer) = connection.answer(&Method::GET).await {
            answers.push((
                answer.status().as_u16(),
                answer.headers().get_all("set-cookie").iter().count(),
                answer.into_body(),
            ));
        }
        let expected: [(u16, usize, &[u8]); 4] =
            [(100, 0, b""), (200, 2, b"one"), (404, 0, b"two"), (500, 0, b"three")];
        assert_eq!(answers, expected.map(|(status, cookies, body)| (status, cookies, Bytes::from_static(body))));
        assert!(connection.is_over().await);
    }

    #[tokio::test]
    async fn an_answer_to_head_has_no_body_whatever_its_length_says() {
        let mut connection = told(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n").await;
        let head = connection.answer(&Method::HEAD).await.unwrap();
        assert_eq!((head.status().as_u16(), head.body().len()), (200, 0));
        assert_eq!(connection.answer(&Method::GET).await.unwrap().status().as_u16(), 204);
    }

    #[tokio::test]
    #[should_panic(expected = "an answer that breaks off after 3 of 5 bytes")]
    async fn an_answer_that_breaks_off_is_none() {
        told(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhal").await.answer(&Method::GET).await;
    }

    #[tokio::test]
    #[should_panic(expected = "chunked, and with a length")]
    async fn an_answer_with_two_lengths_is_a_fault() {
        let both = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
        told(both).await.answer(&Method::GET).await;
    }
}
