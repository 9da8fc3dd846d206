//! One connection: a request goes out, and its answer comes in.

use std::io;
use std::net::Ipv4Addr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::exchange::{Answered, Exchange};

/// A connection that is kept.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    buffer: Box<[u8; 8192]>,
}

impl Connection {
    pub(super) async fn open(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Box::new([0; 8192]) })
    }

    pub(super) async fn exchange(&mut self, exchange: &Exchange) -> io::Result<Answered> {
        self.stream.write_all(&exchange.request).await?;
        let mut filled = 0;
        loop {
            let room = self.buffer.get_mut(filled..).unwrap_or_default();
            match self.stream.read(room).await? {
                0 if room.is_empty() => return Err(io::Error::other("an answer is longer than any should be")),
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                more => filled += more,
            }
            if let Some(answered) = exchange.judge(self.buffer.get(..filled).unwrap_or_default()) {
                return Ok(answered);
            }
        }
    }
}
