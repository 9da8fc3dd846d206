//! A pretend server on a loopback socket, for a browser and for an application that runs by itself.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use admit::http::{HttpRequest, HttpResponse};
use async_trait::async_trait;
use bytes::Bytes;
use http::StatusCode;
use http::header::HOST;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::azure_devops::Dropped;

/// A pretend server that listens. It stops when this is dropped.
#[derive(Debug)]
#[must_use = "the server stops when this is dropped"]
pub struct Served {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Served {
    /// Where it listens: `http://127.0.0.1:49152`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The socket's address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // The connections belong to this task, and end with it.
        self.task.abort();
    }
}

/// A pretend server, as a socket sees it.
#[async_trait]
pub(crate) trait Answers: Clone + Send + Sync + 'static {
    async fn answer(&self, request: HttpRequest) -> Result<HttpResponse, Dropped>;
}

/// Listens on that port of 127.0.0.1, or on a free one for 0. Whose answers are given may depend on the address.
pub(crate) async fn serve<A: Answers>(port: u16, server: impl FnOnce(SocketAddr) -> A) -> io::Result<Served> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let address = listener.local_addr()?;
    Ok(Served { address, task: tokio::spawn(accept(listener, server(address))) })
}

async fn accept(listener: TcpListener, server: impl Answers) {
    let mut connections = JoinSet::new();
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            connections.spawn(converse(stream, server.clone()));
        } else if connections.join_next().await.is_none() {
            // A want of file handles passes when a conversation ends; without one, it was a client that gave up.
            tokio::task::yield_now().await;
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn converse(stream: TcpStream, server: impl Answers) {
    let service = service_fn(|request| respond(server.clone(), request));
    // An error here is the client's hanging up, or a fault that was asked for.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn respond(
    server: impl Answers,
    request: http::Request<Incoming>,
) -> Result<http::Response<Full<Bytes>>, Dropped> {
    let (parts, body) = request.into_parts();
    // A page on another host that points its name at 127.0.0.1 gets nothing from here.
    let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok()).and_then(|host| host.parse().ok());
    if !host.is_some_and(|host: http::uri::Authority| is_loopback(host.host())) {
        return Ok(empty(StatusCode::MISDIRECTED_REQUEST));
    }
    match Limited::new(body, LARGEST).collect().await {
        Ok(body) => {
            let answer = server.answer(http::Request::from_parts(parts, body.to_bytes())).await;
            answer.map(|response| response.map(Full::new))
        }
        Err(_) => Ok(empty(StatusCode::PAYLOAD_TOO_LARGE)),
    }
}

pub(crate) fn is_loopback(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "[::1]") || host.ends_with(".localhost")
}

fn empty(status: StatusCode) -> http::Response<Full<Bytes>> {
    let mut response = http::Response::new(Full::default());
    *response.status_mut() = status;
    response
}

const LARGEST: usize = 1024 * 1024;
