//! Redis.

use std::io;
use std::net::Ipv4Addr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::OnceCell;

use super::process::{Folder, Running, free_port};
use super::program::Program;
use super::{ServerError, Stop};

/// A Redis server without a password, which keeps its data in an append-only file. It ends when this is dropped.
#[derive(Debug)]
#[must_use = "the server stops when this is dropped"]
pub struct Redis {
    // Dropped first: the process ends before its folder goes.
    running: Option<Running>,
    folder: Folder,
    command: Vec<String>,
    port: u16,
}

impl Redis {
    /// A server of one's own, with 16 databases.
    pub async fn start() -> Result<Self, ServerError> {
        let server = SERVER.find()?.display().to_string();
        let mut folder = Folder::new("redis")?;
        // Somebody else may be quicker at the same port.
        for _ in 0..5 {
            let port = free_port()?;
            let mut command = vec![server.clone(), "--port".to_owned(), port.to_string()];
            command.extend(SETTINGS.map(str::to_owned));
            command.extend(["--dir".to_owned(), folder.path().display().to_string()]);
            let mut redis = Self { running: None, folder, command, port };
            match redis.resume().await {
                Ok(()) => return Ok(redis),
                Err(error) if error.is_about_the_port() => folder = redis.folder,
                Err(error) => return Err(error),
            }
        }
        Err(ServerError::no_port())
    }

    /// The server that all tests of this process share. It ends with the process.
    pub async fn shared() -> Result<&'static Self, ServerError> {
        static SHARED: OnceCell<Redis> = OnceCell::const_new();
        SHARED.get_or_try_init(Self::start).await
    }

    /// The address of its first database: `redis://127.0.0.1:16379/0`.
    pub fn url(&self) -> String {
        self.database(0)
    }

    /// The address of one of its databases, 0 to 15. They share neither keys nor expiry, but scripts and load.
    pub fn database(&self, number: u8) -> String {
        format!("redis://127.0.0.1:{}/{number}", self.port)
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Stops the server and starts it again.
    pub async fn restart(&mut self, stop: Stop) -> Result<(), ServerError> {
        self.stop(stop).await?;
        self.resume().await
    }

    /// Stops the server. Its port stays, and its data do: all after [`Stop::Orderly`], and after [`Stop::Abrupt`] those
    /// that were handed to the system, which is done before a command is answered.
    pub async fn stop(&mut self, stop: Stop) -> Result<(), ServerError> {
        let signal = match stop {
            Stop::Orderly => "TERM",
            Stop::Abrupt => "KILL",
        };
        self.running.take().ok_or(ServerError::Stopped)?.stop(&self.folder, signal).await
    }

    /// Starts a server that was stopped, on the same port and with the same data, and waits until it answers.
    pub async fn resume(&mut self) -> Result<(), ServerError> {
        let command: Vec<_> = self.command.iter().map(String::as_str).collect();
        let mut running = Running::start(&self.folder, &command, "KILL")?;
        running.until_ready(&self.folder, async || answers(self.port).await).await?;
        self.running = Some(running);
        Ok(())
    }
}

/// While it reads its file it answers with an error.
async fn answers(port: u16) -> io::Result<bool> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    stream.write_all(b"PING\r\n").await?;
    let mut answer = [0; 5];
    stream.read_exact(&mut answer).await?;
    Ok(answer == *b"+PONG")
}

const SERVER: Program = Program { name: "redis-server", package: "redis-server", variable: "REDIS_SERVER" };
const SETTINGS: [&str; 10] =
    ["--bind", "127.0.0.1", "--save", "", "--appendonly", "yes", "--appendfsync", "everysec", "--daemonize", "no"];
