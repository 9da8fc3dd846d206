//! The same answers on a loopback socket, for a browser and for an application that runs by itself.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use admit::http::HttpResponse;
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

use super::transport::is_loopback;
use super::{Dropped, PretendAzureDevOps, answer};

impl PretendAzureDevOps {
    /// Listens on a free port of 127.0.0.1 until the answer is dropped. Needs a tokio runtime.
    ///
    /// # Errors
    /// When the socket cannot be opened.
    pub async fn serve(self) -> io::Result<Served> {
        self.serve_on(0).await
    }

    /// Listens on that port of 127.0.0.1.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn serve_on(self, port: u16) -> io::Result<Served> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        Ok(Served { address, task: tokio::spawn(accept(listener, self)) })
    }
}

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

async fn accept(listener: TcpListener, azure: PretendAzureDevOps) {
    let mut connections = JoinSet::new();
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            connections.spawn(converse(stream, azure.clone()));
        } else if connections.join_next().await.is_none() {
            // A want of file handles passes when a conversation ends; without one, it was a client that gave up.
            tokio::task::yield_now().await;
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn converse(stream: TcpStream, azure: PretendAzureDevOps) {
    let service = service_fn(|request| respond(azure.clone(), request));
    // An error here is the client's hanging up, or a fault that was asked for.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn respond(
    azure: PretendAzureDevOps,
    request: http::Request<Incoming>,
) -> Result<http::Response<Full<Bytes>>, Dropped> {
    let (parts, body) = request.into_parts();
    // A page on another host that points its name at 127.0.0.1 gets nothing from here.
    let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok()).and_then(|host| host.parse().ok());
    if !host.is_some_and(|host: http::uri::Authority| is_loopback(host.host())) {
        return Ok(whole(answer::empty(StatusCode::MISDIRECTED_REQUEST)));
    }
    match Limited::new(body, LARGEST).collect().await {
        Ok(body) => azure.handle(http::Request::from_parts(parts, body.to_bytes())).await.map(whole),
        Err(_) => Ok(whole(answer::empty(StatusCode::PAYLOAD_TOO_LARGE))),
    }
}

fn whole(response: HttpResponse) -> http::Response<Full<Bytes>> {
    response.map(Full::new)
}

const LARGEST: usize = 1024 * 1024;
