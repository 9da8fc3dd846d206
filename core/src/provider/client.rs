//! The application as a provider's client: its id, and what it can prove itself with.

use std::sync::Arc;

use super::{Alarms, ClientCredential, ClientSecret, Dated, Validity};
use crate::{Secret, Timestamp};

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
    /// is tried first. Providers may name older variables that are read as well. With a
    /// [`credential`](Self::credential) or a [`secret`](Self::secret) of its own, only the id is read.
    pub fn env() -> Self {
        Self { id: None, credentials: Vec::new(), public: false }
    }

    /// A client with a secret.
    pub fn new(id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self { id: Some(id.into()), credentials: Vec::new(), public: false }.secret(secret)
    }

    /// A client that proves itself by something other than a secret, such as a
    /// [`PrivateKeyJwt`](crate::provider::PrivateKeyJwt).
    pub fn with_credential(id: impl Into<String>, credential: impl ClientCredential) -> Self {
        Self { id: Some(id.into()), credentials: Vec::new(), public: false }.credential(credential)
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

    /// Adds a credential of any kind, tried like a further secret.
    #[must_use]
    pub fn credential(mut self, credential: impl ClientCredential) -> Self {
        self.credentials.push(Arc::new(credential));
        self
    }

    /// Says when the secret or credential that was given last was made. Where each has a date, the newest is tried
    /// first, wherever it stands; an end that comes near is told, in the log and by
    /// [`Event::ClientSecretEnds`](crate::Event::ClientSecretEnds).
    ///
    /// ```
    /// use admit::{Client, Timestamp};
    ///
    /// let (october, august) = (Timestamp::from_unix_seconds(1_790_812_800), Timestamp::from_unix_seconds(1_785_542_400));
    /// let client = Client::new("app-id", "newer").made_at(october).secret("older").made_at(august);
    /// # let _ = client;
    /// ```
    #[must_use]
    pub fn made_at(self, instant: Timestamp) -> Self {
        self.dated(|validity| Validity { made_at: Some(instant), ..validity })
    }

    /// Says when the secret or credential that was given last ends, as [`made_at`](Self::made_at) says when it was made.
    #[must_use]
    pub fn ends_at(self, instant: Timestamp) -> Self {
        self.dated(|validity| Validity { ends_at: Some(instant), ..validity })
    }

    fn dated(mut self, change: impl FnOnce(Validity) -> Validity) -> Self {
        if let Some(credential) = self.credentials.pop() {
            let validity = change(credential.validity());
            self.credentials.push(Arc::new(Dated { credential, validity }));
        }
        self
    }

    /// Whether it has a secret or another credential already, or needs none, so that the environment is not asked.
    pub fn is_complete(&self) -> bool {
        self.public || !self.credentials.is_empty()
    }
}

/// A client whose id and credentials are known: what `build()` makes of a [`Client`].
#[derive(Debug)]
pub(crate) struct ResolvedClient {
    pub(crate) id: String,
    pub(crate) credentials: Vec<Arc<dyn ClientCredential>>,
    pub(crate) alarms: Alarms,
}
