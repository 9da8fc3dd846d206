//! A server's process, its port and its folder.
//!
//! The server runs under a shell that waits at the end of a pipe which only this process holds. When the pipe ends,
//! because the server was dropped or because this process is no more, the shell ends the server by its process id and
//! removes the folder.

use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;
use std::{fs, io};

use admit::{Clock as _, SystemClock};

use super::ServerError;

/// A folder below the system's folder for temporary files, for nobody else's eyes. Removed when this is dropped.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new(name: &str) -> Result<Self, ServerError> {
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("admit-{name}-{}-{number}", std::process::id()));
        // One of that name is left of a process that had this id before.
        let _ = fs::remove_dir_all(&path);
        fs::DirBuilder::new().mode(0o700).create(&path).map_err(ServerError::system("a temporary folder"))?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Whether it is root's, and so are the processes started here.
    pub(super) fn is_roots(&self) -> Result<bool, ServerError> {
        Ok(fs::metadata(&self.0).map_err(ServerError::system("a look at a folder"))?.uid() == 0)
    }

    /// The end of what the server wrote to its log.
    pub(super) fn log(&self) -> String {
        ending(&fs::read(self.0.join("log")).unwrap_or_default())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A server that runs.
#[derive(Debug)]
pub(super) struct Running {
    shell: Child,
    program: String,
}

impl Running {
    /// Starts a server that keeps to `folder`. `last` is the signal that ends it when nobody needs its data any more.
    pub(super) fn start(folder: &Folder, command: &[&str], last: &str) -> Result<Self, ServerError> {
        let shell = Command::new("sh")
            .args(["-c", SUPERVISOR, "sh"])
            .arg(folder.path())
            .arg(last)
            .args(command)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .current_dir("/")
            // What a terminal sends to this process is not for the servers.
            .process_group(0)
            .spawn()
            .map_err(ServerError::system("a shell"))?;
        Ok(Self { shell, program: command.first().copied().unwrap_or_default().to_owned() })
    }

    /// Waits until `answers` says that the server does, at most 30 seconds.
    pub(super) async fn until_ready(
        &mut self,
        folder: &Folder,
        answers: impl AsyncFn() -> io::Result<bool>,
    ) -> Result<(), ServerError> {
        for _ in 0..TURNS {
            let ended = self.shell.try_wait().map_err(ServerError::system("a look at a process"))?;
            if ended.is_some() {
                return Err(ServerError::Failed { program: self.program.clone(), said: folder.log() });
            }
            let answer = tokio::time::timeout(Duration::from_secs(1), answers()).await;
            if matches!(answer, Ok(Ok(true))) {
                return Ok(());
            }
            SystemClock.sleep(TURN).await;
        }
        Err(ServerError::Slow { program: self.program.clone(), said: folder.log() })
    }

    /// Sends the server a signal and waits until it is gone, at most 30 seconds. Its folder stays.
    pub(super) async fn stop(mut self, folder: &Folder, signal: &str) -> Result<(), ServerError> {
        if let Some(pipe) = &mut self.shell.stdin {
            // A shell that is gone has seen its server go.
            let _ = writeln!(pipe, "{signal}");
        }
        for _ in 0..TURNS {
            if self.shell.try_wait().map_err(ServerError::system("a look at a process"))?.is_some() {
                return Ok(());
            }
            SystemClock.sleep(TURN).await;
        }
        Err(ServerError::Slow { program: self.program.clone(), said: folder.log() })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

/// Runs a program to its end.
pub(super) async fn run(mut command: Command) -> Result<(), ServerError> {
    let program = command.get_program().to_string_lossy().into_owned();
    command.current_dir("/").stdin(Stdio::null());
    let output = tokio::task::spawn_blocking(move || command.output()).await.map_err(io::Error::other);
    let output = output.flatten().map_err(ServerError::system("a process"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(ServerError::Failed { program, said: ending(&[output.stdout, output.stderr].concat()) })
}

/// A port of 127.0.0.1 that is free now.
///
/// It lies below those that the system gives to outgoing connections. Otherwise a client that tries to reach a server
/// which is stopped may be given that very port, connect to itself, and keep the server from coming back.
pub(super) fn free_port() -> Result<u16, ServerError> {
    let offset = u16::try_from(std::process::id() % 1_000).unwrap_or_default() * 17;
    for _ in 0..1_000 {
        let port = 15_000 + (offset + COUNTER.fetch_add(1, Ordering::Relaxed)) % 17_000;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    Err(ServerError::no_port())
}

fn ending(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    let lines: Vec<_> = said.lines().collect();
    lines.get(lines.len().saturating_sub(12)..).unwrap_or_default().join("\n")
}

/// `$1` is the server's folder, `$2` the last signal, the others are the server's command line.
///
/// The shell waits for the server, so that it ends with it. Another one reads the pipe: a line names a signal, and the
/// end of the pipe says that the folder goes, too.
const SUPERVISOR: &str = r#"
folder=$1 last=$2
shift 2
exec 3<&0 2>/dev/null
"$@" </dev/null >>"$folder/log" 2>&1 3<&- &
server=$!
{
    if ! read -r signal <&3; then
        signal=$last
        : >"$folder/over"
    fi
    kill -s "$signal" "$server"
} &
reader=$!
wait "$server"
kill "$reader"
wait "$reader"
if [ -e "$folder/over" ]; then
    rm -rf "$folder"
fi
"#;
const TURN: Duration = Duration::from_millis(20);
/// 30 seconds of them.
const TURNS: u32 = 1_500;
static COUNTER: AtomicU16 = AtomicU16::new(0);
