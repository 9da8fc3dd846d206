//! Why a person cannot be told from what the provider says of them.

use std::error::Error as StdError;

use crate::claims::ClaimsError;

/// Why a provider's claims make no profile.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// A claim is missing or of the wrong kind.
    #[error(transparent)]
    Claims(#[from] ClaimsError),
    /// The userinfo endpoint does not speak of the person whom the ID token names (OpenID Connect Core §5.3.2).
    #[error("the userinfo endpoint speaks of another person than the id token, or of nobody")]
    AnotherSubject,
    /// The identifier identifies nobody.
    #[error("the identifier of the person {0}")]
    Identifier(&'static str),
    /// The mapper's own reason.
    #[error("{0}")]
    Other(String, #[source] Option<Box<dyn StdError + Send + Sync>>),
}
