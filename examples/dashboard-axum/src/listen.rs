//! Where connections come from: this machine's addresses, of both families, with TLS or without.
//!
//! Each socket has a task of its own, and so has each TLS handshake: a peer that dawdles holds up nobody else.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use admit::{Clock as _, SystemClock};
use axum::serve::Listener;
use dashboard::Settings;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::tls;

/// The sockets that a dashboard listens on. They close when this is dropped.
#[derive(Debug)]
pub struct Sockets {
    connections: mpsc::Receiver<(Box<dyn Connection>, SocketAddr)>,
    address: SocketAddr,
    _tasks: JoinSet<()>,
}

/// A connection, encrypted or not.
pub trait Connection: AsyncRead + AsyncWrite + Send + Unpin + std::fmt::Debug {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + std::fmt::Debug> Connection for T {}

/// Why nothing listens.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListenError {
    /// Somebody else listens there.
    #[error("port {} of {} is in use; end the other program, or set PORT to another", .0.port(), .0.ip())]
    InUse(SocketAddr),
    /// The address is not to be had.
    #[error("{address} cannot be listened on")]
    Address {
        /// Where it was tried.
        address: SocketAddr,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// There is no certificate.
    #[error("a certificate cannot be made")]
    Certificate(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Sockets {
    /// Listens where the settings say: at one address, or at 127.0.0.1 and ::1, which `localhost` may be either of.
    ///
    /// # Errors
    /// When that is not possible.
    pub async fn open(settings: &Settings) -> Result<Self, ListenError> {
        let acceptor = if settings.tls { Some(tls::acceptor().map_err(ListenError::Certificate)?) } else { None };
        let first = bind((settings.host.unwrap_or(Ipv4Addr::LOCALHOST.into()), settings.port).into()).await?;
        let address = first.local_addr().map_err(|source| ListenError::Address {
            address: (Ipv4Addr::UNSPECIFIED, settings.port).into(),
            source,
        })?;
        let second = match settings.host {
            Some(_) => None,
            None => match bind((IpAddr::from(Ipv6Addr::LOCALHOST), address.port()).into()).await {
                Ok(listener) => Some(listener),
                // A browser that asks `localhost` would reach that other program.
                Err(in_use @ ListenError::InUse(_)) if settings.port != 0 => return Err(in_use),
                // A machine without IPv6.
                Err(_) => None,
            },
        };
        let (sender, connections) = mpsc::channel(WAITING);
        let mut tasks = JoinSet::new();
        for listener in [Some(first), second].into_iter().flatten() {
            tasks.spawn(accept(listener, acceptor.clone(), sender.clone()));
        }
        Ok(Self { connections, address, _tasks: tasks })
    }

    /// The port, also if any free one was asked for.
    pub fn port(&self) -> u16 {
        self.address.port()
    }
}

impl Listener for Sockets {
    type Io = Box<dyn Connection>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Box<dyn Connection>, SocketAddr) {
        match self.connections.recv().await {
            Some(connection) => connection,
            // The tasks end only with this: there is nothing to wait for, and nothing to give.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, ListenError> {
    TcpListener::bind(address).await.map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => ListenError::InUse(address),
        _ => ListenError::Address { address, source },
    })
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
        Some(acceptor) => match tls::handshake(&acceptor, stream).await {
            Ok(stream) => Box::new(stream),
            // A browser that does not know the certificate hangs up, and comes back when the person said yes.
            Err(error) => return tracing::debug!(%peer, %error, "no TLS connection came about"),
        },
    };
    // It fails when the server has ended, and so has the connection.
    let _ = sender.send((connection, peer)).await;
}

const WAITING: usize = 64;
