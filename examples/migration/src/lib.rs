//! An application whose people used Azure DevOps to sign in, and which moves to Microsoft Entra ID.
//!
//! [`sign_in`] is what is configured, and [`app`] is the application: one page. How far the move has come is a matter of
//! the environment, so that each phase is a deployment and the way back is one, too.

mod home;
mod settings;

use std::error::Error;

use admit::store::AccountKey;
use admit::{Auth, Client};
use admit_axum::AuthRouterExt as _;
use admit_migration::AzureMove;
use admit_providers::{azure_devops, microsoft_entra_id};
use admit_sqlite::SqliteStore;
use axum::Router;
use axum::extract::Extension;
use axum::routing::get;

pub use settings::Settings;

/// Sign-in by the providers that the environment has, over one SQLite file.
///
/// # Errors
/// When the file or the configuration does not do.
pub async fn sign_in(settings: &Settings) -> Result<Auth, Box<dyn Error>> {
    let store = SqliteStore::open(&settings.file).await?;
    let mut auth =
        Auth::builder(&settings.base_url).store(store.clone()).evidence_store(store.clone()).audit_store(store);
    if settings.has_azure_devops {
        auth = auth.provider(azure_devops(Client::env()));
    }
    if settings.has_entra_id {
        let to_entra = AzureMove::new().stage(settings.stage).personal_accounts(settings.personal);
        let to_entra = settings.tenants.iter().fold(to_entra, |move_, (tenant, stage)| move_.tenant(tenant, *stage));
        auth = auth.provider(microsoft_entra_id(Client::env())).succession(to_entra);
    }
    Ok(auth.build()?)
}

/// The application.
pub fn app(auth: Auth) -> Router {
    let accounts = Extension(Accounts(auth.clone()));
    Router::new().route("/", get(home::page)).layer(accounts).with_auth(auth)
}

/// By what people can sign in.
#[derive(Clone, Debug)]
pub(crate) struct Accounts(Auth);

impl Accounts {
    /// The accounts of a user; none while the store does not answer.
    pub(crate) async fn of(&self, user: &str) -> Vec<AccountKey> {
        match self.0.user_store() {
            Some(users) => users.accounts(user).await.unwrap_or_default(),
            None => Vec::new(),
        }
    }
}
