//! Sign-in: a pretend Azure DevOps, which needs no account, and a name with a password.

use std::error::Error;

use admit::credentials::{Credentials, Field, GivenCredentials, Verdict};
use admit::{Auth, BoxError, Client, MemoryStore, Profile, Random as _, SystemRandom};
use admit_providers::azure_devops::{Scope, azure_devops};
use admit_testkit::PretendAzureDevOps;
use admit_testkit::azure_devops::Served;

/// What the page has behind it.
pub(crate) struct Site {
    pub(crate) auth: Auth,
    pub(crate) azure: PretendAzureDevOps,
    /// Where the pretend Azure DevOps is. It ends when this is dropped.
    pub(crate) served: Served,
}

impl Site {
    /// Sets up sign-in for people who reach the page at `base_url`.
    pub(crate) async fn open(base_url: &str) -> Result<Self, Box<dyn Error>> {
        let (id, secret) = ("react-spa", random_secret());
        let azure = PretendAzureDevOps::builder(id, &secret, format!("{base_url}/api/auth/callback/azure-devops"))
            .app_name("React page")
            .allow_http_on_loopback()
            .build();
        let served = azure.clone().serve().await?;
        let auth = Auth::builder(base_url)
            // A real one comes from AUTH_SECRET, and outlives the process.
            .secret(random_secret())
            .token_store(MemoryStore::new())
            .http_client(azure.clone())
            .provider(azure_devops(Client::new(id, secret)).scopes([Scope::PROFILE]).endpoints(served.base_url()))
            .provider(
                Credentials::new("a password", check)
                    .field(Field::username("username", "User name"))
                    .field(Field::password("password", "Password")),
            )
            .build()?;
        Ok(Self { auth, azure, served })
    }
}

/// Knows Ada. A real one asks a database, and hashes the password also of somebody whom it does not know.
async fn check(given: GivenCredentials) -> Result<Verdict, BoxError> {
    let is_ada = given.text("username")? == "ada" && given.text("password")? == "correct horse";
    Ok(if is_ada { Verdict::Accepted(Profile::new("ada").name(Some("Ada Lovelace"))) } else { Verdict::Refused })
}

/// 256 bits, in hexadecimal digits.
fn random_secret() -> String {
    let mut bytes = [0; 32];
    SystemRandom.fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
