//! What would become of accounts: how many, and which, and what there is to do.

use admit_migration::{Fate, LinkDone, Planned, Stranding};
use serde::Serialize;

use crate::output::Row;

/// How many accounts are in for what.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Fates {
    pub(super) linked: u64,
    pub(super) exact: u64,
    pub(super) review: u64,
    pub(super) conflict: u64,
    pub(super) personal: u64,
    pub(super) no_evidence: u64,
    pub(super) unnamed: u64,
}

/// One account. It names a person, so it is shown to those only who ask for it.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    account: String,
    user: String,
    tenant: Option<String>,
    fate: &'static str,
    rule: Option<&'static str>,
    entra: Option<String>,
    next: String,
}

impl Row for Line {
    const COLUMNS: &'static [&'static str] = &["account", "user", "tenant", "fate", "rule", "entra", "next"];
}

impl Fates {
    pub(super) fn count(&mut self, fate: &Fate) {
        *match fate {
            Fate::Linked => &mut self.linked,
            Fate::Exact { .. } => &mut self.exact,
            Fate::Review(_) => &mut self.review,
            Fate::Conflict(_) => &mut self.conflict,
            Fate::Stranded(Stranding::Personal) => &mut self.personal,
            Fate::Stranded(Stranding::NoEvidence) => &mut self.no_evidence,
            Fate::Stranded(_) => &mut self.unnamed,
        } += 1;
    }

    pub(super) fn total(&self) -> u64 {
        self.linked + self.left()
    }

    /// Those whose users have no account of Entra ID.
    pub(super) fn left(&self) -> u64 {
        let Self { exact, review, conflict, personal, no_evidence, unnamed, .. } = self;
        exact + review + conflict + personal + no_evidence + unnamed
    }
}

impl Line {
    pub(super) fn of(planned: Planned) -> Self {
        let (entra, rule) = match &planned.fate {
            Fate::Exact { entra, method } => (Some(entra.subject.clone()), Some(method.name())),
            _ => (None, None),
        };
        let (fate, next) = (name(&planned.fate), next(&planned.fate));
        Self { account: planned.account.subject, user: planned.user, tenant: planned.tenant, fate, rule, entra, next }
    }

    /// The same, after something was done to it or not.
    pub(super) fn after(mut self, done: LinkDone) -> Self {
        if done == LinkDone::Linked {
            (self.fate, self.next) = (name(&Fate::Linked), next(&Fate::Linked));
        }
        self
    }
}

pub(super) fn name(fate: &Fate) -> &'static str {
    match fate {
        Fate::Linked => "linked",
        Fate::Exact { .. } => "exact",
        Fate::Review(_) => "review",
        Fate::Conflict(_) => "conflict",
        Fate::Stranded(Stranding::Personal) => "personal",
        Fate::Stranded(Stranding::NoEvidence) => "no_evidence",
        Fate::Stranded(_) => "unnamed",
    }
}

/// What there is to do, for an operator.
fn next(fate: &Fate) -> String {
    match fate {
        Fate::Linked => "nothing; it is done".to_owned(),
        Fate::Exact { .. } => "link it by `link --apply`, or let the person come by Entra ID".to_owned(),
        Fate::Review(doubt) => format!(
            "{doubt}; ask Azure DevOps anew by `enrich --apply --all`, and else let the person sign in to both in one go"
        ),
        Fate::Conflict(users) => {
            let users: Vec<_> = users.iter().map(String::as_str).collect();
            format!(
                "the users {} are known by one person of Entra ID, and none of them is linked; find out whose it is, \
                 join or delete the others in the application, and look again",
                users.join(" and ")
            )
        }
        Fate::Stranded(Stranding::Personal) => "a personal account, of which Entra ID says nothing; let the person sign in \
             to both in one go, or tell them when Azure DevOps ends"
            .to_owned(),
        Fate::Stranded(Stranding::NoEvidence) => "Azure DevOps has not said who it is; run `enrich --apply`, or add an \
             administrator's export by `enrich --apply --identities FILE`; else let the person sign in to both in one go"
            .to_owned(),
        Fate::Stranded(_) => "Azure DevOps does not name the person in Entra ID; add an administrator's export by `enrich \
             --apply --identities FILE`, or let the person come: they are recognised by a token for Azure DevOps, or \
             sign in to both in one go"
            .to_owned(),
    }
}
