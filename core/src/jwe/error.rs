//! Why a token does not open. For logs: the browser never learns which it was.

use super::compact::MAX_LENGTH;

#[derive(Debug, thiserror::Error)]
pub(crate) enum JweError {
    #[error("session token is {0} bytes long, {MAX_LENGTH} are allowed")]
    TooLong(usize),
    #[error("session token has not the five parts of a compact jwe")]
    NotCompact,
    #[error("session token carries an encrypted key, which alg dir excludes")]
    EncryptedKey,
    #[error("session token has a {part} that is not base64url")]
    Base64 { part: &'static str, source: base64::DecodeError },
    #[error("session token has a {part} of the wrong length")]
    Length { part: &'static str },
    #[error("session token has a header that cannot be read")]
    Header(#[source] serde_json::Error),
    #[error("session token has a header that asks for what is not done: another alg or enc, crit, or zip")]
    Unsupported,
    #[error("session token names no matching secret: it was sealed under another secret or for another cookie")]
    NoMatchingSecret,
    #[error("session token does not authenticate: it was altered, or sealed under another key")]
    Forged,
    #[error("session token has expired")]
    Expired,
    #[error("session token is not valid yet")]
    NotYetValid,
}
