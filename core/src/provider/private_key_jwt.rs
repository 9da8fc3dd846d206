//! A signed assertion in place of a secret: `private_key_jwt` (OpenID Connect Core §9, RFC 7523).

use std::time::Duration;

use async_trait::async_trait;

use super::{ClientAuthentication, ClientCredential, CredentialContext, CredentialError};
use crate::jws::SigningKey;
use crate::{Claims, random};

/// The application proves itself by a key of its own, of which the provider has the public half or the certificate.
///
/// Each request carries an assertion of its own, which says who it is from and to, and counts for five minutes. No
/// secret ever leaves the application.
///
/// ```no_run
/// use admit::provider::{PrivateKeyJwt, SigningKey};
/// use admit::{Client, OAuthProvider};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let key = SigningKey::from_pem(std::fs::read_to_string("client-key.pem")?)?.kid("2026-11");
/// let client = Client::with_credential("app-id", PrivateKeyJwt::new(key));
/// let company = OAuthProvider::oidc("company", "Our company", "https://id.company.example", client);
/// # let _ = company;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct PrivateKeyJwt {
    key: SigningKey,
    audience: Option<String>,
    lifetime: Duration,
}

impl PrivateKeyJwt {
    /// Signs with this key.
    pub fn new(key: SigningKey) -> Self {
        Self { key, audience: None, lifetime: Duration::from_secs(300) }
    }

    /// Whom the assertion is for, in place of the token endpoint. Some servers want their issuer here.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// How long an assertion counts, in place of five minutes: at least half a minute, and at most ten, which is as much
    /// as servers take.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime.clamp(SHORTEST, LONGEST);
        self
    }

    fn claims(&self, cx: &CredentialContext<'_>) -> Claims {
        let now = cx.clock.now();
        let mut claims = Claims::default();
        claims.insert("iss", cx.client_id);
        claims.insert("sub", cx.client_id);
        // Of a pushed authorization request too: RFC 9126 §2 has its endpoint accept this one, and servers that are older
        // than that RFC know no other.
        claims.insert("aud", self.audience.as_deref().unwrap_or(cx.token_endpoint));
        claims.insert("jti", random::uuid(cx.random));
        claims.insert("iat", now.unix_seconds());
        claims.insert("nbf", now.unix_seconds());
        claims.insert("exp", (now + self.lifetime).unix_seconds());
        claims
    }
}

#[async_trait]
impl ClientCredential for PrivateKeyJwt {
    async fn authenticate(&self, cx: &CredentialContext<'_>) -> Result<ClientAuthentication, CredentialError> {
        Ok(ClientAuthentication::jwt_bearer(self.key.sign(&self.claims(cx))?))
    }
}

const SHORTEST: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_secs(600);
