//! The move from Azure DevOps OAuth to Microsoft Entra ID.
//!
//! Microsoft ends Azure DevOps OAuth in 2026. Its tokens cannot be converted, its profile ids say nothing to Entra ID, and
//! an e-mail address proves nothing on either side. This crate keeps everybody who they are all the same. It is a crate of
//! its own so that it can be taken out when the move is over.
//!
//! | step | where |
//! |---|---|
//! | what is known of each account, while Azure DevOps still answers | [`AzureEvidence`]: [`enrich`] asks about all accounts, [`capture`] about whoever signs in, [`import_identities`] adds what an administrator exported |

mod capture;
mod enrich;
mod evidence;
mod guid;
mod import_identities;

pub use capture::{capture, capture_for};
pub use enrich::{Enrich, EnrichCounts, EnrichError, Enriched, enrich};
pub use evidence::{AzureEvidence, ExportedIdentity, Origin};
pub use import_identities::{ImportCounts, ImportIdentitiesError, import_identities};
