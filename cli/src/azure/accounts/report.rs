//! `admit azure accounts report`: how far the move is, tenant by tenant. Nothing is written, and nobody is asked.

use std::io;

use admit_migration::TenantReport;
use clap::Args;
use serde::Serialize;

use crate::azure::between::Between;
use crate::config::{self, Stores};
use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupts;
use crate::output::{self, Format, Row};
use crate::progress::Progress;

/// Tells how far the move is, tenant by tenant
///
/// Asks nobody and writes nothing, so it needs no registration with either provider. It names no person. Under no tenant
/// stand personal accounts, and those of which it is not known; a table ends with the sum.
///
/// Ends with 1 as long as a tenant may not close (all are linked but personal accounts), or may not purge (it may close,
/// and no grant of Azure DevOps is in use). The stages of the tenants are the running application's, and not told.
#[derive(Debug, Args)]
pub(crate) struct Tell {
    /// How the result is written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    between: Between,
    #[command(flatten)]
    stores: Stores,
}

/// One tenant.
#[derive(Debug, Serialize)]
struct Line {
    tenant: Option<String>,
    accounts: u64,
    linked: u64,
    linked_percent: u64,
    exact: u64,
    review: u64,
    conflict: u64,
    personal: u64,
    unnamed: u64,
    grants_in_use: u64,
    grants_parked: u64,
    grants_refused: u64,
    grants_absent: u64,
    may_close: bool,
    may_purge: bool,
}

impl Row for Line {
    const COLUMNS: &'static [&'static str] = &[
        "tenant",
        "accounts",
        "linked",
        "linked_percent",
        "exact",
        "review",
        "conflict",
        "personal",
        "unnamed",
        "grants_in_use",
        "grants_parked",
        "grants_refused",
        "grants_absent",
        "may_close",
        "may_purge",
    ];
}

impl Tell {
    pub(crate) async fn run(self) -> Result<Exit, Failure> {
        let mut interrupts = Interrupts::hear().map_err(Failure::Signals)?;
        let auth = config::stored(&self.stores, false).await?;
        let azure_move = self.between.azure_move();
        let mut progress = Progress::new();
        progress.show(|| "looking …".to_owned());
        let report = tokio::select! {
            biased;
            () = interrupts.next() => return Ok(Exit::Interrupted),
            report = azure_move.report(&auth) => report?,
        };
        drop(progress);
        let mut lines: Vec<Line> =
            report.tenants.iter().map(|(tenant, counted)| line(tenant.clone(), counted)).collect();
        let is_over = lines.iter().all(|line| line.may_close && line.may_purge);
        if self.format == Format::Table {
            lines.push(line(Some("all".to_owned()), &report.total()));
        }
        output::rows(&mut io::stdout(), self.format, &lines).map_err(Failure::Output)?;
        Ok(if is_over { Exit::Done } else { Exit::Left })
    }
}

fn line(tenant: Option<String>, counted: &TenantReport) -> Line {
    let TenantReport { accounts, grants, .. } = counted;
    Line {
        tenant,
        accounts: accounts.total(),
        linked: accounts.linked,
        linked_percent: counted.linked_percent(),
        exact: accounts.exact,
        review: accounts.review,
        conflict: accounts.conflict,
        personal: accounts.personal,
        unnamed: accounts.unnamed,
        grants_in_use: grants.in_use,
        grants_parked: grants.parked,
        grants_refused: grants.refused,
        grants_absent: grants.absent,
        may_close: counted.may_close(),
        may_purge: counted.may_purge(),
    }
}
