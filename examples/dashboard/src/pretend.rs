//! Pretend providers on this machine, for a first look without an account: Azure DevOps, Microsoft Entra ID, whose
//! tokens it takes too, and an OpenID provider, whose people have nothing there.

use std::io;
use std::sync::Arc;

use admit::{AuthBuilder, Client, Clock, OAuthProvider, Secret};
use admit_providers::azure_devops::azure_devops;
use admit_providers::microsoft_entra_id::microsoft_entra_id;
use admit_testkit::{PretendAzureDevOps, PretendEntra, PretendOidc, Served};

use crate::kept::random_secret;
use crate::settings::Pretended;
use crate::site::{AZURE_DEVOPS, ENTRA, PRETEND_OPENID, SCOPES, entra_scopes};

/// The pretend providers, listening. They end when this is dropped.
#[derive(Debug)]
pub struct Pretend {
    /// Azure DevOps.
    pub azure: PretendAzureDevOps,
    /// Its socket.
    pub served: Served,
    /// Microsoft Entra ID, and its socket.
    pub entra: (PretendEntra, Served),
    /// The OpenID provider, and its socket.
    pub openid: (PretendOidc, Served),
    /// Whose people Microsoft Entra ID is asked for.
    tenant: String,
    secret: Secret,
}

impl Pretend {
    /// Opens them all, for a dashboard that is reached at `base_url`.
    ///
    /// # Errors
    /// When they cannot listen on this machine.
    pub async fn open(base_url: &str, settings: &Pretended, clock: impl Clock + Clone) -> io::Result<Self> {
        let secret = random_secret();
        let clock: Arc<dyn Clock> = Arc::new(clock);
        let callback = |provider: &str| format!("{base_url}/api/auth/callback/{provider}");

        let mut entra =
            PretendEntra::builder(CLIENT, &secret, callback(ENTRA)).app_name(NAME).clock(Arc::clone(&clock));
        let mut azure = PretendAzureDevOps::builder(CLIENT, &secret, callback(AZURE_DEVOPS))
            .app_name(NAME)
            .allow_http_on_loopback()
            .clock(Arc::clone(&clock));
        if let Some(login) = settings.auto_consent.as_deref() {
            (entra, azure) = (entra.auto_consent(login), azure.auto_consent(login));
        }
        if let Some(lifetime) = settings.token_lifetime {
            (entra, azure) = (entra.access_token_lifetime(lifetime), azure.access_token_lifetime(lifetime));
        }
        let entra = entra.serve_on(0).await?;
        let azure = azure.entra(entra.0.clone()).build();
        let served = azure.clone().serve().await?;
        let openid =
            PretendOidc::builder(CLIENT, &secret, callback(PRETEND_OPENID)).app_name(NAME).clock(clock).serve_on(0);
        let tenant = settings.tenant.clone().unwrap_or_else(|| "organizations".to_owned());
        Ok(Self { azure, served, entra, openid: openid.await?, tenant, secret: secret.into() })
    }

    /// Lets people sign in with them.
    pub(crate) fn offered_by(&self, builder: AuthBuilder) -> AuthBuilder {
        let client = || Client::new(CLIENT, self.secret.clone());
        let entra = microsoft_entra_id(client())
            .endpoints(self.entra.1.base_url())
            .tenant(&self.tenant)
            .more_scopes(entra_scopes());
        builder
            .provider(azure_devops(client()).scopes(SCOPES).endpoints(self.served.base_url()))
            .provider(entra)
            .provider(OAuthProvider::oidc(PRETEND_OPENID, "Pretend OpenID", self.openid.0.issuer(), client()))
    }
}

const CLIENT: &str = "dashboard";
const NAME: &str = "Dashboard";
