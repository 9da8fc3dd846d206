//! `admit azure accounts enrich`: what Azure DevOps, or an administrator's export, says of who people are.

use std::fs::File;
use std::io::{self, Read};
use std::num::NonZeroU32;
use std::time::Duration;

use admit::{Auth, Client, Deed};
use admit_migration::{Enrich, EnrichCounts, EnrichError, Enriched, ImportCounts, enrich, import_identities};
use admit_providers::azure_devops;
use clap::Args;
use serde::Serialize;

use crate::actor::Actor;
use crate::config::{self, Stores};
use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupts;
use crate::job::{self, End, Ended, Job};
use crate::output::{self, Format};

/// Keeps what is known of who people are in Entra ID, as long as Azure DevOps still answers
///
/// Without --apply it only counts. Each account with tokens is asked about with its own token; what was said is kept
/// sealed in the database. It can be run again at any time, and goes on where it was: whoever was asked about not long ago
/// is passed. With --identities an administrator's export is added afterwards: the JSON of ReadIdentities, or of the users
/// of the Graph of Azure DevOps. The environment is read as the application reads it: AUTH_URL, AUTH_SECRET,
/// AUTH_AZURE_DEVOPS_*, DATABASE_URL and REDIS_URL. The result names nobody.
///
/// Ends with 1 if accounts are left that were not asked about: due (--apply does), busy and failed (run it once more),
/// needs_reauthentication (the person has to sign in there again), not_accepted and refused (Azure DevOps, or a policy
/// there, does not let the application ask), conflict (the token is another person's). Of accounts under no_grant there is
/// nothing to ask with. Of an export, rows that would be added are left.
#[derive(Debug, Args)]
pub(crate) struct Capture {
    /// Acts; without it, nothing is sent and nothing is written
    #[arg(long)]
    apply: bool,
    /// Accounts in a second, at most; Azure DevOps may want fewer
    #[arg(long, default_value = "5", value_name = "N")]
    rate: NonZeroU32,
    /// Asks about everybody, however fresh what is known of them
    #[arg(long, conflicts_with = "refresh_after")]
    all: bool,
    /// For how many days nobody is asked about again
    #[arg(long, default_value = "30", value_name = "DAYS")]
    refresh_after: u32,
    /// An administrator's export, which is added; - is standard input
    #[arg(long, value_name = "FILE")]
    identities: Option<String>,
    /// Asks nobody, and adds the export alone: no registration is needed, and Azure DevOps may have ended
    #[arg(long, requires = "identities")]
    without_asking: bool,
    /// How the result is written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The id under which Azure DevOps stands in the application
    #[arg(long, default_value = "azure-devops", value_name = "ID")]
    from: String,
    #[command(flatten)]
    actor: Actor,
    #[command(flatten)]
    stores: Stores,
}

/// What became of the accounts, and of the rows of the export. It names nobody.
#[derive(Debug, Serialize)]
struct Report {
    applied: bool,
    ended: Ended,
    accounts: u64,
    complete: u64,
    partial: u64,
    fresh: u64,
    due: u64,
    no_grant: u64,
    needs_reauthentication: u64,
    not_accepted: u64,
    refused: u64,
    conflict: u64,
    busy: u64,
    failed: u64,
    export_added: u64,
    export_known: u64,
    export_strangers: u64,
    export_unusable: u64,
    left: u64,
}

impl Capture {
    pub(crate) async fn run(self) -> Result<Exit, Failure> {
        let mut interrupts = Interrupts::hear().map_err(Failure::Signals)?;
        let mut export = self.export()?;
        let auth = match self.without_asking {
            true => config::stored(&self.stores, self.apply).await?,
            false => {
                let provider = azure_devops(Client::env()).id(self.from.clone());
                config::asking(provider, &self.stores, self.apply).await?
            }
        };
        let mut job = if self.without_asking { None } else { Some(self.job(&auth)?) };
        self.note(&auth, BEGUN, None).await?;
        let end = match &mut job {
            Some(job) => job::through(job, &mut interrupts, |_| {}).await,
            None => End::complete(),
        };
        let counts = job.map(|job| job.counts()).unwrap_or_default();
        let mut added = ImportCounts::default();
        if let Some(export) = export.as_mut().filter(|_| end.ended == Ended::Complete) {
            added = import_identities(&auth, &self.from, export, self.apply).await?;
        }
        let report = report(self.apply, end.ended, &counts, &added);
        self.note(&auth, ENDED, Some(&report)).await?;
        output::write(&mut io::stdout(), self.format, &report).map_err(Failure::Output)?;
        end.exit(report.left)
    }

    fn job(&self, auth: &Auth) -> Result<Enrich, EnrichError> {
        let job = enrich(auth, &self.from)?.rate(self.rate);
        let job = job.refresh_after(Duration::from_secs(u64::from(self.refresh_after) * 86_400));
        let job = if self.all { job.all() } else { job };
        Ok(if self.apply { job } else { job.dry_run() })
    }

    /// Opened before anybody is asked, so that a slip is told at once.
    fn export(&self) -> Result<Option<Box<dyn Read>>, Failure> {
        Ok(match self.identities.as_deref() {
            None => None,
            Some("-") => Some(Box::new(io::stdin())),
            Some(file) => Some(Box::new(
                File::open(file)
                    .map_err(|error| Failure::Environment(format!("--identities: {file} cannot be read: {error}")))?,
            )),
        })
    }

    /// Writes down who did it: that they begin, lest they do not end; and what came of it.
    async fn note(&self, auth: &Auth, action: &str, report: Option<&Report>) -> Result<(), Failure> {
        if !self.apply {
            return Ok(());
        }
        let actor = self.actor.name();
        let deed = Deed::new(&actor, action).detail("provider", self.from.as_str());
        let deed = match report {
            Some(report) => deed
                .detail("accounts", report.accounts)
                .detail("captured", report.complete + report.partial)
                .detail("added", report.export_added)
                .detail("left", report.left),
            None => deed.detail("asks", !self.without_asking).detail("identities", self.identities.is_some()),
        };
        auth.audit(deed).await?;
        Ok(())
    }
}

impl Job for Enrich {
    type Step = Enriched;
    type Error = EnrichError;

    async fn next(&mut self) -> Result<Option<Enriched>, EnrichError> {
        self.next().await
    }

    fn line(&self) -> String {
        let counts = self.counts();
        format!("{} accounts, {} captured, {} fresh", counts.total(), counts.captured(), counts.fresh)
    }

    fn pause(&self) -> Duration {
        self.pause()
    }
}

fn report(applied: bool, ended: Ended, counts: &EnrichCounts, added: &ImportCounts) -> Report {
    let unasked = counts.needs_reauthentication + counts.not_accepted + counts.refused + counts.conflict;
    let would_be_added = if applied { 0 } else { added.added };
    Report {
        applied,
        ended,
        accounts: counts.total(),
        complete: counts.complete,
        partial: counts.partial,
        fresh: counts.fresh,
        due: counts.due,
        no_grant: counts.no_grant,
        needs_reauthentication: counts.needs_reauthentication,
        not_accepted: counts.not_accepted,
        refused: counts.refused,
        conflict: counts.conflict,
        busy: counts.busy,
        failed: counts.failed,
        export_added: added.added,
        export_known: added.known,
        export_strangers: added.strangers,
        export_unusable: added.unusable,
        left: counts.left() + unasked + would_be_added + added.unreadable,
    }
}

const BEGUN: &str = "enrich";
const ENDED: &str = "enriched";
