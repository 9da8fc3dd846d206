//! The client's secret at Apple: a JWT that the team's key signs.
//!
//! <https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret>

use std::time::Duration;

use admit::provider::{
    ClientAuthentication, ClientCredential, CredentialContext, CredentialError, SigningAlgorithm, SigningKey,
    SigningKeyError,
};
use admit::{Claims, Secret};
use async_trait::async_trait;

use super::ISSUER;

/// A team's key for Sign in with Apple. It signs a secret for each request, which counts for five minutes; Apple would
/// take one for six months.
#[derive(Clone, Debug)]
pub struct AppleKey {
    team_id: String,
    key: SigningKey,
}

impl AppleKey {
    /// The team's id, the key's id, and the text of the file `AuthKey_<key id>.p8`.
    ///
    /// # Errors
    /// When the text is no private key on the curve P-256. The message never shows it.
    pub fn new(
        team_id: impl Into<String>,
        key_id: impl Into<String>,
        pem: impl Into<Secret>,
    ) -> Result<Self, SigningKeyError> {
        let key = SigningKey::from_pem(pem)?.algorithm(SigningAlgorithm::Es256)?.kid(key_id);
        Ok(Self { team_id: team_id.into(), key })
    }
}

#[async_trait]
impl ClientCredential for AppleKey {
    async fn authenticate(&self, cx: &CredentialContext<'_>) -> Result<ClientAuthentication, CredentialError> {
        let now = cx.clock.now();
        let mut claims = Claims::default();
        claims.insert("iss", self.team_id.as_str());
        claims.insert("iat", now.unix_seconds());
        claims.insert("exp", (now + LIFETIME).unix_seconds());
        claims.insert("aud", ISSUER);
        claims.insert("sub", cx.client_id);
        Ok(ClientAuthentication::Secret(self.key.sign(&claims)?))
    }
}

const LIFETIME: Duration = Duration::from_secs(300);
