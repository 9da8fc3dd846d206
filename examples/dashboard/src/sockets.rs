//! Where connections come from: this machine's addresses, of both families.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use rustls::ServerConfig;

use crate::{Settings, tls};

/// The sockets that a dashboard listens on, for the web framework to take.
#[derive(Debug)]
pub struct Sockets {
    /// One or two.
    pub listeners: Vec<TcpListener>,
    /// How to serve https, if that is asked for.
    pub tls: Option<Arc<ServerConfig>>,
    port: u16,
}

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
    pub fn open(settings: &Settings) -> Result<Self, ListenError> {
        let tls = settings.tls.then(tls::server_config).transpose().map_err(ListenError::Certificate)?;
        let (first, address) = bind((settings.host.unwrap_or(Ipv4Addr::LOCALHOST.into()), settings.port).into())?;
        let second = match settings.host {
            Some(_) => None,
            None => match bind((IpAddr::from(Ipv6Addr::LOCALHOST), address.port()).into()) {
                Ok((listener, _)) => Some(listener),
                // A browser that asks `localhost` would reach that other program.
                Err(in_use @ ListenError::InUse(_)) if settings.port != 0 => return Err(in_use),
                // A machine without IPv6.
                Err(_) => None,
            },
        };
        Ok(Self { listeners: [Some(first), second].into_iter().flatten().collect(), tls, port: address.port() })
    }

    /// The port, also if any free one was asked for.
    pub fn port(&self) -> u16 {
        self.port
    }
}

/// A listener for an asynchronous runtime, and where it listens.
fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ListenError> {
    let bound = TcpListener::bind(address).and_then(|listener| {
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    });
    bound.map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => ListenError::InUse(address),
        _ => ListenError::Address { address, source },
    })
}
