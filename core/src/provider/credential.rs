//! How the application proves to a token endpoint that it is the client it says it is.

use std::error::Error as StdError;
use std::fmt;

use async_trait::async_trait;

use super::{Fingerprint, Validity};
use crate::jws::SigningKeyError;
use crate::{Clock, HttpClient, Random, Secret};

/// Proves to a token endpoint that the application is the client it says it is.
///
/// A [`ClientSecret`], a [`PrivateKeyJwt`](super::PrivateKeyJwt) and a
/// [`FederatedTokenFile`](super::FederatedTokenFile) are such; write another for a proof that comes from elsewhere. A
/// client has one or several of them. They are asked in their order, and the next one only when the provider answers
/// `invalid_client`: a credential that cannot be had is an error that somebody has to see.
///
/// One that a vault signs, and that asks the vault again shortly before the assertion ends:
///
/// ```
/// use std::time::Duration;
///
/// use admit::provider::{ClientAuthentication, ClientCredential, CredentialContext, CredentialError};
/// use admit::{Clock, Secret, Timestamp};
/// use async_trait::async_trait;
/// use tokio::sync::Mutex;
///
/// #[derive(Debug, Default)]
/// struct FromVault {
///     latest: Mutex<Option<(Secret, Timestamp)>>,
/// }
///
/// #[async_trait]
/// impl ClientCredential for FromVault {
///     async fn authenticate(&self, cx: &CredentialContext<'_>) -> Result<ClientAuthentication, CredentialError> {
///         let now = cx.clock.now();
///         // Held while the vault is asked, so that a hundred sign-ins ask once.
///         let mut latest = self.latest.lock().await;
///         if let Some((assertion, ends_at)) = &*latest
///             && now + Duration::from_secs(60) < *ends_at
///         {
///             return Ok(ClientAuthentication::jwt_bearer(assertion.clone()));
///         }
///         let request = http::Request::get("https://vault.example/v1/identity/oidc/token/app")
///             .body(bytes::Bytes::new())
///             .map_err(|error| CredentialError::new("the request to the vault cannot be made", Some(error.into())))?;
///         let answer = cx.http.send(request).await;
///         let answer = answer.map_err(|error| CredentialError::new("the vault does not answer", Some(error.into())))?;
///         if answer.status() != 200 {
///             return Err(CredentialError::new(format!("the vault answered {}", answer.status()), None));
///         }
///         let assertion = Secret::new(String::from_utf8_lossy(answer.body()));
///         *latest = Some((assertion.clone(), now + Duration::from_secs(3600)));
///         Ok(ClientAuthentication::jwt_bearer(assertion))
///     }
/// }
/// ```
#[async_trait]
pub trait ClientCredential: fmt::Debug + Send + Sync + 'static {
    /// What to put into the next request. Asked anew each time, so that short-lived assertions can be made here.
    async fn authenticate(&self, cx: &CredentialContext<'_>) -> Result<ClientAuthentication, CredentialError>;

    /// The secret, if it is one, for checks of the configuration.
    fn as_secret(&self) -> Option<&Secret> {
        None
    }

    /// Tells it from the client's other credentials, wherever it stands among them. A grant is kept with that of the
    /// credential it was made with. None, where a grant outlives the credential that it was made with.
    fn fingerprint(&self) -> Option<Fingerprint> {
        self.as_secret().map(Fingerprint::of)
    }

    /// From when to when it is good, as far as that is known. A secret that is a JWT says so itself.
    fn validity(&self) -> Validity {
        self.as_secret().map(Validity::of_jwt).unwrap_or_default()
    }
}

/// What a credential may need to prove itself.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CredentialContext<'a> {
    /// The client id.
    pub client_id: &'a str,
    /// Where codes are exchanged: the audience of an assertion, wherever it is sent.
    pub token_endpoint: &'a str,
    /// The clock.
    pub clock: &'a dyn Clock,
    /// The randomness.
    pub random: &'a dyn Random,
    /// The client for requests of its own.
    pub http: &'a dyn HttpClient,
}

impl<'a> CredentialContext<'a> {
    /// A context, for testing a credential by itself.
    pub fn new(
        client_id: &'a str,
        token_endpoint: &'a str,
        clock: &'a dyn Clock,
        random: &'a dyn Random,
        http: &'a dyn HttpClient,
    ) -> Self {
        Self { client_id, token_endpoint, clock, random, http }
    }
}

/// The proof.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ClientAuthentication {
    /// None: a public client.
    None,
    /// A secret; the provider's description or its discovery document says where it goes.
    Secret(Secret),
    /// An assertion (RFC 7521 §4.2).
    Assertion {
        /// The `client_assertion_type`.
        assertion_type: &'static str,
        /// The `client_assertion`.
        assertion: Secret,
    },
}

impl ClientAuthentication {
    /// A JWT that somebody signed for this client (RFC 7523 §2.2).
    pub fn jwt_bearer(assertion: impl Into<Secret>) -> Self {
        Self::Assertion {
            assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            assertion: assertion.into(),
        }
    }
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

impl From<SigningKeyError> for CredentialError {
    fn from(error: SigningKeyError) -> Self {
        Self::new("the assertion was not signed", Some(error.into()))
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
    /// In a Basic header, id and secret form-encoded: `client_secret_basic`.
    Basic,
    /// In the body: `client_secret_post`.
    Post,
}

impl ClientAuthMethod {
    /// The name in discovery documents (OpenID Connect Core §9).
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Basic => "client_secret_basic",
            Self::Post => "client_secret_post",
        }
    }
}
