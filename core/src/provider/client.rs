//! The application as a provider's client: its id, and how it proves that it is that client.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use crate::{Clock, HttpClient, Secret};

/// The application's registration at a provider.
///
/// ```
/// use admit::Client;
///
/// let from_environment = Client::env();                  // AUTH_<ID>_ID and AUTH_<ID>_SECRET
/// let two_secrets = Client::new("app-id", "newest").secret("previous");
/// # let _ = (from_environment, two_secrets);
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    pub(crate) id: Option<String>,
    pub(crate) credentials: Vec<Arc<dyn ClientCredential>>,
    pub(crate) public: bool,
}

impl Client {
    /// Reads `AUTH_<PROVIDER>_ID` and `AUTH_<PROVIDER>_SECRET` when `build()` runs.
    ///
    /// Up to three more secrets are read from `AUTH_<PROVIDER>_SECRET_1` to `_3`; the highest number is the newest and
    /// is tried first. Providers may name older variables that are read as well.
    pub fn env() -> Self {
        Self { id: None, credentials: Vec::new(), public: false }
    }

    /// A client with a secret.
    pub fn new(id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self { id: Some(id.into()), credentials: Vec::new(), public: false }.secret(secret)
    }

    /// A client that has no secret (RFC 6749 §2.1).
    pub fn public(id: impl Into<String>) -> Self {
        Self { id: Some(id.into()), credentials: Vec::new(), public: true }
    }

    /// Adds a secret, tried once after those before it when the provider answers `invalid_client`.
    #[must_use]
    pub fn secret(self, secret: impl Into<Secret>) -> Self {
        self.credential(ClientSecret(secret.into()))
    }

    /// Adds a credential of another kind, tried like a further secret.
    #[must_use]
    pub fn credential(mut self, credential: impl ClientCredential) -> Self {
        self.credentials.push(Arc::new(credential));
        self
    }
}

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

/// A client whose id and credentials are known: what `build()` makes of a [`Client`].
#[derive(Clone, Debug)]
pub(crate) struct ResolvedClient {
    pub(crate) id: String,
    pub(crate) credentials: Vec<Arc<dyn ClientCredential>>,
}
