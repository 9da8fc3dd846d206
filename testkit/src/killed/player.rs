//! Another process that runs the same test, says lines, and is killed.

use std::env;
use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// That process.
pub(super) struct Player {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Player {
    pub(super) fn new(test: &str, place: &str, run: u64) -> Self {
        let mut child = Command::new(env::current_exe().expect("this program"))
            .args([test, "--exact", "--nocapture"])
            .env(PLACE, place)
            .env(RUN, run.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        Self { child, lines }
    }

    /// What it says next that begins so, without its beginning.
    pub(super) fn hears(&mut self, beginning: &str) -> String {
        self.said(beginning).expect("it goes on until it is killed")
    }

    /// The same, with how long that took.
    #[allow(clippy::disallowed_methods, reason = "it is the machine that is measured")]
    pub(super) fn timed(&mut self, beginning: &str) -> (String, Duration) {
        let began = Instant::now();
        let heard = self.hears(beginning);
        (heard, began.elapsed())
    }

    /// Ends it after that time, as a power cut would as far as the process goes.
    pub(super) fn kill_after(&mut self, delay: Duration) {
        thread::sleep(delay);
        self.child.kill().expect("it is there to be killed");
        self.child.wait().expect("its end");
    }

    /// What it had said so by its end.
    pub(super) fn rest(&mut self, beginning: &str) -> Vec<String> {
        std::iter::from_fn(|| self.said(beginning)).collect()
    }

    fn said(&mut self, beginning: &str) -> Option<String> {
        let mut lines = self.lines.by_ref().map_while(Result::ok);
        lines.find_map(|line| Some(line.strip_prefix(SAYS)?.strip_prefix(beginning)?.to_owned()))
    }
}

/// Whatever happens to the first process, none is left behind.
impl Drop for Player {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Tells the first process something. The test's own output may have begun the line.
#[allow(clippy::print_stdout, reason = "this is what the first process reads")]
pub(super) fn say(line: &str) {
    println!("\n{SAYS}{line}");
}

#[allow(clippy::disallowed_methods, reason = "the first process tells the other by it, and a person tells the first")]
pub(super) fn variable(name: &str) -> Option<String> {
    env::var(name).ok()
}

pub(super) const PLACE: &str = "ADMIT_KILLED_AT";
pub(super) const RUN: &str = "ADMIT_KILLED_RUN";
const SAYS: &str = "> ";
