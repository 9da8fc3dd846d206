//! The machine it runs on: two of its cores, one for the server and one for the load.

use std::fs;
use std::io;
use std::process::{Command, id};

/// The cores in use.
#[derive(Clone, Copy, Debug)]
pub struct Cores {
    /// The server's.
    pub server: usize,
    /// Ours.
    pub load: usize,
}

impl Cores {
    /// The last two that this process may use: interrupts fall on the first more often.
    ///
    /// # Errors
    /// When there are not two.
    pub fn choose() -> io::Result<Self> {
        let status = fs::read_to_string("/proc/self/status")?;
        let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap_or_default();
        match cores(list).as_slice() {
            [.., server, load] => Ok(Self { server: *server, load: *load }),
            _ => Err(io::Error::other("two cores are needed, one for the server and one for the load")),
        }
    }

    /// Keeps this process, which has one thread as yet, on its core.
    ///
    /// # Errors
    /// When there is no `taskset`.
    pub fn take_ours(self) -> io::Result<()> {
        let output = Command::new("taskset").args(["-cp", &self.load.to_string(), &id().to_string()]).output();
        match output {
            Ok(output) if output.status.success() => Ok(()),
            Ok(output) => Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned())),
            Err(error) => Err(io::Error::other(format!("taskset cannot be run ({error}): it comes with util-linux"))),
        }
    }
}

/// `0-2,5` are four.
fn cores(list: &str) -> Vec<usize> {
    let ranges = list.trim().split(',').filter_map(|range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        Some(first.parse().ok()?..=last.parse().ok()?)
    });
    ranges.flatten().collect()
}

/// What the processor calls itself.
pub(crate) fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    model.map_or_else(|| "an unnamed processor".to_owned(), |(_, name)| name.to_owned())
}

/// How many wanted to run over the last minute, on average.
pub fn load_average() -> String {
    let averages = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    averages.split(' ').next().unwrap_or_default().to_owned()
}

/// What this was built with.
pub fn versions() -> String {
    versions_of(&["axum", "actix-web", "hyper", "tokio", "aws-lc-rs"])
}

/// The releases of some packages.
pub(crate) fn versions_of(packages: &[&str]) -> String {
    let named: Vec<_> = packages.iter().map(|package| format!("{package} {}", version(package))).collect();
    named.join(", ")
}

fn version(package: &str) -> &'static str {
    let entry = LOCK.split("[[package]]").find(|entry| entry.contains(&format!("\nname = \"{package}\"\n")));
    entry.and_then(|entry| entry.split("version = \"").nth(1)?.split('"').next()).unwrap_or("?")
}

const LOCK: &str = include_str!("../../../Cargo.lock");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_single_cores_are_read() {
        assert_eq!(cores("\t0-2,5\n"), [0, 1, 2, 5]);
        assert_eq!(cores("3"), [3]);
    }

    #[test]
    fn versions_are_those_of_the_lock_file() {
        assert!(version("axum").starts_with("0."), "{}", version("axum"));
    }
}
