//! The site: sign-in with Azure DevOps, real or pretend, and the calls to it.
//!
//! Tokens are kept in a store, since Azure DevOps replaces the refresh token at each use. This one is in memory:
//! when the process ends, people sign in again. A `TokenStore` on a database keeps them for longer.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use admit::http::{HttpError, ReqwestClient};
use admit::{Auth, AuthBuilder, Client, Clock, ConfigError, MemoryStore, Random as _, SystemRandom, Theme};
use admit_providers::azure_devops::{Scope, azure_devops};
use admit_testkit::PretendAzureDevOps;
use admit_testkit::azure_devops::Served;

use crate::azure::Bases;
use crate::settings::Azure;
use crate::{AzureDevOps, Settings};

/// The provider's id, by which access tokens are asked for.
pub const PROVIDER: &str = "azure-devops";

/// A dashboard, but for the web framework.
#[derive(Debug)]
pub struct Site {
    /// Who is there.
    pub auth: Auth,
    /// What they may see.
    pub azure: Arc<AzureDevOps>,
    /// The pretend Azure DevOps, if it is one. It ends when this is dropped.
    pub pretend: Option<Pretend>,
}

/// A pretend Azure DevOps that listens on this machine.
#[derive(Debug)]
pub struct Pretend {
    /// The handle to it.
    pub azure: PretendAzureDevOps,
    /// Its socket.
    pub served: Served,
}

/// Why there is no site.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SiteError {
    /// What was configured does not do.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Requests cannot be sent.
    #[error("no client for requests to Azure DevOps")]
    Client(#[from] HttpError),
    /// The pretend Azure DevOps has no socket.
    #[error("the pretend Azure DevOps cannot listen on this machine")]
    Pretend(#[source] io::Error),
}

impl Site {
    /// Sets up sign-in for people who reach the site at `base_url`.
    ///
    /// # Errors
    /// When the configuration does not do, each problem with its remedy.
    pub async fn open(settings: &Settings, base_url: &str, clock: impl Clock + Clone) -> Result<Self, SiteError> {
        match &settings.azure {
            Azure::Real { has_scopes } => Self::real(settings, base_url, *has_scopes, clock),
            Azure::Pretend { auto_consent, token_lifetime } => {
                Self::pretend(settings, base_url, auto_consent.as_deref(), *token_lifetime, clock).await
            }
        }
    }

    fn real(
        settings: &Settings,
        base_url: &str,
        has_scopes: bool,
        clock: impl Clock + Clone,
    ) -> Result<Self, SiteError> {
        let mut provider = azure_devops(Client::env());
        if !has_scopes {
            provider = provider.scopes(SCOPES);
        }
        let auth = builder(settings, base_url, clock.clone()).provider(provider).build()?;
        Ok(Self { auth, azure: Arc::new(calls(clock)?), pretend: None })
    }

    async fn pretend(
        settings: &Settings,
        base_url: &str,
        auto_consent: Option<&str>,
        token_lifetime: Option<Duration>,
        clock: impl Clock + Clone,
    ) -> Result<Self, SiteError> {
        let (id, secret) = ("dashboard", random_secret());
        let callback = format!("{base_url}/api/auth/callback/{PROVIDER}");
        let mut pretend = PretendAzureDevOps::builder(id, &secret, callback)
            .app_name("Dashboard")
            .allow_http_on_loopback()
            .clock(Arc::new(clock.clone()));
        if let Some(login) = auto_consent {
            pretend = pretend.auto_consent(login);
        }
        if let Some(lifetime) = token_lifetime {
            pretend = pretend.access_token_lifetime(lifetime);
        }
        let pretend = pretend.build();
        let served = pretend.clone().serve().await.map_err(SiteError::Pretend)?;

        let provider = azure_devops(Client::new(id, secret)).scopes(SCOPES).endpoints(served.base_url());
        let mut builder = builder(settings, base_url, clock.clone()).provider(provider);
        if let Some(lifetime) = token_lifetime {
            // With the usual margin, a token that lives for less than it would be refreshed at each request.
            builder = builder.refresh_margin(USUAL_MARGIN.min(lifetime / 2));
        }
        let azure = calls(clock)?.bases(Bases::pretend(&served.base_url()));
        Ok(Self { auth: builder.build()?, azure: Arc::new(azure), pretend: Some(Pretend { azure: pretend, served }) })
    }
}

/// What real and pretend have in common.
fn builder(settings: &Settings, base_url: &str, clock: impl Clock) -> AuthBuilder {
    let builder = Auth::builder(base_url)
        .environment(settings.environment.clone())
        .token_store(MemoryStore::new())
        .clock(clock)
        .theme(Theme::default().brand_color(ACCENT));
    if settings.has_secret {
        return builder;
    }
    // The tokens are in memory too, so nothing is lost that a restart would have kept.
    tracing::info!("AUTH_SECRET is not set, so sessions end with this process");
    builder.secret(random_secret())
}

fn calls(clock: impl Clock) -> Result<AzureDevOps, HttpError> {
    Ok(AzureDevOps::new(Arc::new(ReqwestClient::new()?), Arc::new(clock)))
}

/// 256 bits, in hexadecimal digits.
fn random_secret() -> String {
    let mut bytes = [0; 32];
    SystemRandom.fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the pages need.
const SCOPES: [Scope; 5] = [Scope::PROFILE, Scope::PROJECT, Scope::WORK, Scope::BUILD, Scope::CODE];
/// The pages' own.
const ACCENT: &str = "#1b666f";
const USUAL_MARGIN: Duration = Duration::from_secs(300);
