//! A test in several processes: the one that cargo has started, and others that run the same test in another part.
//!
//! A part says lines, which the first process reads, and waits to be told to go on, so that parts begin at once.

use std::env;
use std::io::{self, BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

/// Which part this process has, if it is not the first.
#[allow(clippy::disallowed_methods, reason = "the first process of a test tells the others so")]
pub fn part() -> Option<String> {
    env::var(PART).ok()
}

/// Another process that runs a test in a part.
pub struct Player {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Player {
    pub fn new(test: &str, part: &str) -> Self {
        let mut child = Command::new(env::current_exe().expect("this program"))
            .args([test, "--exact", "--nocapture"])
            .env(PART, part)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        Self { child, lines }
    }

    /// Lets it go on.
    pub fn go(&mut self) {
        drop(self.child.stdin.take());
    }

    /// The next line that it says, if it says any more.
    pub fn heard(&mut self) -> Option<String> {
        self.lines.by_ref().map_while(Result::ok).find_map(|line| line.strip_prefix(SAYS).map(str::to_owned))
    }

    /// All that it says to its end, which has to be a good one.
    pub fn finished(mut self) -> Vec<String> {
        let said = std::iter::from_fn(|| self.heard()).collect();
        let status = self.child.wait().expect("its end");
        assert!(status.success(), "a part of the test failed: {status}");
        said
    }

    /// Ends it as a power cut would, as far as the process goes.
    pub fn kill(&mut self) {
        self.child.kill().expect("it is there to be killed");
        self.child.wait().expect("its end");
    }
}

/// Whatever happens to the first process, none is left behind.
impl Drop for Player {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts a test in each part, lets all go on when all are there, and gives what each of them said.
pub fn play(test: &str, parts: &[&str]) -> Vec<Vec<String>> {
    let mut players: Vec<_> = parts.iter().map(|part| Player::new(test, part)).collect();
    for player in &mut players {
        assert_eq!(player.heard().as_deref(), Some(READY));
    }
    for player in &mut players {
        player.go();
    }
    players.into_iter().map(Player::finished).collect()
}

/// Says that this part is ready, and waits until it may go on.
pub fn ready() {
    say(READY);
    io::copy(&mut io::stdin(), &mut io::sink()).expect("the first process");
}

/// Tells the first process something. The test's own output may have begun the line.
#[allow(clippy::print_stdout, reason = "this is what the first process reads")]
pub fn say(line: &str) {
    println!("\n{SAYS}{line}");
}

const PART: &str = "ADMIT_SQLITE_PART";
const READY: &str = "ready";
const SAYS: &str = "> ";
