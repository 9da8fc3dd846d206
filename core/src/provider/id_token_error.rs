//! Why an ID token proves nothing.

use crate::jws::JwsError;

/// Why an ID token is not taken (OpenID Connect Core §3.1.3.7). It never holds anything of the token but the names of
/// its claims, an algorithm, an issuer and times.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdTokenError {
    /// The token endpoint sent none, though `openid` was asked for.
    #[error("the token endpoint sent no id token")]
    Absent,
    /// It is no token, or not signed as agreed by a key of the issuer's.
    #[error("the id token cannot be verified")]
    Signature(#[source] SignatureError),
    /// It was made by another issuer.
    #[error("the id token has another issuer")]
    Issuer(#[source] IssuerError),
    /// A claim is not there.
    #[error("the id token has no `{0}`")]
    Missing(&'static str),
    /// A claim is of another kind, or out of range.
    #[error("the id token's `{0}` is malformed")]
    Malformed(&'static str),
    /// `aud` does not name this client.
    #[error("the id token is for another client")]
    Audience,
    /// `aud` names clients that the description does not trust.
    #[error("the id token is for another client too, which is not trusted; see trusted_audiences")]
    OtherAudience,
    /// `azp` is not this client.
    #[error("the id token was issued to another client (`azp`)")]
    AuthorizedParty,
    /// `exp` has passed.
    #[error("the id token ended {ago} s ago; is the clock of this machine right?")]
    Expired {
        /// How long ago, in seconds.
        ago: u64,
    },
    /// `iat` or `nbf` has not come yet.
    #[error("the id token's `{claim}` is {ahead} s from now; is the clock of this machine right?")]
    FromTheFuture {
        /// Which of the two.
        claim: &'static str,
        /// How far ahead, in seconds.
        ahead: u64,
    },
    /// `nonce` is not the trip's.
    #[error("the id token was made for another sign-in (`nonce`)")]
    Nonce,
    /// The person was asked who they are before the time that the trip allowed.
    #[error("the person was not asked who they are within the {max_age} s that the sign-in allowed (`auth_time`)")]
    AuthenticatedTooLongAgo {
        /// What was allowed, in seconds.
        max_age: u64,
    },
    /// `session_expiry` has passed: the provider lets no session of this sign-in live any more.
    #[error("the provider's session has ended (`session_expiry`)")]
    SessionOver,
    /// `acr` is not what the trip demanded.
    #[error("the person was not signed in by any class of authentication that was demanded (`acr`)")]
    AuthenticationContext,
    /// `at_hash` is not that of the access token beside it.
    #[error("the id token was made for another access token (`at_hash`)")]
    AccessTokenHash,
    /// The token is sound, and the person belongs to an organization whose people may not sign in here.
    #[error("the person's organization may not sign in here: {0}")]
    OrganizationNotAllowed(String),
    /// `sub` is not the person whose tokens were refreshed.
    #[error("the id token names another person")]
    AnotherSubject,
}

impl IdTokenError {
    /// Whether it is a matter of clocks.
    pub(crate) fn is_untimely(&self) -> bool {
        matches!(
            self,
            Self::Expired { .. }
                | Self::FromTheFuture { .. }
                | Self::AuthenticatedTooLongAgo { .. }
                | Self::SessionOver
        )
    }
}

/// What is wrong with a token's form, algorithm, key or signature.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct SignatureError(#[from] JwsError);

/// An issuer that is not the one expected.
///
/// ```
/// use admit::provider::IssuerError;
///
/// let error = IssuerError::mismatch("https://idp.example", "https://idp.example/");
/// assert_eq!(error.to_string(), r#""https://idp.example/" was found, "https://idp.example" is expected"#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct IssuerError {
    what: String,
}

impl IssuerError {
    /// Two identifiers that differ. They are compared byte for byte: a slash at the end makes another issuer.
    pub fn mismatch(expected: &str, found: &str) -> Self {
        let found: String = found.chars().take(LONGEST).collect();
        Self { what: format!("{found:?} was found, {expected:?} is expected") }
    }

    /// A reason of the flow's own. It goes into the log, so it holds nothing of a token but its issuer.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into() }
    }
}

const LONGEST: usize = 300;
