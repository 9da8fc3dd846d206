//! Connections as axum takes them: from one or several sockets, with TLS or without.
//!
//! Each socket has a task of its own, and so has each TLS handshake: a peer that dawdles holds up nobody else.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use admit::{Clock as _, SystemClock};
use axum::serve::Listener;
use dashboard::Sockets;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

/// The connections that come in. The sockets close when this is dropped.
#[derive(Debug)]
pub(crate) struct Connections {
    incoming: mpsc::Receiver<(Box<dyn Connection>, SocketAddr)>,
    address: SocketAddr,
    _tasks: JoinSet<()>,
}

/// A connection, encrypted or not.
pub(crate) trait Connection: AsyncRead + AsyncWrite + Send + Unpin + std::fmt::Debug {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + std::fmt::Debug> Connection for T {}

impl Connections {
    pub(crate) fn of(sockets: Sockets) -> io::Result<Self> {
        let acceptor = sockets.tls.map(TlsAcceptor::from);
        let (sender, incoming) = mpsc::channel(WAITING);
        let mut tasks = JoinSet::new();
        let mut address = None;
        for listener in sockets.listeners {
            let listener = TcpListener::from_std(listener)?;
            address.get_or_insert(listener.local_addr()?);
            tasks.spawn(accept(listener, acceptor.clone(), sender.clone()));
        }
        let address = address.ok_or(io::ErrorKind::AddrNotAvailable)?;
        Ok(Self { incoming, address, _tasks: tasks })
    }
}

impl Listener for Connections {
    type Io = Box<dyn Connection>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Box<dyn Connection>, SocketAddr) {
        match self.incoming.recv().await {
            Some(connection) => connection,
            // The tasks end only with this: there is nothing to wait for, and nothing to give.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

type Sender = mpsc::Sender<(Box<dyn Connection>, SocketAddr)>;

async fn accept(listener: TcpListener, acceptor: Option<TlsAcceptor>, sender: Sender) {
    let mut handshakes = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                let (acceptor, sender) = (acceptor.clone(), sender.clone());
                handshakes.spawn(async move { open(stream, peer, acceptor, &sender).await });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                // Most often a want of file handles, which passes.
                SystemClock.sleep(Duration::from_millis(100)).await;
            }
        }
        while handshakes.try_join_next().is_some() {}
    }
}

async fn open(stream: TcpStream, peer: SocketAddr, acceptor: Option<TlsAcceptor>, sender: &Sender) {
    // Answers are written at once; waiting for more to send with them would only make them late.
    let _ = stream.set_nodelay(true);
    let connection: Box<dyn Connection> = match acceptor {
        None => Box::new(stream),
        Some(acceptor) => match timeout(PATIENCE, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => Box::new(stream),
            // A browser that does not know the certificate hangs up, and comes back when the person said yes.
            Ok(Err(error)) => return tracing::debug!(%peer, %error, "no TLS connection came about"),
            Err(_) => return tracing::debug!(%peer, "no TLS connection came about in time"),
        },
    };
    // It fails when the server has ended, and so has the connection.
    let _ = sender.send((connection, peer)).await;
}

const WAITING: usize = 64;
const PATIENCE: Duration = Duration::from_secs(10);
