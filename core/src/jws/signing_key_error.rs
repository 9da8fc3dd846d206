//! Why a private key cannot sign, and what to do about it. Nothing of the key is in any of it.

use super::SigningAlgorithm;

/// Why a [`SigningKey`](super::SigningKey) cannot be had, or cannot sign.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SigningKeyError {
    /// There is no PEM in the text.
    #[error(
        "the signing key is no PEM; give the text that begins with -----BEGIN PRIVATE KEY-----, not a path, \
         a JWK or DER"
    )]
    NotPem,
    /// A block of the PEM is cut off, or is no base64.
    #[error("the signing key is damaged PEM: a block has no end or is no base64; copy it anew, whole")]
    Damaged,
    /// The key is there, and nobody can read it without a password.
    #[error("the signing key is encrypted; decrypt it with: openssl pkey -in key.pem -out plain.pem")]
    Encrypted,
    /// The key is there, in an older form.
    #[error(
        "the signing key stands in {label}, and PKCS#8 is needed; convert it with: {}",
        if label.starts_with("OPENSSH") { "ssh-keygen -p -m PKCS8 -f key" } else { TO_PKCS8 }
    )]
    NotPkcs8 {
        /// The label of the block.
        label: &'static str,
    },
    /// There is something else.
    #[error("the signing key stands in {label}, and is none; give the text of the block PRIVATE KEY")]
    NotPrivate {
        /// The label of the block.
        label: &'static str,
    },
    /// The key is broken, or of a kind that does not sign here.
    #[error(
        "the signing key is broken, or of a kind that is not known here; RSA of 2048 to 8192 bits, EC on P-256 or \
         P-384, and Ed25519 are"
    )]
    Unsupported,
    /// The key cannot sign by that algorithm.
    #[error(
        "the signing key is {kind}, which cannot sign by {algorithm}; leave the algorithm out, or give another key"
    )]
    Algorithm {
        /// What was asked for.
        algorithm: SigningAlgorithm,
        /// What the key is.
        kind: &'static str,
    },
    /// What was given as a certificate is none.
    #[error("the certificate is neither PEM with a CERTIFICATE block nor DER; give the one that was uploaded")]
    NoCertificate,
    /// The certificate is another key's.
    #[error("the certificate is not that of the signing key; give the two that were made together")]
    AnotherCertificate,
    /// The signature could not be made.
    #[error("the signing key did not sign")]
    NotSigned,
}

impl SigningKeyError {
    /// What is wrong with a text that has these blocks, and no private key in PKCS#8 among them.
    pub(super) fn among<'a>(labels: impl Iterator<Item = &'a str>) -> Self {
        let labels: Vec<_> = labels.collect();
        let there = |known: &&'static str| labels.contains(known);
        let older = ["RSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY"];
        let others = ["CERTIFICATE", "PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE REQUEST"];
        if labels.is_empty() {
            Self::NotPem
        } else if there(&"ENCRYPTED PRIVATE KEY") {
            Self::Encrypted
        } else if let Some(label) = older.into_iter().find(there) {
            Self::NotPkcs8 { label }
        } else {
            // Only labels that are known are shown: what else stands there may be anything.
            Self::NotPrivate { label: others.into_iter().find(there).unwrap_or("an unknown block") }
        }
    }
}

const TO_PKCS8: &str = "openssl pkcs8 -topk8 -nocrypt -in key.pem -out pkcs8.pem";
