//! The instructions of a request, counted by callgrind in the server: the difference between many requests and twice as
//! many, so that neither the start nor what is done once counts. The kernel's are not among them.

use std::process::Command;
use std::sync::Arc;
use std::{env, fmt, io};

use crate::load::{Body, Exchange, Load, Started, Until};
use crate::rows::{ROWS, Row};
use crate::server::{App, Framework};

/// A row of the table, counted.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    /// On which framework.
    pub framework: Framework,
    /// What.
    pub row: Row,
    /// For a request of the bare route.
    pub bare: u64,
    /// For one of the route with admit.
    pub admit: u64,
}

impl Counted {
    /// How many it may be.
    pub fn limit(&self) -> u64 {
        self.row.limit.total(self.framework, self.bare)
    }

    /// Whether it is no more than that.
    pub fn is_within(&self) -> bool {
        self.admit <= self.limit()
    }
}

/// A row of the table.
impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { framework, row, bare, admit } = self;
        let (more, limit) = (admit.saturating_sub(*bare), self.limit());
        let verdict = if self.is_within() { "within" } else { "**over**" };
        write!(f, "| {} | {} | {bare} | {admit} | {more} | {limit}, {verdict} |", framework.name(), row.name)
    }
}

/// The columns.
pub const HEADING: &str = "\
| on | route | bare | with admit | more | at most |
|---|---|---|---|---|---|";

/// Counts every row on that framework, and hands each over as soon as it is there.
///
/// # Errors
/// When there is no valgrind, or a server answers otherwise than it should.
pub async fn count(framework: Framework, each: impl Fn(&Counted)) -> io::Result<Vec<Counted>> {
    let mut all: Vec<Counted> = Vec::new();
    for row in ROWS {
        let cookies = &row.cookies(PEOPLE);
        // The same request need not be counted twice.
        let known = all.iter().find(|counted| counted.row.bare == row.bare && counted.row.body == row.body);
        let bare = match known {
            Some(counted) => counted.bare,
            None => per_request(framework, App::Bare, &Exchange::of_all(row.bare, Body::Fixed, cookies)).await?,
        };
        let admit = per_request(framework, row.app, &Exchange::of_all(row.path, row.body, cookies)).await?;
        let counted = Counted { framework, row, bare, admit };
        each(&counted);
        all.push(counted);
    }
    Ok(all)
}

async fn per_request(framework: Framework, app: App, exchanges: &Arc<[Exchange]>) -> io::Result<u64> {
    let once = total(framework, app, exchanges, REQUESTS).await?;
    let twice = total(framework, app, exchanges, 2 * REQUESTS).await?;
    Ok(twice.saturating_sub(once) / REQUESTS as u64)
}

/// Everybody comes once before the requests that count: what a server keeps of them, it has by then.
async fn total(framework: Framework, app: App, exchanges: &Arc<[Exchange]>, requests: usize) -> io::Result<u64> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(env::current_exe()?);
    let server = Started::server(valgrind, framework, app)?;
    let mut load = Load::connect(server.port, 1, Arc::clone(exchanges)).await?;
    let tally = load.drive(Until::Answered(PEOPLE + requests)).await?;
    drop(load);
    if tally.wrong > 0 {
        return Err(io::Error::other(format!("{} of {} answers were wrong", tally.wrong, tally.answered)));
    }
    let said = server.end()?;
    let collected = said.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok());
    collected.ok_or_else(|| io::Error::other(format!("callgrind did not count: {said}")))
}

const REQUESTS: usize = 500;
/// How many come, one after the other.
const PEOPLE: usize = 250;
