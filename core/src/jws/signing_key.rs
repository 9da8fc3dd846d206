//! A private key of the application's own, with which it proves who it is.

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
    RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use memchr::memmem;
use serde_json::{Map, Value, json};

use super::pem::{self, Block};
use super::{SigningAlgorithm, SigningKeyError};
use crate::{Claims, Secret};

/// A private key that signs JWTs: the assertions of [`PrivateKeyJwt`](crate::provider::PrivateKeyJwt), or whatever a
/// [`ClientCredential`](crate::provider::ClientCredential) of your own needs signed.
///
/// It is read from PEM: PKCS#8, unencrypted, RSA of 2048 bits and more, EC on P-256 or P-384, or Ed25519. Clones share
/// one key, and printing it shows no part of it.
///
/// ```
/// use admit::provider::{SigningKey, SigningKeyError};
///
/// # fn from_somewhere() -> &'static str { "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----" }
/// let error = SigningKey::from_pem(from_somewhere()).unwrap_err();
/// assert!(matches!(error, SigningKeyError::NotPrivate { .. }));
/// assert_eq!(
///     error.to_string(),
///     "the signing key stands in CERTIFICATE, and is none; give the text of the block PRIVATE KEY"
/// );
/// ```
#[derive(Clone)]
pub struct SigningKey {
    pair: Arc<Pair>,
    algorithm: Option<SigningAlgorithm>,
    kid: Option<String>,
    /// In DER, the one of this key first.
    certificates: Vec<Vec<u8>>,
    shows_certificates: bool,
}

impl SigningKey {
    /// Reads a key from PEM. Other blocks may stand in the same text, such as the key's certificate.
    ///
    /// # Errors
    /// When there is no private key in it that can sign here. The message says what was found, and never shows it.
    pub fn from_pem(pem: impl Into<Secret>) -> Result<Self, SigningKeyError> {
        let pem = pem.into();
        let blocks = pem::blocks(pem.expose()).ok_or(SigningKeyError::Damaged)?;
        let Some(key) = blocks.iter().find(|block| block.label == "PRIVATE KEY") else {
            return Err(SigningKeyError::among(blocks.iter().map(|block| block.label.as_str())));
        };
        let pair = Pair::read(&key.der).ok_or(SigningKeyError::Unsupported)?;
        Ok(Self {
            pair: Arc::new(pair),
            algorithm: None,
            kid: None,
            certificates: Vec::new(),
            shows_certificates: false,
        })
    }

    /// Signs by another algorithm than the one that the key's kind suggests: `RS256` for RSA, or `PS256` with a
    /// [`certificate`](Self::certificate).
    ///
    /// # Errors
    /// When a key of this kind cannot.
    pub fn algorithm(mut self, algorithm: SigningAlgorithm) -> Result<Self, SigningKeyError> {
        if !self.pair.signs_by(algorithm) {
            return Err(SigningKeyError::Algorithm { algorithm, kind: self.pair.kind() });
        }
        self.algorithm = Some(algorithm);
        Ok(self)
    }

    /// The name under which the server knows the key: `kid` in the header.
    #[must_use]
    pub fn kid(mut self, kid: impl Into<String>) -> Self {
        self.kid = Some(kid.into());
        self
    }

    /// The key's certificate, in PEM or DER: its thumbprint goes into the header, as `x5t#S256` (RFC 7515 §4.1.8), and
    /// an RSA key signs by `PS256`, as Microsoft's servers want both.
    ///
    /// PEM may hold the chain behind it.
    ///
    /// # Errors
    /// When it is no certificate, or another key's.
    pub fn certificate(mut self, certificate: impl AsRef<[u8]>) -> Result<Self, SigningKeyError> {
        let bytes = certificate.as_ref();
        self.certificates = match std::str::from_utf8(bytes).ok().filter(|text| text.contains("-----BEGIN ")) {
            Some(text) => {
                let blocks = pem::blocks(text).ok_or(SigningKeyError::NoCertificate)?;
                let is_certificate = |block: &Block| block.label == "CERTIFICATE";
                blocks.into_iter().filter(is_certificate).map(|block| block.der.to_vec()).collect()
            }
            None => vec![bytes.to_vec()],
        };
        // A certificate is a sequence at least (X.690 §8.9).
        let first = self.certificates.first().filter(|der| der.first() == Some(&0x30));
        let first = first.ok_or(SigningKeyError::NoCertificate)?;
        // A certificate holds the public key as it is, byte for byte (RFC 5280 §4.1.2.7, RFC 3279 §2.3).
        if memmem::find(first, self.pair.public_key()).is_none() {
            return Err(SigningKeyError::AnotherCertificate);
        }
        Ok(self)
    }

