//! How far the move is, tenant by tenant.

use std::collections::BTreeMap;

use admit::{Auth, AuthError, GrantState};

use crate::plan::PlanCounts;
use crate::{AzureMove, MoveError, Stage};

/// How far the move is. Made by [`AzureMove::report`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// By home tenant; personal accounts and those of which it is not known stand under `None`.
    pub tenants: BTreeMap<Option<String>, TenantReport>,
}

/// How far it is with the people of one tenant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TenantReport {
    /// The stage that they are in.
    pub stage: Stage,
    /// Accounts of Azure DevOps, by what became of them.
    pub accounts: PlanCounts,
    /// Grants of Azure DevOps, by their state.
    pub grants: GrantCounts,
}

/// How many grants there are in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GrantCounts {
    /// Their tokens are handed out.
    pub in_use: u64,
    /// Kept for the way back.
    pub parked: u64,
    /// Refused by Azure DevOps: the person has to sign in there again, so they are dormant until then.
    pub refused: u64,
    /// Deleted, or never there.
    pub absent: u64,
    /// They open under no key, so nobody is handed any.
    pub unreadable: u64,
}

impl TenantReport {
    /// How many of a hundred accounts are linked, rounded down, so that it is a hundred only when all are.
    pub fn linked_percent(&self) -> u64 {
        (self.accounts.linked * 100).checked_div(self.accounts.total()).unwrap_or(100)
    }

    /// Whether nobody is lost when Azure DevOps signs nobody in any more: all are linked, but for personal accounts, who
    /// have to be told.
    pub fn may_close(&self) -> bool {
        self.accounts.linked + self.accounts.personal == self.accounts.total()
    }

    /// Whether the tokens of Azure DevOps may go: it may close, and no grant is handed out any more.
    pub fn may_purge(&self) -> bool {
        self.may_close() && self.grants.in_use == 0
    }
}

impl Report {
    /// All tenants together. The stage is that of people of whom no tenant is known.
    pub fn total(&self) -> TenantReport {
        let mut total =
            self.tenants.get(&None).map(|none| TenantReport { stage: none.stage, ..TenantReport::default() });
        let sum = total.get_or_insert_default();
        for TenantReport { accounts, grants, .. } in self.tenants.values() {
            sum.accounts.add(accounts);
            sum.grants.in_use += grants.in_use;
            sum.grants.parked += grants.parked;
            sum.grants.refused += grants.refused;
            sum.grants.absent += grants.absent;
            sum.grants.unreadable += grants.unreadable;
        }
        *sum
    }
}

impl AzureMove {
    /// Looks at all accounts of Azure DevOps and counts.
    ///
    /// # Errors
    /// Without a user store, or when a store fails.
    pub async fn report(&self, auth: &Auth) -> Result<Report, MoveError> {
        let (mut report, mut plan) = (Report::default(), self.plan(auth)?);
        while let Some(planned) = plan.next().await? {
            let grant = auth.grant_of(&planned.account).await;
            let stage = self.stage_of(planned.tenant.as_deref());
            let tenant = report.tenants.entry(planned.tenant).or_default();
            tenant.stage = stage;
            tenant.accounts.count(&planned.fate);
            *match grant {
                Ok(GrantState::InUse) => &mut tenant.grants.in_use,
                Ok(GrantState::Parked) => &mut tenant.grants.parked,
                Ok(GrantState::Refused) => &mut tenant.grants.refused,
                Ok(GrantState::Absent) => &mut tenant.grants.absent,
                Err(AuthError::Unsealable) => &mut tenant.grants.unreadable,
                Err(error) => return Err(error.into()),
            } += 1;
        }
        Ok(report)
    }
}
