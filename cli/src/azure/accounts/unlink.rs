//! `admit azure accounts unlink`: links to Microsoft Entra ID are undone, by what is written of them.

use std::io;

use admit::Timestamp;
use admit::store::AccountKey;
use admit_migration::{MoveError, UnlinkDone, UnlinkJob, UnlinkStep};
use chrono::DateTime;
use clap::Args;
use serde::Serialize;

use crate::actor::Actor;
use crate::azure::between::{self, Between};
use crate::config::{self, Stores};
use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupts;
use crate::job::{self, Ended, Job};
use crate::output::{self, Format, Row};

/// Undoes links to Entra ID, and takes up what was parked for them
///
/// Without --apply it only counts. All links are meant that `link` or a sign-in made by what is known of people, unless
/// told which; those that people made themselves stay. It asks nobody, so it needs no registration with either provider,
/// and it can be run again at any time. Counts only; with --list a row for each link, which holds ids of people.
///
/// Ends with 1 as long as links are left that are meant: due (--apply undoes them), last_way_in (the person would have
/// none), busy (somebody refreshes the tokens at this moment; run it once more).
#[derive(Debug, Args)]
pub(crate) struct Unlink {
    /// Acts; without it, nothing is written
    #[arg(long)]
    apply: bool,
    /// Only that account: of Entra ID, or the one of Azure DevOps by which the person was known
    #[arg(long, value_name = "PROVIDER/SUBJECT", value_parser = account)]
    account: Option<AccountKey>,
    /// Only accounts of Entra ID in that tenant
    #[arg(long, value_name = "GUID", value_parser = between::tenant)]
    tenant: Option<String>,
    /// Only what was linked at that instant or later, such as 2026-11-22T18:00:00Z
    #[arg(long, value_name = "RFC3339", value_parser = instant)]
    since: Option<Timestamp>,
    /// Also links that people made themselves, by signing in to both
    #[arg(long)]
    by_hand_too: bool,
    /// Lists the links in place of the counts, with ids of users and of accounts
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

/// What became of the links. It names nobody.
#[derive(Debug, Serialize)]
struct Report {
    applied: bool,
    ended: Ended,
    links: u64,
    unlinked: u64,
    due: u64,
    by_hand: u64,
    last_way_in: u64,
    busy: u64,
    left: u64,
}

/// One link. It names a person, so it is shown to those only who ask for it.
#[derive(Debug, Serialize)]
struct Line {
    account: String,
    user: String,
    done: &'static str,
}

impl Row for Line {
    const COLUMNS: &'static [&'static str] = &["account", "user", "done"];
}

impl Unlink {
    pub(crate) async fn run(self) -> Result<Exit, Failure> {
        let mut interrupts = Interrupts::hear().map_err(Failure::Signals)?;
        let auth = config::stored(&self.stores, self.apply).await?;
        let mut job = self.job(self.between.azure_move().unlink(&auth)?);
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

    fn job(&self, job: UnlinkJob) -> UnlinkJob {
        let mut job = job.actor(self.actor.name());
        if !self.apply {
            job = job.dry_run();
        }
        if let Some(account) = &self.account {
            job = job.account(account.clone());
        }
        if let Some(tenant) = &self.tenant {
            job = job.tenant(tenant);
        }
        if let Some(since) = self.since {
            job = job.since(since);
        }
        if self.by_hand_too { job.by_hand_too() } else { job }
    }
}

impl Job for UnlinkJob {
    type Step = UnlinkStep;
    type Error = MoveError;

    async fn next(&mut self) -> Result<Option<UnlinkStep>, MoveError> {
        self.next().await
    }

    fn line(&self) -> String {
        let counts = self.counts();
        format!("{} links undone, {} due", counts.unlinked, counts.due)
    }
}

fn report(applied: bool, ended: Ended, job: &UnlinkJob) -> Report {
    let counts = job.counts();
    let left = counts.due + counts.last_way_in + counts.busy;
    Report {
        applied,
        ended,
        links: counts.unlinked + counts.by_hand + left,
        unlinked: counts.unlinked,
        due: counts.due,
        by_hand: counts.by_hand,
        last_way_in: counts.last_way_in,
        busy: counts.busy,
        left,
    }
}

fn line(step: UnlinkStep) -> Line {
    let done = match step.done {
        UnlinkDone::Unlinked => "unlinked",
        UnlinkDone::Due => "due",
        UnlinkDone::ByHand => "by_hand",
        UnlinkDone::LastWayIn => "last_way_in",
        UnlinkDone::Busy => "busy",
    };
    Line { account: step.account.subject, user: step.user, done }
}

fn account(text: &str) -> Result<AccountKey, &'static str> {
    match text.split_once('/') {
        Some((provider, subject)) if !provider.is_empty() && !subject.is_empty() => {
            Ok(AccountKey { provider: provider.to_owned(), subject: subject.to_owned() })
        }
        _ => Err("an account is told as PROVIDER/SUBJECT, such as azure-devops/… with the account of `plan --list`"),
    }
}

fn instant(text: &str) -> Result<Timestamp, &'static str> {
    match DateTime::parse_from_rfc3339(text) {
        Ok(instant) => Ok(Timestamp::from_unix_millis(instant.timestamp_millis())),
        Err(_) => Err("an instant is told with its offset, such as 2026-11-22T18:00:00Z"),
    }
}
