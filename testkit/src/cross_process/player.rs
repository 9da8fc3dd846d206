//! Another process that runs the same test in the part of a node: it is told lines, and says lines.

use std::env;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;

use admit::{Clock as _, SystemClock, Timestamp};
use tokio::sync::mpsc::{self, UnboundedReceiver};

/// That process.
pub(super) struct Player {
    child: Child,
    stdin: ChildStdin,
    lines: UnboundedReceiver<(Timestamp, String)>,
}

impl Player {
    /// Starts it, and waits until it is ready.
    pub(super) async fn new(test: &str, place: &str, provider: &str) -> Self {
        let mut child = Command::new(env::current_exe().expect("this program"))
            .args([test, "--exact", "--nocapture"])
            .env(PLACE, place)
            .env(PROVIDER, provider)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process");
        let (stdin, stdout) = (child.stdin.take().expect("its input"), child.stdout.take().expect("its output"));
        let (sender, lines) = mpsc::unbounded_channel();
        // Ends with the process's output.
        thread::spawn(move || {
            let said = BufReader::new(stdout).lines().map_while(Result::ok);
            for line in said.filter_map(|line| line.strip_prefix(SAYS).map(str::to_owned)) {
                if sender.send((SystemClock.now(), line)).is_err() {
                    break;
                }
            }
        });
        let mut player = Self { child, stdin, lines };
        assert_eq!(player.hears().await, READY);
        player
    }

    pub(super) fn tell(&mut self, line: &str) {
        writeln!(self.stdin, "{line}").and_then(|()| self.stdin.flush()).expect("it listens");
    }

    /// What it says next.
    pub(super) async fn hears(&mut self) -> String {
        self.hears_when().await.1
    }

    /// What it says next, and when it did.
    pub(super) async fn hears_when(&mut self) -> (Timestamp, String) {
        self.lines.recv().await.expect("it goes on until it is killed")
    }

    /// Ends it as a power cut would, as far as the process goes.
    pub(super) fn kill(mut self) {
        self.child.kill().expect("it is there to be killed");
        self.child.wait().expect("its end");
    }

    /// Stops it where it stands (`STOP`), or lets it run again (`CONT`).
    pub(super) fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args(["-s", signal, &self.child.id().to_string()]).status();
        assert!(sent.expect("kill, the program").success(), "the signal was not sent");
    }
}

/// Whatever happens to the first process, none is left behind.
impl Drop for Player {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the first process tells this one, until it has gone.
pub(super) fn told() -> UnboundedReceiver<String> {
    let (sender, lines) = mpsc::unbounded_channel();
    thread::spawn(move || io::stdin().lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
    lines
}

/// Tells the first process something. The test's own output may have begun the line.
#[allow(clippy::print_stdout, reason = "this is what the first process reads")]
pub(super) fn say(line: &str) {
    println!("\n{SAYS}{line}");
}

#[allow(clippy::disallowed_methods, reason = "the first process tells the others by it, and a person tells the first")]
pub(super) fn variable(name: &str) -> Option<String> {
    env::var(name).ok()
}

pub(super) const PLACE: &str = "ADMIT_CROSS_PROCESS_PLACE";
pub(super) const PROVIDER: &str = "ADMIT_CROSS_PROCESS_PROVIDER";
pub(super) const READY: &str = "ready";
const SAYS: &str = "> ";
