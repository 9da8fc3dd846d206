//! What admit knows of a provider: its name, its looks, and the flow by which it signs people in.

mod client;
mod context;
mod description;
mod error;
mod flow;
mod grant;
mod review;

use std::fmt;

pub(crate) use client::ResolvedClient;
pub use client::{Client, ClientAuthentication, ClientCredential, ClientSecret, CredentialContext, CredentialError};
pub use context::{ProviderContext, bearer};
pub use description::{ClientAuthMethod, OAuthProvider, Pkce, ProfileError};
pub use error::{Endpoint, Fault, ProviderError};
pub use flow::{AuthorizationRequest, Granted, OAuthFlow, Parameters, same_word};
pub use grant::Grant;
pub use review::{Finding, Review};

/// Someone who can tell who a person is.
///
/// Most providers are an [`OAuthProvider`], which is a description; implement this and [`OAuthFlow`] only where the
/// wire departs from the RFCs.
pub trait Provider: fmt::Debug + Send + Sync + 'static {
    /// The id in URLs and environment variables: lower case, words joined by hyphens.
    fn id(&self) -> &str;

    /// The name a person reads.
    fn name(&self) -> &str;

    /// How it signs people in.
    fn flow(&self) -> Flow<'_>;

    /// Looks at the configuration when [`build()`](crate::AuthBuilder::build) runs, and says what is wrong with it.
    fn review(&self, review: &Review<'_>) -> Vec<Finding> {
        let _ = review;
        Vec::new()
    }
}

/// The ways of signing in that the engine knows.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Flow<'a> {
    /// A redirect to the provider and back, with a code (RFC 6749 §4.1).
    OAuth(&'a dyn OAuthFlow),
}
