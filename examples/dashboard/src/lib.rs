//! What the dashboard examples share: the Azure DevOps calls and the pages.
//!
//! Signing in, and keeping the access token fresh, is admit's part. A web framework is the example's part.
//! What lies between the two is here, and it is the same for every framework: [`AzureDevOps`] reads, [`pages`] shows.

pub mod azure;
pub mod pages;

pub use azure::{AzureDevOps, AzureError};
pub use pages::View;
