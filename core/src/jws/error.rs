//! Why a signed token is not taken. For logs: the browser never learns which it was.

use super::compact::MAX_LENGTH;

#[derive(Debug, thiserror::Error)]
pub(crate) enum JwsError {
    #[error("it is {0} bytes long, {MAX_LENGTH} are allowed")]
    TooLong(usize),
    #[error("it is encrypted, which was not agreed upon")]
    Encrypted,
    #[error("it has not the three parts of a compact jws")]
    NotCompact,
    #[error("its {part} is not base64url")]
    Base64 { part: &'static str, source: base64::DecodeError },
    #[error("its {part} is no json object in which every key stands once")]
    Json { part: &'static str, source: serde_json::Error },
    #[error("its header asks for what is not done here: {0}")]
    Unsupported(&'static str),
    #[error("it is signed by {found:?}, and only {allowed} is agreed upon; see id_token_algorithms")]
    Algorithm { found: String, allowed: String },
    #[error("its signing key is not among the issuer's {known} usable keys for {algorithm}")]
    UnknownKey { algorithm: &'static str, known: usize },
    #[error("its signature does not hold")]
    Forged,
}
