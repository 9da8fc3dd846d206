//! The signature algorithms that an ID token may have (RFC 7518 §3.1, RFC 8037 §3.1).

use std::fmt;

use aws_lc_rs::digest;

/// An algorithm by which a provider signs ID tokens.
///
/// All of them are asymmetric. There is no `none`, and no `HS256`: a key that the provider publishes can then never be
/// taken for a shared secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SigningAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256: what OpenID Connect assumes where nothing else was agreed.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// Ed25519. Other curves of `EdDSA` are not known here.
    EdDsa,
}

impl SigningAlgorithm {
    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa => "EdDSA",
        }
    }

    /// Reads a name as the wire writes it, case and all (RFC 8725 §3.1).
    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::Rs256, Self::Rs384, Self::Rs512, Self::Ps256, Self::Es256, Self::Es384, Self::EdDsa]
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
    }

    /// The hash whose left half is an `at_hash` (OpenID Connect Core §3.1.3.6). Ed25519's own is SHA-512.
    pub(crate) fn hash(self) -> &'static digest::Algorithm {
        match self {
            Self::Rs256 | Self::Ps256 | Self::Es256 => &digest::SHA256,
            Self::Rs384 | Self::Es384 => &digest::SHA384,
            Self::Rs512 | Self::EdDsa => &digest::SHA512,
        }
    }
}

impl fmt::Display for SigningAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
