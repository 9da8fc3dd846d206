//! [`HttpClient`] on reqwest: rustls with aws-lc-rs, no redirects, bounded in time and size.

use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use reqwest::redirect::Policy;

use super::{BODY_LIMIT, DEADLINE, HttpClient, HttpError, HttpRequest, HttpResponse, is_loopback};

/// The client that [`Auth::builder`](crate::Auth::builder) uses unless it is given another.
#[derive(Clone, Debug)]
pub struct ReqwestClient {
    inner: reqwest::Client,
}

impl ReqwestClient {
    /// A client with admit's bounds.
    ///
    /// # Errors
    /// When the TLS stack cannot be set up, for instance because the machine has no root certificates.
    pub fn new() -> Result<Self, HttpError> {
        let inner = reqwest::Client::builder()
            .user_agent(concat!("admit/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .connect_timeout(CONNECT)
            .timeout(DEADLINE)
            .no_proxy()
            .build()
            .map_err(|error| HttpError::Connection(error.into()))?;
        Ok(Self { inner })
    }

    /// Uses a client you made, for instance with a proxy or a private root certificate.
    ///
    /// It must follow no redirects: see the rules of [`HttpClient`].
    pub fn from_client(inner: reqwest::Client) -> Self {
        Self { inner }
    }
}

#[async_trait]
impl HttpClient for ReqwestClient {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let url =
            url::Url::parse(&request.uri().to_string()).map_err(|_| HttpError::Refused("the address is not a URL"))?;
        if url.scheme() != "https" && !is_loopback(&url) {
            return Err(HttpError::Refused("plain http is for loopback addresses only"));
        }
        let (parts, body) = request.into_parts();
        let mut response =
            self.inner.request(parts.method, url).headers(parts.headers).body(body).send().await.map_err(network)?;

        let mut answer = http::Response::new(Bytes::new());
        *answer.status_mut() = response.status();
        *answer.headers_mut() = std::mem::take(response.headers_mut());
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(network)? {
            if body.len() + chunk.len() > BODY_LIMIT {
                return Err(HttpError::TooLarge(BODY_LIMIT));
            }
            body.extend_from_slice(&chunk);
        }
        *answer.body_mut() = body.freeze();
        Ok(answer)
    }
}

/// reqwest's errors carry the URL, and a URL can carry a token: it is taken off.
fn network(error: reqwest::Error) -> HttpError {
    // First, since a connection that was not made in time is both.
    if error.is_connect() {
        return HttpError::Unreachable(error.without_url().into());
    }
    if error.is_timeout() {
        return HttpError::Timeout(DEADLINE);
    }
    HttpError::Connection(error.without_url().into())
}

const CONNECT: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn plain_http_to_another_machine_is_refused_before_anything_is_sent() {
        let client = ReqwestClient::new().unwrap();
        let request = http::Request::get("http://idp.example/token").body(Bytes::new()).unwrap();
        assert!(matches!(client.send(request).await, Err(HttpError::Refused(_))));
    }

    #[tokio::test]
    async fn what_never_left_is_told_from_what_may_have_arrived() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let client = ReqwestClient::new().unwrap();
        let request = || http::Request::post(format!("http://{address}/token")).body(Bytes::from("grant")).unwrap();
        let hung_up = std::thread::spawn(move || drop(listener.accept().unwrap()));
        let error = client.send(request()).await.unwrap_err();
        assert!(matches!(error, HttpError::Connection(_)) && error.may_have_arrived(), "{error:?}");
        hung_up.join().unwrap();

        // By now nobody listens there.
        let error = client.send(request()).await.unwrap_err();
        assert!(matches!(error, HttpError::Unreachable(_)) && !error.may_have_arrived(), "{error:?}");
    }
}
