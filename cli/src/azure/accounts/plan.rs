//! `admit azure accounts plan`: what would become of everybody, by what is known. Nothing is written, and nobody is asked.

use std::io;

use admit::AuthError;
use admit_migration::{Doubt, Fate, MoveError, Plan, Planned};
use clap::Args;
use serde::Serialize;

use super::fate::{Fates, Line};
use crate::azure::between::{self, Between};
use crate::config::{self, Stores};
use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupts;
use crate::job::{self, Ended, Job};
use crate::output::{self, Format};

/// Looks what would become of each account of Azure DevOps
///
/// Asks nobody and writes nothing, so it needs no registration with either provider. Counts only; with --list a row for
/// each account, which holds ids of people and says what there is to do.
///
/// Ends with 1 as long as accounts are left that are not linked to Entra ID: exact (`link` would do it), review,
/// conflict, personal, no_evidence, unnamed.
#[derive(Debug, Args)]
pub(crate) struct Look {
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
    between: Between,
    #[command(flatten)]
    stores: Stores,
}

/// What was found. It names nobody.
#[derive(Debug, Serialize)]
struct Report {
    ended: Ended,
    accounts: u64,
    #[serde(flatten)]
    fates: Fates,
    left: u64,
}

impl Look {
    pub(crate) async fn run(self) -> Result<Exit, Failure> {
        let mut interrupts = Interrupts::hear().map_err(Failure::Signals)?;
        let auth = config::stored(&self.stores, false).await?;
        let mut plan = self.between.azure_move().plan(&auth)?;
        let (mut fates, mut lines, mut unreadable) = (Fates::default(), Vec::new(), 0);
        let end = job::through(&mut plan, &mut interrupts, |planned| {
            if self.tenant.is_some() && planned.tenant != self.tenant {
                return;
            }
            fates.count(&planned.fate);
            unreadable += u64::from(planned.fate == Fate::Review(Doubt::Unreadable));
            if self.list {
                lines.push(Line::of(planned));
            }
        })
        .await;
        let report = Report { ended: end.ended, accounts: fates.total(), fates, left: fates.left() };
        let listed = self.list.then_some(lines.as_slice());
        output::rows_or(&mut io::stdout(), self.format, listed, &report).map_err(Failure::Output)?;
        match unreadable {
            0 => {}
            // One that was altered is that row's matter. All of them are the key's.
            all if all == report.accounts => return Err(MoveError::from(AuthError::Unsealable).into()),
            some => tracing::warn!(accounts = some, cause = %AuthError::Unsealable, "some evidence cannot be read"),
        }
        end.exit(report.left)
    }
}

impl Job for Plan {
    type Step = Planned;
    type Error = MoveError;

    async fn next(&mut self) -> Result<Option<Planned>, MoveError> {
        self.next().await
    }

    fn line(&self) -> String {
        let counts = self.counts();
        format!("{} accounts, {} linked, {} can be", counts.total(), counts.linked, counts.exact)
    }
}
