//! An assertion that somebody else signs, and leaves in a file.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use async_trait::async_trait;

use super::{ClientAuthentication, ClientCredential, CredentialContext, CredentialError};
use crate::Secret;

/// The application proves itself by a token that its platform issues: Kubernetes writes one for each service account,
/// and Microsoft Entra ID takes it as a federated credential.
///
/// The platform replaces the file before its token ends, so the file is read anew for each request.
///
/// ```
/// use admit::Client;
/// use admit::provider::FederatedTokenFile;
///
/// // The path that AZURE_FEDERATED_TOKEN_FILE names.
/// let client = Client::with_credential("app-id", FederatedTokenFile::new("/var/run/secrets/azure/tokens/azure-identity-token"));
/// # let _ = client;
/// ```
#[derive(Clone, Debug)]
pub struct FederatedTokenFile {
    path: PathBuf,
}

impl FederatedTokenFile {
    /// Takes the token from this file.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }
}

#[async_trait]
impl ClientCredential for FederatedTokenFile {
    async fn authenticate(&self, _: &CredentialContext<'_>) -> Result<ClientAuthentication, CredentialError> {
        let path = self.path.clone();
        let token = tokio::task::spawn_blocking(move || read(&path)).await;
        let token = token.map_err(|error| CredentialError::new("reading its file broke off", Some(error.into())))?;
        token.map(ClientAuthentication::jwt_bearer)
    }
}

/// Reads the token. An error names the file, and nothing that is in it.
fn read(path: &Path) -> Result<Secret, CredentialError> {
    let wrong = |what: &str, source: Option<io::Error>| {
        let source = source.map(Into::into);
        CredentialError::new(format!("the token file {} {what}", path.display()), source)
    };
    let mut token = String::new();
    let file = File::open(path).map_err(|error| wrong("cannot be opened; is it mounted there?", Some(error)))?;
    file.take(LONGEST + 1).read_to_string(&mut token).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData => wrong("holds no JWT", None),
        _ => wrong("cannot be read", Some(error)),
    })?;
    if token.len() as u64 > LONGEST {
        return Err(wrong("is longer than 64 KiB; a JWT is needed", None));
    }
    match token.trim() {
        "" => Err(wrong("is empty; has the platform written it?", None)),
        token if is_jwt(token) => Ok(Secret::new(token)),
        _ => Err(wrong("holds no JWT", None)),
    }
}

/// Whether it looks like a signed token: three parts in base64url. Who signed it is the server's to judge.
fn is_jwt(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    text.split('.').count() == 3 && text.split('.').all(is_part)
}

const LONGEST: u64 = 64 * 1024;
