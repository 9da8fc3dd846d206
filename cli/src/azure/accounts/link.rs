//! `admit azure accounts link`: whoever is named beyond doubt is linked before they come by Microsoft Entra ID.

use std::io;

use admit_migration::{LinkDone, LinkJob, LinkStep, MoveError};
use clap::Args;
use serde::Serialize;

use super::fate::{Fates, Line};
use crate::actor::Actor;
use crate::azure::between::{self, Between};
use crate::config::{self, Stores};
use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupts;
use crate::job::{self, Ended, Job};
use crate::output::{self, Format};

/// Links the accounts of Entra ID that are named beyond doubt
///
/// Without --apply it only counts. It asks nobody, so it needs no registration with either provider, and it can be run
/// again at any time: what is linked stays. Nobody's tokens are touched. Each link is written down, and `unlink` undoes
/// it. Counts only; with --list a row for each account, which holds ids of people.
///
/// Ends with 1 as long as accounts are left that are not linked: due (--apply links them), review, conflict, personal,
/// no_evidence, unnamed, and those that changed meanwhile.
#[derive(Debug, Args)]
pub(crate) struct Link {
    /// Acts; without it, nothing is written
    #[arg(long)]
    apply: bool,
    /// Only people of that home tenant
    #[arg(long, value_name = "GUID", value_parser = between::tenant)]
    tenant: Option<String>,
    /// Lists the accounts in place of the counts, with ids of users and of accounts
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

/// What became of the accounts. It names nobody.
#[derive(Debug, Serialize)]
struct Report {
    applied: bool,
    ended: Ended,
    accounts: u64,
    #[serde(flatten)]
    counts: Counts,
    left: u64,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Counts {
    linked: u64,
    due: u64,
    linked_before: u64,
    changed_meanwhile: u64,
    review: u64,
    conflict: u64,
    personal: u64,
    no_evidence: u64,
    unnamed: u64,
}

impl Link {
    pub(crate) async fn run(self) -> Result<Exit, Failure> {
        let mut interrupts = Interrupts::hear().map_err(Failure::Signals)?;
        let auth = config::stored(&self.stores, self.apply).await?;
        let mut job = self.between.azure_move().link(&auth)?.actor(self.actor.name());
        if !self.apply {
            job = job.dry_run();
        }
        if let Some(tenant) = &self.tenant {
            job = job.tenant(tenant);
        }
        let (mut fates, mut lines) = (Fates::default(), Vec::new());
        let (mut linked, mut due) = (0, 0);
        let end = job::through(&mut job, &mut interrupts, |LinkStep { planned, done, .. }| {
            match done {
                LinkDone::Linked => linked += 1,
                LinkDone::Due => due += 1,
                LinkDone::Nothing => fates.count(&planned.fate),
            }
            if self.list {
                lines.push(Line::of(planned).after(done));
            }
        })
        .await;
        let left = due + fates.left();
        let report = Report {
            applied: self.apply,
            ended: end.ended,
            accounts: linked + due + fates.total(),
            counts: counts(linked, due, &fates),
            left,
        };
        let listed = self.list.then_some(lines.as_slice());
        output::rows_or(&mut io::stdout(), self.format, listed, &report).map_err(Failure::Output)?;
        end.exit(left)
    }
}

fn counts(linked: u64, due: u64, fates: &Fates) -> Counts {
    Counts {
        linked,
        due,
        linked_before: fates.linked,
        // It was exact, and then somebody came in between.
        changed_meanwhile: fates.exact,
        review: fates.review,
        conflict: fates.conflict,
        personal: fates.personal,
        no_evidence: fates.no_evidence,
        unnamed: fates.unnamed,
    }
}

impl Job for LinkJob {
    type Step = LinkStep;
    type Error = MoveError;

    async fn next(&mut self) -> Result<Option<LinkStep>, MoveError> {
        self.next().await
    }

    fn line(&self) -> String {
        let counts = self.counts();
        let (linked, due) = (counts.linked, counts.due);
        format!("{} accounts, {linked} linked, {due} due", linked + due + counts.passed)
    }
}
