//! How the application proves to a token endpoint that it is the client it says it is.

use std::error::Error as StdError;
use std::fmt;

use async_trait::async_trait;

use crate::{Clock, HttpClient, Secret};

/// Proves to a token endpoint that the application is the client it says it is.
#[async_trait]
pub trait ClientCredential: fmt::Debug + Send + Sync + 'static {
    /// What to put into the next request. Asked anew each time, so that short-lived assertions can be made here.
    async fn authenticate(&self, cx: &CredentialContext<'_>) -> Result<ClientAuthentication, CredentialError>;

    /// The secret, if it is one, for checks of the configuration.
    fn as_secret(&self) -> Option<&Secret> {
        None
    }
}

/// What a credential may need to prove itself.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CredentialContext<'a> {
    /// The client id.
    pub client_id: &'a str,
    /// Where the proof goes.
    pub token_endpoint: &'a str,
    /// The clock.
    pub clock: &'a dyn Clock,
    /// The client for requests of its own.
    pub http: &'a dyn HttpClient,
}

impl<'a> CredentialContext<'a> {
    /// A context, for testing a credential by itself.
    pub fn new(client_id: &'a str, token_endpoint: &'a str, clock: &'a dyn Clock, http: &'a dyn HttpClient) -> Self {
        Self { client_id, token_endpoint, clock, http }
    }
}

/// The proof.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ClientAuthentication {
    /// None: a public client.
    None,
    /// A secret; the provider's description says where it goes.
    Secret(Secret),
    /// An assertion (RFC 7521 §4.2).
    Assertion {
        /// The `client_assertion_type`.
        assertion_type: &'static str,
        /// The `client_assertion`.
        assertion: Secret,
    },
}

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
#[error("the client credential cannot be had: {what}")]
pub struct CredentialError {
    what: String,
    #[source]
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl CredentialError {
    /// Says what is missing, and why.
    pub fn new(what: impl Into<String>, source: Option<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { what: what.into(), source }
    }
}

/// A client secret (RFC 6749 §2.3.1).
#[derive(Clone, Debug)]
pub struct ClientSecret(
    /// The secret.
    pub Secret,
);

#[async_trait]
impl ClientCredential for ClientSecret {
    async fn authenticate(&self, _: &CredentialContext<'_>) -> Result<ClientAuthentication, CredentialError> {
        Ok(ClientAuthentication::Secret(self.0.clone()))
    }

    fn as_secret(&self) -> Option<&Secret> {
        Some(&self.0)
    }
}

/// Where a client secret goes (RFC 6749 §2.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientAuthMethod {
    /// In a Basic header, id and secret form-encoded.
    Basic,
    /// In the body.
    Post,
}
