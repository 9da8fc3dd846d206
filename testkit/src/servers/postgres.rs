//! PostgreSQL.

use std::fs;
use std::io::{self, Write as _};
use std::net::Ipv4Addr;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, chown};
use std::path::Path;
use std::process::Command;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::OnceCell;

use super::process::{Folder, Running, free_port, run};
use super::program::Program;
use super::{ServerError, Stop};

/// A PostgreSQL server. It ends when this is dropped.
///
/// Everybody who comes over 127.0.0.1 is let in as the superuser `postgres`; there is no other way in.
#[derive(Debug)]
#[must_use = "the server stops when this is dropped"]
pub struct Postgres {
    // Dropped first: the process ends before its folder goes.
    running: Option<Running>,
    folder: Folder,
    command: Vec<String>,
    port: u16,
}

impl Postgres {
    /// A server of one's own, with default settings.
    pub async fn start() -> Result<Self, ServerError> {
        Self::builder().start().await
    }

    /// A server with settings.
    pub fn builder() -> PostgresBuilder {
        PostgresBuilder::default()
    }

    /// The server that all tests of this process share. It ends with the process.
    pub async fn shared() -> Result<&'static Self, ServerError> {
        static SHARED: OnceCell<Postgres> = OnceCell::const_new();
        SHARED.get_or_try_init(Self::start).await
    }

    /// The address of the database that is always there: `postgres://postgres@127.0.0.1:15432/postgres`.
    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    /// Makes a database and gives its address. A name can be taken once per server.
    pub async fn database(&self, name: &str) -> Result<String, ServerError> {
        if self.running.is_none() {
            return Err(ServerError::Stopped);
        }
        let mut command = Command::new(CREATEDB.find()?);
        command.args(["--host=127.0.0.1", "--username=postgres", "--no-password"]);
        command.arg(format!("--port={}", self.port)).arg(name);
        run(command).await?;
        Ok(self.url_of(name))
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Stops the server, as if its machine were restarted, and starts it again.
    pub async fn restart(&mut self, stop: Stop) -> Result<(), ServerError> {
        self.stop(stop).await?;
        self.resume().await
    }

    /// Stops the server. Its data and its port stay.
    pub async fn stop(&mut self, stop: Stop) -> Result<(), ServerError> {
        let signal = match stop {
            Stop::Orderly => "INT",
            Stop::Abrupt => "QUIT",
        };
        self.running.take().ok_or(ServerError::Stopped)?.stop(&self.folder, signal).await
    }

    /// Starts a server that was stopped, on the same port and with the same data, and waits until it answers.
    pub async fn resume(&mut self) -> Result<(), ServerError> {
        let command: Vec<_> = self.command.iter().map(String::as_str).collect();
        let mut running = Running::start(&self.folder, &command, "QUIT")?;
        running.until_ready(&self.folder, async || answers(self.port).await).await?;
        self.running = Some(running);
        Ok(())
    }

    fn url_of(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }
}

/// A PostgreSQL server about to be started.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct PostgresBuilder {
    durable: bool,
    tls: Option<(String, String)>,
}

impl PostgresBuilder {
    /// What is committed is on the disk, also after [`Stop::Abrupt`]. By default it need not be, which is faster.
    pub fn durable(mut self) -> Self {
        self.durable = true;
        self
    }

    /// Speaks TLS with those who ask for it, with this certificate and its key, in PEM.
    pub fn tls(mut self, certificate: impl Into<String>, key: impl Into<String>) -> Self {
        self.tls = Some((certificate.into(), key.into()));
        self
    }

    /// Starts it, and waits until it answers.
    pub async fn start(self) -> Result<Postgres, ServerError> {
        let folder = Folder::new("postgres")?;
        // It refuses to run as root. `setpriv` becomes the server, while `runuser` would stand before it.
        let user: &[&str] = if folder.is_roots()? {
            let mut command = Command::new("chown");
            command.arg("postgres").arg(folder.path());
            run(command).await?;
            &["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"]
        } else {
            &[]
        };
        let server = POSTGRES.find()?;
        let data = folder.path().join("data");
        let initdb = INITDB.find()?;
        let mut words = user.iter().map(AsRef::as_ref).chain([initdb.as_os_str()]);
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words).arg("--pgdata").arg(&data);
        command.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);
        run(command).await?;

        let mut command: Vec<String> = user.iter().map(ToString::to_string).collect();
        command.extend([server.display().to_string(), "-D".to_owned(), data.display().to_string()]);
        if let Some((certificate, key)) = &self.tls {
            write(&data.join("server.crt"), certificate)?;
            write(&data.join("server.key"), key)?;
            command.push("--ssl=on".to_owned());
        }
        let fsync = if self.durable { "--fsync=on" } else { "--fsync=off" };
        let settings = [fsync, "--listen-addresses=127.0.0.1", "--unix-socket-directories=", "--max-connections=200"];
        command.extend(settings.map(str::to_owned));

        // Somebody else may be quicker at the same port.
        let mut folder = folder;
        for _ in 0..5 {
            let port = free_port()?;
            let command = [&*command, &[format!("--port={port}")]].concat();
            let mut server = Postgres { running: None, folder, command, port };
            match server.resume().await {
                Ok(()) => return Ok(server),
                Err(error) if error.is_about_the_port() => folder = server.folder,
                Err(error) => return Err(error),
            }
        }
        Err(ServerError::no_port())
    }
}

/// A client says who it is; a server that is up lets it in, and one that is not says why.
async fn answers(port: u16) -> io::Result<bool> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    stream.write_all(STARTUP).await?;
    Ok(stream.read_u8().await? == b'R')
}

/// A file as whoever owns its folder would write it.
fn write(path: &Path, text: &str) -> Result<(), ServerError> {
    let written = || {
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(text.as_bytes())?;
        let folder = fs::metadata(path.parent().unwrap_or(path))?;
        chown(path, Some(folder.uid()), Some(folder.gid()))
    };
    written().map_err(ServerError::system("a file of the server"))
}

const POSTGRES: Program = Program { name: "postgres", package: "postgresql", variable: "POSTGRES_BIN" };
const INITDB: Program = Program { name: "initdb", ..POSTGRES };
const CREATEDB: Program = Program { name: "createdb", ..POSTGRES };
/// The length of all, release 3.0 of the protocol, and names with their values.
const STARTUP: &[u8] = b"\0\0\0\x29\0\x03\0\0user\0postgres\0database\0postgres\0\0";
