//! The move from Azure DevOps OAuth to Microsoft Entra ID.
//!
//! Microsoft ends Azure DevOps OAuth in 2026. Its tokens cannot be converted, its profile ids say nothing to Entra ID, and
//! an e-mail address proves nothing on either side. This crate keeps everybody who they are all the same. It is a crate of
//! its own so that it can be taken out when the move is over.
//!
//! | step | where |
//! |---|---|
//! | what is known of each account, while Azure DevOps still answers | [`AzureEvidence`]: [`enrich`] asks about all accounts, [`capture`] about whoever signs in, [`import_identities`] adds what an administrator exported |
//! | who somebody is who signs in with Entra ID | [`judge`], a function of nothing but what it is told |
//! | people are recognised, and shown the way | [`AzureMove`], a [`Succession`](admit::Succession) |
//! | what would become of everybody, and how far it is | [`AzureMove::plan`], [`AzureMove::report`] |
//! | whoever is named is linked beforehand, and links are undone | [`AzureMove::link`], [`AzureMove::unlink`] |
//! | the tokens of Azure DevOps go | [`AzureMove::purge`] |
//! | which tenant each organisation belongs to | [`OrganizationProbe`] |
//! | which permissions take the place of the scopes | [`scopes`] |

mod azure_move;
mod capture;
mod enrich;
mod error;
mod evidence;
mod guid;
mod import_identities;
mod keep;
mod link;
mod matching;
mod newcomers;
mod organisations;
mod plan;
mod purge;
mod record;
mod report;
pub mod scopes;
mod stage;
mod unlink;
mod walk;

pub use azure_move::AzureMove;
pub use capture::{capture, capture_for};
pub use enrich::{Enrich, EnrichCounts, EnrichError, Enriched, enrich};
pub use error::MoveError;
pub use evidence::{AzureEvidence, ExportedIdentity, Origin};
pub use import_identities::{ImportCounts, ImportIdentitiesError, import_identities};
pub use link::{LinkCounts, LinkDone, LinkJob, LinkStep};
pub use matching::{AzureProfile, Candidate, Confidence, Doubt, EntraPerson, EntraSignIn, Hit, Method, Verdict, judge};
pub use organisations::{
    OrganizationName, OrganizationNameError, OrganizationProbe, OrganizationTenant, UnknownTenant,
};
pub use plan::{Fate, Plan, PlanCounts, Planned, Stranding};
pub use purge::{PurgeCounts, PurgeDone, PurgeJob, PurgeStep};
pub use report::{GrantCounts, Report, TenantReport};
pub use stage::{PersonalAccounts, Stage};
pub use unlink::{UnlinkCounts, UnlinkDone, UnlinkJob, UnlinkStep};
