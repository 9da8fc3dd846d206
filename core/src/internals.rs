//! What admit's own benchmarks reach behind the feature `internals`. Exempt from semver: it may change with any release.

use std::time::Duration;

use crate::jwe::{Keys, check_times};
use crate::jws::{self, KeySet};
use crate::oidc::{self, Expected, Kept};
use crate::provider::{Endpoint, ProviderError, SigningAlgorithm};
use crate::{Claims, Clock, Random, Secret, Timestamp, Token};

/// The keys of a session cookie.
#[derive(Debug)]
pub struct SessionCookie(Keys);

impl SessionCookie {
    /// Derives the keys for the cookie of that name. The newest secret comes first; there must be one.
    pub fn derive(secrets: &[Secret], cookie_name: &str) -> Self {
        Self(Keys::derive(secrets, cookie_name))
    }

    /// Seals serialized claims.
    pub fn seal(&self, claims: &[u8], random: &dyn Random) -> String {
        self.0.seal(claims, random)
    }

    /// Opens a token that is valid now.
    pub fn open(&self, token: &str, now: Timestamp) -> Option<Token> {
        let claims = self.0.open(token).ok()?;
        let token = serde_json::from_slice(&claims).ok()?;
        check_times(&token, now).ok()?;
        Some(token)
    }
}

/// The keys of an issuer, kept as they are between two sign-ins.
#[derive(Debug)]
pub struct IssuerKeys(Kept<KeySet>);

/// What an ID token must say.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Whose token it is.
    pub issuer: &'a str,
    /// For whom.
    pub client_id: &'a str,
    /// Of the trip.
    pub nonce: &'a str,
    /// What came with it.
    pub access_token: &'a Secret,
}

impl IssuerKeys {
    /// Keeps those of a JWK set that verify by one of the algorithms. `None` if there are none.
    pub async fn keep(jwks: &[u8], allowed: &[SigningAlgorithm], clock: &dyn Clock) -> Option<Self> {
        let keys = KeySet::parse(jwks, allowed)?;
        let kept = Kept::new("company", Endpoint::Keys);
        kept.get(clock, KEYS, async { Ok((keys, Duration::from_secs(3600))) }).await.ok()?;
        Some(Self(kept))
    }

    /// How many there are, without a fetch: what a sign-in does to get at its keys.
    pub async fn hit(&self, clock: &dyn Clock) -> Option<usize> {
        Some(self.0.get(clock, KEYS, no_fetch()).await.ok()?.value.len())
    }

    /// Gets at the keys, verifies the token, and judges its claims.
    pub async fn verify(
        &self,
        token: &str,
        allowed: &[SigningAlgorithm],
        wanted: &Wanted<'_>,
        clock: &dyn Clock,
    ) -> Option<Claims> {
        let keys = self.0.get(clock, KEYS, no_fetch()).await.ok()?;
        let verified = jws::verify(token, &keys.value, allowed).ok()?;
        oidc::check_token_issuer(Some(wanted.issuer), &verified.claims).ok()?;
        let expected = Expected {
            client_id: wanted.client_id,
            audiences: &[],
            nonce: Some(wanted.nonce),
            max_age: None,
            contexts: None,
            access_token: wanted.access_token,
            now: clock.now(),
        };
        oidc::check_claims(&verified.claims, verified.algorithm, &expected).ok()?;
        Some(verified.claims)
    }
}

/// Keys that are fresh are not fetched.
async fn no_fetch() -> Result<(KeySet, Duration), ProviderError> {
    Err(ProviderError::Request("the keys are kept".to_owned()))
}

const KEYS: &str = "https://id.example/keys";
