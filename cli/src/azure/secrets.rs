//! `admit azure secrets sweep`: every stored grant is minted anew under the newest secret.

use std::io;
use std::num::NonZeroU32;
use std::time::Duration;

use admit::{Client, Remint, RemintCounts, RemintError, Reminted};
use admit_providers::azure_devops;
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::config::{self, Stores};
use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupts;
use crate::job::{self, Ended, Job};
use crate::output::{self, Format};

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

pub(crate) async fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Sweep(sweep) => sweep.run().await,
    }
}

impl Sweep {
    async fn run(self) -> Result<Exit, Failure> {
        let mut interrupts = Interrupts::hear().map_err(Failure::Signals)?;
        let auth = config::auth(azure_devops(Client::env()).id(self.provider.clone()), &self.stores).await?;
        let job = auth.remint(&self.provider)?.rate(self.rate);
        let mut job = if self.apply { job } else { job.dry_run() };
        let end = job::through(&mut job, &mut interrupts, |_| {}).await;
        let counts = job.counts();
        let (ended, accounts, left) = (end.ended, counts.total(), counts.left());
        let report = Report { provider: self.provider, applied: self.apply, ended, accounts, counts, left };
        output::write(&mut io::stdout(), self.format, &report).map_err(Failure::Output)?;
        end.exit(left)
    }
}

impl Job for Remint {
    type Step = Reminted;
    type Error = RemintError;

    async fn next(&mut self) -> Result<Option<Reminted>, RemintError> {
        self.next().await
    }

    fn line(&self) -> String {
        let counts = self.counts();
        format!("{} accounts, {} minted anew, {} left", counts.total(), counts.reminted, counts.left())
    }

    fn pause(&self) -> Duration {
        self.pause()
    }
}
