//! The binary itself, in an environment of a test's own.
#![allow(dead_code, reason = "each test uses what it needs")]

use std::path::PathBuf;
use std::process::{Output, Stdio};

use tokio::process::Command;

/// The command with these variables, and no others.
pub(crate) fn admit(arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_admit"));
    command.args(arguments).env_clear().envs(environment.iter().copied());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) async fn of(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::from(admit(arguments, environment).output().await.unwrap())
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// A folder that is gone with the test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What the book shows a command to answer: the block whose first line is the command behind a `$`.
pub(crate) fn on_the_page(command: &str) -> String {
    let page = page();
    let start = format!("```console\n$ {command}\n");
    let (_, rest) = page.split_once(&start).unwrap_or_else(|| panic!("the page does not show {command}"));
    rest.split("```").next().unwrap().to_owned()
}

/// The commands that the book shows.
pub(crate) fn shown_on_the_page() -> Vec<String> {
    page().lines().filter_map(|line| line.strip_prefix("$ ")).map(str::to_owned).collect()
}

fn page() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/src/command.md")).unwrap()
}
