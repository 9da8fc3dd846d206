//! The move from Azure DevOps OAuth to Microsoft Entra ID.
//!
//! Microsoft ends Azure DevOps OAuth in 2026. Its tokens cannot be converted, its profile ids say nothing to Entra ID, and
//! an e-mail address proves nothing on either side. This crate keeps everybody who they are all the same. It is a crate of
//! its own so that it can be taken out when the move is over.
//!
//! | step | where |
//! |---|---|
//! | what is known of each account, while Azure DevOps still answers | [`AzureEvidence`]: [`enrich`] asks about all accounts, [`capture`] about whoever signs in |
//! | who somebody is who signs in with Entra ID | [`judge`], a function of nothing but what it is told |

mod capture;
mod enrich;
mod evidence;
mod guid;
mod matching;

pub use capture::{capture, capture_for};
pub use enrich::{Enrich, EnrichCounts, EnrichError, Enriched, enrich};
pub use evidence::{AzureEvidence, ExportedIdentity, Origin};
pub use matching::{AzureProfile, Candidate, Confidence, Doubt, EntraPerson, EntraSignIn, Hit, Method, Verdict, judge};
