//! OpenID Connect: what an issuer publishes, and what its ID tokens prove.
//!
//! 1. The discovery document and the keys are fetched when they are first needed, never when the site starts, and kept.
//! 2. A document that names another issuer is not used, nor anything in it.
//! 3. A token by a key that is not known has the keys fetched once more, and is judged again.

mod cached;
mod fetch;
mod id_token;
mod metadata;
#[cfg(test)]
mod oracle;
mod person;

use std::sync::Arc;

use url::Url;

use crate::account::GrantedAccount;
use crate::http::is_loopback;
use crate::jws::{self, JwsError, KeySet, Verified};
use crate::provider::{Endpoint, IdTokenError, IssuerError, OAuthFlow, OpenIdRules, ProviderContext, ProviderError};
use crate::{Claims, Secret, TokenSet};
use cached::{Cached, Fetched};

#[cfg(feature = "internals")]
pub(crate) use cached::Cached as Kept;
#[cfg(feature = "internals")]
pub(crate) use id_token::check as check_claims;
pub(crate) use id_token::{Expected, session_expiry};
pub use metadata::Metadata;
pub(crate) use person::person;

/// What is known of the issuer of one provider.
#[derive(Debug)]
pub(crate) struct OpenId {
    discovery_url: String,
    issuer_is_here: bool,
    rules: Arc<OpenIdRules>,
    metadata: Cached<Metadata>,
    keys: Cached<KeySet>,
}

impl OpenId {
    pub(crate) fn new(provider: &str, issuer: &str, rules: &Arc<OpenIdRules>) -> Self {
        Self {
            discovery_url: rules.discovery_url.clone().unwrap_or_else(|| well_known(issuer)),
            rules: Arc::clone(rules),
            issuer_is_here: Url::parse(issuer).is_ok_and(|url| url.scheme() == "http" && is_loopback(&url)),
            metadata: Cached::new(provider, Endpoint::Discovery),
            keys: Cached::new(provider, Endpoint::Keys),
        }
    }

    /// The discovery document.
    pub(crate) async fn metadata(
        &self,
        cx: &ProviderContext<'_>,
        flow: &dyn OAuthFlow,
    ) -> Result<Arc<Metadata>, ProviderError> {
        let had = self.metadata.get(cx.clock, &self.discovery_url, self.fetch_metadata(cx, flow)).await?;
        Ok(had.value)
    }

    /// Audiences that an ID token may name beside the client.
    pub(crate) fn audiences(&self) -> &[String] {
        &self.rules.audiences
    }

    /// Verifies an ID token and gives its claims.
    pub(crate) async fn verify(
        &self,
        cx: &ProviderContext<'_>,
        flow: &dyn OAuthFlow,
        id_token: &Secret,
        expected: &Expected<'_>,
    ) -> Result<Claims, ProviderError> {
        let refused = ProviderError::IdToken;
        let metadata = self.metadata(cx, flow).await?;
        let cx = &cx.with(Some(&metadata));
        let verified = self.verify_signature(cx, &metadata, id_token.expose()).await?;
        let verified = verified.map_err(|error| refused(IdTokenError::Signature(error.into())))?;
        flow.check_token_issuer(cx, verified.key_issuer.as_deref(), &verified.claims).map_err(refused)?;
        id_token::check(&verified.claims, verified.algorithm, expected).map_err(refused)?;
        Ok(verified.claims)
    }

    /// Verifies a token by the issuer's keys, which are fetched if need be, and no more than that.
    async fn verify_signature(
        &self,
        cx: &ProviderContext<'_>,
        metadata: &Metadata,
        token: &str,
    ) -> Result<Result<Verified, JwsError>, ProviderError> {
        let allowed = self.rules.algorithms.as_slice();
        let uri = metadata.jwks_uri.as_str();
        let keys = self.keys.get(cx.clock, uri, fetch_keys(cx, uri, allowed)).await?;
        let mut verified = jws::verify(token, &keys.value, allowed);
        if matches!(verified, Err(JwsError::UnknownKey { .. })) && !keys.is_new {
            let renewed = self.keys.renew(cx.clock, uri, &keys.value, fetch_keys(cx, uri, allowed)).await?;
            if let Some(keys) = renewed {
                verified = jws::verify(token, &keys, allowed);
            }
        }
        Ok(verified)
    }

