//! The pretend providers on this machine, as many as the ways to sign in need.

use std::error::Error;
use std::time::Duration;

use admit::{AuthBuilder, Client, OAuthProvider, Timestamp};
use admit_migration::{AzureMove, Stage};
use admit_providers::azure_devops::{Scope, azure_devops};
use admit_providers::github;
use admit_providers::microsoft_entra_id::{Resource, microsoft_entra_id};
use admit_testkit::{PretendAzureDevOps, PretendEntra, PretendOidc, Served};
use serde_json::json;

use crate::members::members;
use crate::options::Ways;

/// The pretend providers, listening. They end when this is dropped.
pub(crate) struct Pretend {
    pub(crate) azure: PretendAzureDevOps,
    /// Where browsers find the pretend Azure DevOps.
    pub(crate) served: Served,
    entra: Served,
    openid: (PretendOidc, Served),
}

impl Pretend {
    /// Opens them, for a site that people reach at `base_url`.
    pub(crate) async fn open(base_url: &str, ways: Ways) -> Result<Self, Box<dyn Error>> {
        let callback = |provider: &str| format!("{base_url}/api/auth/callback/{provider}");
        let (entra, served_entra) =
            PretendEntra::builder(ID, SECRET, callback(ENTRA)).app_name(NAME).serve_on(0).await?;
        let mut azure = PretendAzureDevOps::builder(ID, SECRET, callback("azure-devops"))
            .app_name(NAME)
            .allow_http_on_loopback()
            .entra(entra);
        match ways {
            Ways::Few => azure = azure.auto_consent("norma"),
            // So short that a page soon finds the token gone.
            Ways::One => azure = azure.access_token_lifetime(Duration::from_secs(2)),
            Ways::All | Ways::Moving | Ways::Moved => {}
        }
        let azure = azure.build();
        let served = azure.clone().serve().await?;
        let openid = PretendOidc::builder(ID, SECRET, callback(OPENID))
            .app_name(NAME)
            // An address that somebody else may have come with.
            .person(
                "norma",
                json!({ "sub": "n1", "name": "Norma Paulk", "email": "norma@fabrikam.example" }),
                json!({}),
            )
            .serve_on(0);
        Ok(Self { azure, served, entra: served_entra, openid: openid.await? })
    }

    /// Lets people sign in by them.
    pub(crate) fn offered_by(&self, builder: AuthBuilder, ways: Ways) -> AuthBuilder {
        let client = || Client::new(ID, SECRET);
        let azure = azure_devops(client()).scopes([Scope::PROFILE]).endpoints(self.served.base_url());
        let entra = microsoft_entra_id(client()).endpoints(self.entra.base_url()).tenant("organizations");
        // A grant that takes the place of the one at Azure DevOps.
        let entra = entra.more_scopes([Resource::AzureDevOps.scope(Scope::PROFILE)]);
        let openid = OAuthProvider::oidc(OPENID, "Pretend OpenID", self.openid.0.issuer(), client());
        let github = github(Client::new("github-id", "github-secret"));
        // Whoever is new comes in by either, so that each is asked what those are asked who were here before.
        let to_entra = AzureMove::new().stage(Stage::Prefer).closed_to_newcomers(None);
        match ways {
            Ways::Few => builder.http_client(self.azure.clone()).provider(azure).provider(github).provider(members()),
            Ways::One => builder.refresh_margin(Duration::from_secs(1)).provider(azure),
            Ways::All => builder.provider(azure).provider(entra).provider(openid).provider(github).provider(members()),
            Ways::Moving => builder.provider(azure).provider(entra).succession(to_entra),
            Ways::Moved => {
                let ended = azure.retires_on(Timestamp::from_unix_seconds(0));
                builder.provider(ended).provider(entra).succession(to_entra)
            }
        }
    }

    /// Where browsers find each of them, by the id of the provider.
    pub(crate) fn addresses(&self) -> serde_json::Value {
        json!({
            "azure-devops": self.served.base_url(),
            ENTRA: self.entra.base_url(),
            OPENID: self.openid.1.base_url(),
        })
    }
}

const ID: &str = "app-id";
const SECRET: &str = "client-secret";
const NAME: &str = "Lighthouse";
const ENTRA: &str = "microsoft-entra-id";
const OPENID: &str = "pretend-openid";
