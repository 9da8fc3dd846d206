//! What the dashboard examples share, so that each of them shows only its wiring.
//!
//! Signing in, and keeping the access token fresh, is admit's part. A web framework is the example's part.
//! What lies between the two is here, and it is the same for every framework: [`program`] reads the [`Settings`], opens
//! the [`Sockets`] and sets up a [`Site`] with its sign-in; for each request a [`Visit`] asks [`AzureDevOps`] and shows
//! one of the [`pages`].

pub mod azure;
mod devices;
mod kept;
pub mod pages;
pub mod pretend;
pub mod program;
pub mod settings;
pub mod site;
pub mod sockets;
mod tls;
mod visit;

pub use azure::{AzureDevOps, AzureError};
pub use kept::KeptError;
pub use pages::View;
pub use settings::Settings;
pub use site::Site;
pub use sockets::Sockets;
pub use visit::{Page, Visit};
