//! `admit azure tokens purge`: the tokens of Azure DevOps are deleted, of people who come by Microsoft Entra ID.

use std::io;

use admit_migration::{MoveError, PurgeDone, PurgeJob, PurgeStep};
use clap::{Args, Subcommand};
use serde::Serialize;

use super::between::{self, Between};
use crate::actor::Actor;
use crate::config::{self, Stores};
use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupts;
use crate::job::{self, Ended, Job};
use crate::output::{self, Format, Row};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Purge(Purge),
}

/// Deletes the tokens of Azure DevOps that are parked
///
/// Without --apply it only counts. There is no way back from it but a new sign-in. Of people who are not linked to Entra
/// ID nothing is deleted, and links, evidence and what was written down stay. It asks nobody, so it needs no registration
/// with either provider, and it can be run again at any time. Counts only; with --list a row for each account, which
/// holds ids of people.
///
/// Ends with 1 as long as tokens are left: due (--apply deletes them), in_use (they are not parked; --in-use-too deletes
/// them), not_linked, busy (somebody refreshes them at this moment; run it once more).
#[derive(Debug, Args)]
pub(crate) struct Purge {
    /// Acts; without it, nothing is deleted
    #[arg(long)]
    apply: bool,
    /// Only people of that home tenant
    #[arg(long, value_name = "GUID", value_parser = between::tenant)]
    tenant: Option<String>,
    /// Also tokens that are not parked, of people who are linked: at the end of the move
    #[arg(long)]
    in_use_too: bool,
    /// Lists the accounts in place of the counts, with their ids
    #[arg(long)]
    list: bool,
    /// How the result is written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    actor: Actor,
    #[command(flatten)]
    between: Between,
    #[command(flatten)]
    stores: Stores,
}

/// What became of the tokens. It names nobody.
#[derive(Debug, Serialize)]
struct Report {
    applied: bool,
    ended: Ended,
    accounts: u64,
    purged: u64,
    due: u64,
    absent: u64,
    in_use: u64,
    not_linked: u64,
    busy: u64,
    left: u64,
}

/// One account. It names a person, so it is shown to those only who ask for it.
#[derive(Debug, Serialize)]
struct Line {
    account: String,
    done: &'static str,
}

impl Row for Line {
    const COLUMNS: &'static [&'static str] = &["account", "done"];
}

pub(crate) async fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Purge(purge) => purge.run().await,
    }
}

impl Purge {
    async fn run(self) -> Result<Exit, Failure> {
        let mut interrupts = Interrupts::hear().map_err(Failure::Signals)?;
        let auth = config::stored(&self.stores, self.apply).await?;
        let mut job = self.job(self.between.azure_move().purge(&auth)?);
        let mut lines = Vec::new();
        let end = job::through(&mut job, &mut interrupts, |step| {
            if self.list {
                lines.push(line(step));
            }
        })
        .await;
        let report = report(self.apply, end.ended, &job);
        let listed = self.list.then_some(lines.as_slice());
        output::rows_or(&mut io::stdout(), self.format, listed, &report).map_err(Failure::Output)?;
        end.exit(report.left)
    }

    fn job(&self, job: PurgeJob) -> PurgeJob {
        let mut job = job.actor(self.actor.name());
        if !self.apply {
            job = job.dry_run();
        }
        if let Some(tenant) = &self.tenant {
            job = job.tenant(tenant);
        }
        if self.in_use_too { job.in_use_too() } else { job }
    }
}

impl Job for PurgeJob {
    type Step = PurgeStep;
    type Error = MoveError;

    async fn next(&mut self) -> Result<Option<PurgeStep>, MoveError> {
        self.next().await
    }

    fn line(&self) -> String {
        let counts = self.counts();
        let seen = counts.purged + counts.due + counts.absent + counts.in_use + counts.not_linked + counts.busy;
        format!("{seen} accounts, {} purged, {} due", counts.purged, counts.due)
    }
}

fn report(applied: bool, ended: Ended, job: &PurgeJob) -> Report {
    let counts = job.counts();
    let left = counts.due + counts.in_use + counts.not_linked + counts.busy;
    Report {
        applied,
        ended,
        accounts: counts.purged + counts.absent + left,
        purged: counts.purged,
        due: counts.due,
        absent: counts.absent,
        in_use: counts.in_use,
        not_linked: counts.not_linked,
        busy: counts.busy,
        left,
    }
}

fn line(step: PurgeStep) -> Line {
    let done = match step.done {
        PurgeDone::Purged => "purged",
        PurgeDone::Due => "due",
        PurgeDone::Absent => "absent",
        PurgeDone::InUse => "in_use",
        PurgeDone::NotLinked => "not_linked",
        PurgeDone::Busy => "busy",
    };
    Line { account: step.account.subject, done }
}