    /// Sends the certificate along, and the chain if there is one: `x5c` in the header (RFC 7515 §4.1.6), for servers
    /// that trust a subject and an issuer in place of one certificate.
    #[must_use]
    pub fn x5c(mut self) -> Self {
        self.shows_certificates = true;
        self
    }

    /// A JWT of these claims, signed: `header.payload.signature`.
    ///
    /// # Errors
    /// When the key does not sign after all.
    pub fn sign(&self, claims: &Claims) -> Result<Secret, SigningKeyError> {
        let claims = serde_json::to_vec(claims.as_map()).map_err(|_| SigningKeyError::NotSigned)?;
        let algorithm = self.chosen();
        let header = Value::Object(self.header(algorithm)).to_string();
        let mut token = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = self.pair.sign(algorithm, token.as_bytes()).ok_or(SigningKeyError::NotSigned)?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(Secret::new(token))
    }

    fn header(&self, algorithm: SigningAlgorithm) -> Map<String, Value> {
        let mut header = Map::new();
        header.insert("alg".to_owned(), algorithm.name().into());
        header.insert("typ".to_owned(), "JWT".into());
        if let Some(kid) = &self.kid {
            header.insert("kid".to_owned(), kid.as_str().into());
        }
        if let Some(certificate) = self.certificates.first() {
            header.insert("x5t#S256".to_owned(), URL_SAFE_NO_PAD.encode(digest(&SHA256, certificate)).into());
        }
        if self.shows_certificates && !self.certificates.is_empty() {
            let chain: Vec<_> = self.certificates.iter().map(|der| STANDARD.encode(der)).collect();
            header.insert("x5c".to_owned(), json!(chain));
        }
        header
    }

    fn chosen(&self) -> SigningAlgorithm {
        self.algorithm.unwrap_or(match *self.pair {
            Pair::Rsa(_) if self.certificates.is_empty() => SigningAlgorithm::Rs256,
            Pair::Rsa(_) => SigningAlgorithm::Ps256,
            Pair::P256(_) => SigningAlgorithm::Es256,
            Pair::P384(_) => SigningAlgorithm::Es384,
            Pair::Ed25519(_) => SigningAlgorithm::EdDsa,
        })
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("algorithm", &self.chosen()).field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// The key itself, by its kind.
enum Pair {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    P384(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Pair {
    fn read(pkcs8: &[u8]) -> Option<Self> {
        let rsa = || RsaKeyPair::from_pkcs8(pkcs8).ok().map(Self::Rsa);
        let p256 = || EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).ok().map(Self::P256);
        let p384 = || EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, pkcs8).ok().map(Self::P384);
        let ed25519 = || Ed25519KeyPair::from_pkcs8(pkcs8).ok().map(Self::Ed25519);
        rsa().or_else(p256).or_else(p384).or_else(ed25519)
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "RSA",
            Self::P256(_) => "P-256",
            Self::P384(_) => "P-384",
            Self::Ed25519(_) => "Ed25519",
        }
    }

    fn signs_by(&self, algorithm: SigningAlgorithm) -> bool {
        match self {
            Self::Rsa(_) => rsa_encoding(algorithm).is_some(),
            Self::P256(_) => algorithm == SigningAlgorithm::Es256,
            Self::P384(_) => algorithm == SigningAlgorithm::Es384,
            Self::Ed25519(_) => algorithm == SigningAlgorithm::EdDsa,
        }
    }

    /// As a certificate holds it.
    fn public_key(&self) -> &[u8] {
        match self {
            Self::Rsa(pair) => pair.public_key().as_ref(),
            Self::P256(pair) | Self::P384(pair) => pair.public_key().as_ref(),
            Self::Ed25519(pair) => pair.public_key().as_ref(),
        }
    }

    fn sign(&self, algorithm: SigningAlgorithm, message: &[u8]) -> Option<Vec<u8>> {
        let random = &SystemRandom::new();
        match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(rsa_encoding(algorithm)?, random, message, &mut signature).ok()?;
                Some(signature)
            }
            Self::P256(pair) | Self::P384(pair) => Some(pair.sign(random, message).ok()?.as_ref().to_vec()),
            Self::Ed25519(pair) => Some(pair.sign(message).as_ref().to_vec()),
        }
    }
}

fn rsa_encoding(algorithm: SigningAlgorithm) -> Option<&'static dyn RsaEncoding> {
    match algorithm {
        SigningAlgorithm::Rs256 => Some(&RSA_PKCS1_SHA256),
        SigningAlgorithm::Rs384 => Some(&RSA_PKCS1_SHA384),
        SigningAlgorithm::Rs512 => Some(&RSA_PKCS1_SHA512),
        SigningAlgorithm::Ps256 => Some(&RSA_PSS_SHA256),
        _ => None,
    }
}
