//! Sign-in as the tests find it: a pretend Azure DevOps where Norma consents without being asked, GitHub, which nobody
//! ever reaches, and members with a password.

use std::error::Error;
use std::path::PathBuf;

use admit::{Auth, Client, MemoryStore};
use admit_providers::azure_devops::{Scope, azure_devops};
use admit_providers::github;
use admit_testkit::PretendAzureDevOps;
use admit_testkit::azure_devops::Served;

use crate::claims::Claims;
use crate::members::members;
use crate::options::{Options, Sessions};

/// The site, but for the web framework.
pub(crate) struct Site {
    pub(crate) auth: Auth,
    pub(crate) azure: PretendAzureDevOps,
    /// Where browsers find the pretend Azure DevOps.
    pub(crate) served: Served,
    pub(crate) bundles: PathBuf,
}

impl Site {
    /// Opens the site for people who reach it at `base_url`.
    pub(crate) async fn open(options: &Options, base_url: &str) -> Result<Self, Box<dyn Error>> {
        let callback = format!("{base_url}/api/auth/callback/azure-devops");
        let azure = PretendAzureDevOps::builder("app-id", "client-secret", callback)
            .allow_http_on_loopback()
            .auto_consent("norma")
            .build();
        let served = azure.clone().serve().await?;
        let client = Client::new("app-id", "client-secret");
        let mut builder = Auth::builder(base_url)
            .callbacks(Claims)
            .http_client(azure.clone())
            .provider(azure_devops(client).scopes([Scope::PROFILE]).endpoints(served.base_url()))
            .provider(github(Client::new("github-id", "github-secret")))
            .provider(members());
        builder = match options.sessions {
            Sessions::Cookie => builder.danger_single_process_refresh(),
            Sessions::Store => {
                let store = MemoryStore::new();
                builder.session_store(store.clone()).token_store(store.clone()).user_store(store)
            }
        };
        Ok(Self { auth: builder.build()?, azure, served, bundles: options.bundles.clone() })
    }
}
