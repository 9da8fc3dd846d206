//! `admit azure secrets sweep`: every stored grant is minted anew under the newest secret.

use std::io;
use std::num::NonZeroU32;

use admit::{Client, Clock as _, Remint, RemintCounts, SystemClock};
use admit_providers::azure_devops;
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::config::{self, Stores};
use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupts;
use crate::output::{self, Format};
use crate::progress::Progress;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Brings every stored grant under the newest secret, so that the older one can end
    Sweep(Sweep),
}

/// Without --apply it only counts.
///
/// Give the application both secrets first. The environment is read as the application reads it: AUTH_URL,
/// AUTH_SECRET, AUTH_AZURE_DEVOPS_*, and DATABASE_URL or REDIS_URL.
#[derive(Debug, Args)]
pub(crate) struct Sweep {
    /// Acts; without it, nothing is sent and nothing is written
    #[arg(long)]
    apply: bool,
    /// Requests in a second, at most; the provider may want fewer
    #[arg(long, default_value = "5", value_name = "N")]
    rate: NonZeroU32,
    /// How the result is written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The id under which Azure DevOps stands in the application
    #[arg(long, default_value = "azure-devops", value_name = "ID")]
    provider: String,
    #[command(flatten)]
    stores: Stores,
}

/// What came of a sweep. It names nobody.
#[derive(Debug, Serialize)]
struct Report {
    provider: String,
    applied: bool,
    ended: Ended,
    accounts: u64,
    #[serde(flatten)]
    counts: RemintCounts,
    left: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Ended {
    Complete,
    Interrupted,
    Stopped,
}

pub(crate) async fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Sweep(sweep) => sweep.run().await,
    }
}

impl Sweep {
    async fn run(self) -> Result<Exit, Failure> {
        let interrupts = Interrupts::hear().map_err(Failure::Signals)?;
        let auth = config::auth(azure_devops(Client::env()).id(self.provider.clone()), &self.stores).await?;
        let job = auth.remint(&self.provider)?.rate(self.rate);
        let job = if self.apply { job } else { job.dry_run() };
        let (ended, counts, failure) = through(job, interrupts).await;
        let (accounts, left) = (counts.total(), counts.left());
        let report = Report { provider: self.provider, applied: self.apply, ended, accounts, counts, left };
        output::write(&mut io::stdout(), self.format, &report).map_err(Failure::Output)?;
        match failure {
            Some(failure) => Err(failure),
            None if ended == Ended::Interrupted => Ok(Exit::Interrupted),
            None if left > 0 => Ok(Exit::Left),
            None => Ok(Exit::Done),
        }
    }
}

/// Goes through all accounts, or until it is interrupted: then the account at hand is brought to its end, unless it is
/// interrupted once more.
async fn through(mut job: Remint, mut interrupts: Interrupts) -> (Ended, RemintCounts, Option<Failure>) {
    let mut progress = Progress::new();
    loop {
        progress.show(|| line(&job));
        tokio::select! {
            biased;
            () = interrupts.next() => return (Ended::Interrupted, job.counts(), None),
            () = SystemClock.sleep(job.pause()) => {}
        }
        let became = {
            let mut next = std::pin::pin!(job.next());
            tokio::select! {
                became = &mut next => (became, false),
                () = interrupts.next() => tokio::select! {
                    became = &mut next => (became, true),
                    () = interrupts.next() => (Ok(None), true),
                },
            }
        };
        match became {
            (Err(error), _) => return (Ended::Stopped, job.counts(), Some(error.into())),
            (Ok(_), true) => return (Ended::Interrupted, job.counts(), None),
            (Ok(Some(_)), false) => {}
            (Ok(None), false) => return (Ended::Complete, job.counts(), None),
        }
    }
}

/// The line that tells how far it has come.
fn line(job: &Remint) -> String {
    let (counts, pause) = (job.counts(), job.pause());
    let waits = if pause.as_secs() > 0 { format!(", waits {} s", pause.as_secs()) } else { String::new() };
    let (total, left) = (counts.total(), counts.left());
    format!("{total} accounts, {} minted anew, {left} left{waits}", counts.reminted)
}
