//! A server in a process of its own, and the time it has spent.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::server::{App, Framework};

/// A server that was started. It ends with this value; and when this process dies, since its standard input ends then.
#[derive(Debug)]
pub struct Started {
    child: Child,
    /// Where it listens.
    pub port: u16,
}

/// The time that a process has had, by the scheduler's account.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spent {
    /// On a core, in the kernel too.
    pub on_core: Duration,
    /// Ready to go on, while something else had the core.
    pub waiting: Duration,
}

impl Started {
    /// Has this command run the program `side_by_side` as a server, and waits until that listens.
    ///
    /// # Errors
    /// When there is no such command, or the server ends before it listens.
    pub fn server(mut command: Command, framework: Framework, app: App) -> io::Result<Self> {
        command.args(["serve", framework.name(), app.name()]);
        Self::program(command)
    }

    /// Starts a server that writes its port to standard output once it listens, and waits for that.
    ///
    /// # Errors
    /// When there is no such command, or the server ends before it listens.
    pub fn program(mut command: Command) -> io::Result<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let mut line = String::new();
        let stdout = child.stdout.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        BufReader::new(stdout).read_line(&mut line)?;
        let mut server = Self { child, port: 0 };
        match line.trim().parse() {
            Ok(port) => server.port = port,
            Err(_) => return Err(io::Error::other(format!("the server did not start: {}", server.end()?))),
        }
        Ok(server)
    }

    /// What it has spent until now. It is exact while the server has nothing to do.
    ///
    /// # Errors
    /// When the system keeps no such account, or the server has ended.
    pub fn spent(&self) -> io::Result<Spent> {
        let mut spent = Spent::default();
        for thread in fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let account = fs::read_to_string(thread?.path().join("schedstat"))?;
            let mut nanos = account.split_whitespace().map_while(|word| word.parse().ok()).map(Duration::from_nanos);
            spent.on_core += nanos.next().unwrap_or_default();
            spent.waiting += nanos.next().unwrap_or_default();
        }
        Ok(spent)
    }

    /// Ends it, and gives what it wrote to standard error.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub fn end(mut self) -> io::Result<String> {
        drop(self.child.stdin.take());
        let mut said = String::new();
        if let Some(stderr) = &mut self.child.stderr {
            stderr.read_to_string(&mut said)?;
        }
        self.child.wait()?;
        Ok(said)
    }
}

impl Drop for Started {
    /// It has ended already, unless something went wrong.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
