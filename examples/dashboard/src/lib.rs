//! What the dashboard examples share: the Azure DevOps calls and the pages.
//!
//! Signing in, and keeping the access token fresh, is admit's part. A web framework is the example's part.
//! What lies between the two is here, and it is the same for every framework: [`Settings`] are read, a [`Site`] is set
//! up with its sign-in, [`AzureDevOps`] reads, [`pages`] shows.

pub mod azure;
pub mod pages;
pub mod settings;
pub mod site;

pub use azure::{AzureDevOps, AzureError};
pub use pages::View;
pub use settings::Settings;
pub use site::Site;
