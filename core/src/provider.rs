//! What admit knows of a provider: its name, its looks, and the flow by which it signs people in.

mod alarms;
mod asked;
mod client;
mod context;
mod credential;
mod description;
mod error;
mod federated_token_file;
mod fingerprint;
mod flow;
mod grant;
mod id_token_error;
mod openid;
mod parameters;
mod pkce;
mod private_key_jwt;
mod profile_error;
mod pushed_requests;
mod review;
mod revocation;
mod settings;
mod sign_out;
mod validity;
mod word;

use std::fmt;
use std::sync::Arc;

pub(crate) use alarms::Alarms;
pub(crate) use asked::{Asked, BadParameter, essential_contexts, heeded, problems as parameter_problems};
pub use client::Client;
pub(crate) use client::ResolvedClient;
pub use context::{ProviderContext, bearer};
pub use credential::{
    ClientAuthMethod, ClientAuthentication, ClientCredential, ClientSecret, CredentialContext, CredentialError,
};
pub use description::OAuthProvider;
pub use error::{Endpoint, Fault, ProviderError};
pub use federated_token_file::FederatedTokenFile;
pub use fingerprint::Fingerprint;
pub use flow::{AuthorizationRequest, OAuthFlow};
pub use grant::{Grant, Granted};
pub use id_token_error::{IdTokenError, IssuerError, SignatureError};
pub(crate) use openid::{OpenIdRules, problems as openid_problems};
pub use parameters::Parameters;
pub use pkce::Pkce;
pub use private_key_jwt::PrivateKeyJwt;
pub use profile_error::ProfileError;
pub use pushed_requests::PushedRequests;
pub use review::{Finding, Review};
pub(crate) use revocation::revocation_endpoint;
pub use revocation::{RevocationRequest, RevokedTokens};
pub use settings::Settings;
pub use sign_out::EndSessionRequest;
pub(crate) use sign_out::end_session_url;
pub use validity::Validity;
pub(crate) use validity::{Dated, read_date};
pub use word::same_word;

use crate::credentials::Credentials;
pub use crate::jws::{SigningAlgorithm, SigningKey, SigningKeyError};
pub use crate::mark::{Mark, Shape};
pub use crate::oidc::Metadata;

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

    /// Its logo, which pages show before the name. Unless this says otherwise, the description's.
    fn mark(&self) -> Option<Mark> {
        match self.flow() {
            Flow::OAuth(flow) => flow.config().mark,
            Flow::Credentials(_) => None,
        }
    }

    /// The provider as the environment would have it; `None` if that changes nothing. Asked first of all when
    /// [`build()`](crate::AuthBuilder::build) runs. Client and scopes are looked up for every provider, so this is for
    /// what else there is to say, such as an issuer. What was given in code stays.
    fn configured(&self, settings: &Settings<'_>) -> Option<Arc<dyn Provider>> {
        let _ = settings;
        None
    }

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
    /// A redirect to the provider and back, with a code (RFC 6749 §4.1), OpenID Connect included.
    OAuth(&'a dyn OAuthFlow),
    /// A form on this site, and a check of the application's.
    Credentials(&'a Credentials),
}

impl Flow<'_> {
    /// The wire's word for it.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::OAuth(flow) if flow.config().speaks_openid() => "oidc",
            Self::OAuth(_) => "oauth",
            Self::Credentials(_) => "credentials",
        }
    }
}
