//! The protected header of a token that we did not write.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, de::IgnoredAny};

use super::JweError;
use super::compact;

/// What a header that passed says.
pub(super) struct Header {
    pub(super) encryption: Encryption,
    /// The thumbprint of the key, if it names one.
    pub(super) kid: Option<String>,
}

/// The `enc` values that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encryption {
    A256CbcHs512,
    A256Gcm,
}

impl Header {
    /// Reads a header in base64url. Members we do not know are passed over (RFC 7516 §4), unless `crit` is there.
    pub(super) fn parse(header: &str) -> Result<Self, JweError> {
        let json = compact::decode(header, "header")?;
        // A derived struct would be read from an array as well.
        if !json.trim_ascii_start().starts_with(b"{") {
            return Err(JweError::Unsupported);
        }
        let members: Members<'_> = serde_json::from_slice(&json).map_err(JweError::Header)?;
        let encryption = match &*members.enc {
            "A256CBC-HS512" => Encryption::A256CbcHs512,
            "A256GCM" => Encryption::A256Gcm,
            _ => return Err(JweError::Unsupported),
        };
        // We understand no extension, so any `crit` asks too much (§4.1.13). Nothing is decompressed: a short token
        // must not become a long one.
        if members.alg != "dir" || members.crit.is_some() || members.zip.is_some() {
            return Err(JweError::Unsupported);
        }
        Ok(Self { encryption, kid: members.kid })
    }
}

/// A repeated member is an error (§4), which the derive sees to.
#[derive(Deserialize)]
struct Members<'a> {
    #[serde(borrow)]
    alg: Cow<'a, str>,
    #[serde(borrow)]
    enc: Cow<'a, str>,
    #[serde(default, deserialize_with = "given")]
    kid: Option<String>,
    #[serde(default, deserialize_with = "given")]
    crit: Option<IgnoredAny>,
    #[serde(default, deserialize_with = "given")]
    zip: Option<IgnoredAny>,
}

/// A member that is there counts as there, `null` too.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
