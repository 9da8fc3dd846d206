//! The site: the ways to sign in, real or pretend, and the calls to Azure DevOps.
//!
//! Azure DevOps takes access tokens of its own and of Microsoft Entra ID. They are kept in a store, since Azure DevOps
//! replaces the refresh token at each use; so are users and sessions, in the database that the settings name.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use admit::http::{HttpError, ReqwestClient};
use admit::{Auth, AuthBuilder, Client, Clock, ConfigError, OAuthProvider, Theme};
use admit_providers::azure_devops::{Scope, azure_devops};
use admit_providers::microsoft_entra_id::{Resource, microsoft_entra_id};

use crate::azure::Bases;
use crate::devices::Devices;
use crate::kept::{self, KeptError};
use crate::pretend::Pretend;
use crate::settings::{Azure, Pretended, Registration};
use crate::{AzureDevOps, Settings, pages};

/// The provider Azure DevOps.
pub const AZURE_DEVOPS: &str = "azure-devops";
/// The provider Microsoft Entra ID.
pub const ENTRA: &str = "microsoft-entra-id";
/// The pretend OpenID provider, whose people Azure DevOps does not know.
pub const PRETEND_OPENID: &str = "pretend-openid";
/// An OpenID provider that the settings name. Azure DevOps does not know its people either.
pub const OPENID: &str = "openid";

/// The providers whose access tokens Azure DevOps takes.
pub const TOKENS: [&str; 2] = [AZURE_DEVOPS, ENTRA];

/// A dashboard, but for the web framework.
#[derive(Debug)]
pub struct Site {
    /// Who is there.
    pub auth: Auth,
    /// What they may see.
    pub azure: Arc<AzureDevOps>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// The providers by which people may come: id and name.
    pub providers: Arc<[(String, String)]>,
    /// The pretend providers, if there are no real ones. They end when this is dropped.
    pub pretend: Option<Pretend>,
}

/// Why there is no site.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SiteError {
    /// There is nowhere to keep anything.
    #[error(transparent)]
    Kept(#[from] KeptError),
    /// What was configured does not do.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Requests cannot be sent.
    #[error("no client for requests to Azure DevOps")]
    Client(#[from] HttpError),
    /// The pretend providers have no sockets.
    #[error("the pretend providers cannot listen on this machine")]
    Pretend(#[source] io::Error),
}

impl Site {
    /// Sets up sign-in for people who reach the site at `base_url`.
    ///
    /// # Errors
    /// When the configuration does not do, each problem with its remedy.
    pub async fn open(settings: &Settings, base_url: &str, clock: impl Clock + Clone) -> Result<Self, SiteError> {
        match &settings.azure {
            Azure::Real { azure_devops, entra } => Self::real(settings, base_url, *azure_devops, *entra, clock).await,
            Azure::Pretend(pretended) => Self::pretend(settings, base_url, pretended, clock).await,
        }
    }

    async fn real(
        settings: &Settings,
        base_url: &str,
        with_azure_devops: Option<Registration>,
        with_entra: Option<Registration>,
        clock: impl Clock + Clone,
    ) -> Result<Self, SiteError> {
        let mut builder = builder(settings, base_url, clock.clone()).await?;
        if let Some(Registration { has_scopes }) = with_azure_devops {
            let provider = azure_devops(Client::env());
            builder = builder.provider(if has_scopes { provider } else { provider.scopes(SCOPES) });
        }
        if let Some(Registration { has_scopes }) = with_entra {
            let provider = microsoft_entra_id(Client::env());
            builder = builder.provider(if has_scopes { provider } else { provider.more_scopes(entra_scopes()) });
        }
        Ok(Self::new(builder.build()?, calls(clock.clone())?, clock, None))
    }

    async fn pretend(
        settings: &Settings,
        base_url: &str,
        pretended: &Pretended,
        clock: impl Clock + Clone,
    ) -> Result<Self, SiteError> {
        let pretend = Pretend::open(base_url, pretended, clock.clone()).await;
        let pretend = pretend.map_err(SiteError::Pretend)?;
        let mut builder = pretend.offered_by(builder(settings, base_url, clock.clone()).await?);
        if let Some(lifetime) = pretended.token_lifetime {
            // With the usual margin, a token that lives for less than it would be refreshed at each request.
            builder = builder.refresh_margin(USUAL_MARGIN.min(lifetime / 2));
        }
        let azure = calls(clock.clone())?.bases(Bases::pretend(&pretend.served.base_url()));
        Ok(Self::new(builder.build()?, azure, clock, Some(pretend)))
    }

    fn new(auth: Auth, azure: AzureDevOps, clock: impl Clock, pretend: Option<Pretend>) -> Self {
        let providers = auth.providers().map(|(id, name)| (id.to_owned(), name.to_owned())).collect();
        Self { auth, azure: Arc::new(azure), clock: Arc::new(clock), providers, pretend }
    }
}

/// What real and pretend have in common.
async fn builder(settings: &Settings, base_url: &str, clock: impl Clock) -> Result<AuthBuilder, KeptError> {
    let builder = Auth::builder(base_url)
        .environment(settings.environment.clone())
        .clock(clock)
        .callbacks(Devices)
        .theme(Theme::default().logo(pages::ICON));
    let builder = match &settings.openid {
        Some(issuer) => builder.provider(openid(issuer)),
        None => builder,
    };
    kept::keep(settings, builder).await
}

/// Whatever speaks OpenID Connect. Its refresh tokens may be replaced at each use, so they are treated as if they were.
fn openid(issuer: &str) -> OAuthProvider {
    OAuthProvider::oidc(OPENID, "OpenID Connect", issuer, Client::env())
        .rotates_refresh_tokens(true)
        .sign_out_at_provider()
}

fn calls(clock: impl Clock) -> Result<AzureDevOps, HttpError> {
    Ok(AzureDevOps::new(Arc::new(ReqwestClient::new()?), Arc::new(clock)))
}

/// What the pages need, by the names that Microsoft Entra ID has for it.
pub(crate) fn entra_scopes() -> impl Iterator<Item = String> {
    SCOPES.into_iter().map(|scope| Resource::AzureDevOps.scope(scope))
}

/// What the pages need.
pub(crate) const SCOPES: [Scope; 5] = [Scope::PROFILE, Scope::PROJECT, Scope::WORK, Scope::BUILD, Scope::CODE];
const USUAL_MARGIN: Duration = Duration::from_secs(300);