    /// Verifies the ID token that came with a refresh (§12.2): as always, save that there is no trip whose `nonce` it
    /// could repeat, and that it must name the person of the account.
    pub(crate) async fn verify_again(
        &self,
        cx: &ProviderContext<'_>,
        flow: &dyn OAuthFlow,
        account: &GrantedAccount,
        tokens: &TokenSet,
        id_token: &Secret,
    ) -> Result<(), ProviderError> {
        let expected = Expected {
            client_id: &account.grant.client_id,
            audiences: self.audiences(),
            nonce: None,
            max_age: None,
            contexts: None,
            access_token: &tokens.access_token,
            now: cx.now(),
        };
        let claims = self.verify(cx, flow, id_token, &expected).await?;
        // By the way in which the account got its subject. Where that takes more than a token, there is nothing to compare.
        match flow.config().to_profile(&claims) {
            Ok(profile) if profile.subject != account.subject => {
                Err(ProviderError::IdToken(IdTokenError::AnotherSubject))
            }
            _ => Ok(()),
        }
    }

    async fn fetch_metadata(&self, cx: &ProviderContext<'_>, flow: &dyn OAuthFlow) -> Fetched<Metadata> {
        let answer = fetch::get(cx, Endpoint::Discovery, &self.discovery_url).await?;
        let metadata = Metadata::parse(answer.body(), self.issuer_is_here)
            .map_err(|what| fetch::unexpected(Endpoint::Discovery, answer.status(), what))?;
        flow.check_metadata_issuer(cx, &metadata.issuer).map_err(ProviderError::Issuer)?;
        Ok((metadata, fetch::lifetime(answer.headers())))
    }
}

/// The rule for `iss` in a discovery document where the flow has no other: byte for byte the issuer configured
/// (OpenID Connect Discovery §4.3).
pub(crate) fn check_metadata_issuer(configured: Option<&str>, found: &str) -> Result<(), IssuerError> {
    match configured {
        Some(expected) if expected == found => Ok(()),
        _ => Err(IssuerError::mismatch(configured.unwrap_or_default(), found)),
    }
}

/// The rule for `iss` in a token where the flow has no other (OpenID Connect Core §3.1.3.7, 2).
pub(crate) fn check_token_issuer(configured: Option<&str>, claims: &Claims) -> Result<(), IdTokenError> {
    check_metadata_issuer(configured, id_token::issuer(claims)?).map_err(IdTokenError::Issuer)
}

/// The metadata, with codes going where they went when the trip began: an authority takes its own, also when the site
/// names another by now. A document that was changed meanwhile must not draw the code of a person elsewhere.
pub(crate) fn as_when_it_began(mut metadata: Arc<Metadata>, before: &str) -> Result<Arc<Metadata>, ProviderError> {
    let moved = || IssuerError::new("the token endpoint moved to another origin while a sign-in was under way");
    let before = Url::parse(before).ok().filter(|before| before.origin() == metadata.token_endpoint.origin());
    let before = before.ok_or_else(|| ProviderError::Issuer(moved()))?;
    if before != metadata.token_endpoint {
        Arc::make_mut(&mut metadata).token_endpoint = before;
    }
    Ok(metadata)
}

async fn fetch_keys(cx: &ProviderContext<'_>, uri: &str, allowed: &[jws::SigningAlgorithm]) -> Fetched<KeySet> {
    let answer = fetch::get(cx, Endpoint::Keys, uri).await?;
    let keys = KeySet::parse(answer.body(), allowed);
    let none = || fetch::unexpected(Endpoint::Keys, answer.status(), "no key that can be used");
    Ok((keys.ok_or_else(none)?, fetch::lifetime(answer.headers())))
}

/// OpenID Connect Discovery §4: a slash at the end of the issuer is not doubled.
fn well_known(issuer: &str) -> String {
    format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))
}
