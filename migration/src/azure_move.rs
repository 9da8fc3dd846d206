//! The move as an application configures it: between which providers, how far it has come, and for whom.

mod at_sign_in;

use std::sync::{Arc, PoisonError, RwLock};

use crate::newcomers::Newcomers;
use crate::stage::{PersonalAccounts, Stage, Stages};

/// Microsoft Entra ID follows Azure DevOps. Clones are the same move: one that the application keeps changes the stage of
/// a tenant while the site runs.
///
/// ```
/// use admit::{Auth, Client, MemoryStore};
/// use admit_migration::{AzureMove, Stage};
/// use admit_providers::{azure_devops, microsoft_entra_id};
///
/// # fn example(store: MemoryStore) -> Result<(), admit::ConfigError> {
/// let to_entra = AzureMove::new().tenant("7a394543-62fd-4274-a7d2-8fac775942b6", Stage::Prefer);
/// let auth = Auth::builder("https://app.example")
///     .provider(azure_devops(Client::env()))
///     .provider(microsoft_entra_id(Client::env()))
///     .store(store.clone())
///     .evidence_store(store.clone())
///     .audit_store(store)
///     .succession(to_entra.clone())
///     .build()?;
///
/// // Some weeks later, with no restart:
/// to_entra.set_stage(Some("7a394543-62fd-4274-a7d2-8fac775942b6"), Stage::Require);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct AzureMove {
    from: String,
    to: String,
    personal: PersonalAccounts,
    asks_newcomers: bool,
    closed_to_newcomers: Option<Stage>,
    stages: Arc<RwLock<Stages>>,
    newcomers: Arc<Newcomers>,
}

impl Default for AzureMove {
    fn default() -> Self {
        Self::new()
    }
}

impl AzureMove {
    /// From the provider `azure-devops` to the provider `microsoft-entra-id`, with everybody invited.
    pub fn new() -> Self {
        Self {
            from: "azure-devops".to_owned(),
            to: "microsoft-entra-id".to_owned(),
            personal: PersonalAccounts::default(),
            asks_newcomers: true,
            closed_to_newcomers: Some(Stage::Prefer),
            stages: Arc::default(),
            newcomers: Arc::default(),
        }
    }

    /// Between providers that stand under other ids.
    #[must_use]
    pub fn between(mut self, azure_devops: impl Into<String>, microsoft_entra_id: impl Into<String>) -> Self {
        (self.from, self.to) = (azure_devops.into(), microsoft_entra_id.into());
        self
    }

    /// How far the move has come, but for tenants that have a stage of their own.
    #[must_use]
    pub fn stage(self, stage: Stage) -> Self {
        self.set_stage(None, stage);
        self
    }

    /// How far it has come for the people of a tenant, by its GUID.
    #[must_use]
    pub fn tenant(self, tenant: impl AsRef<str>, stage: Stage) -> Self {
        self.set_stage(Some(tenant.as_ref()), stage);
        self
    }

    /// What becomes of people with personal accounts: they come in by Azure DevOps, unless told otherwise. Evidence tells
    /// who has one, so it takes an [`evidence_store`](admit::AuthBuilder::evidence_store).
    #[must_use]
    pub fn personal_accounts(mut self, personal: PersonalAccounts) -> Self {
        self.personal = personal;
        self
    }

    /// Whether people whom nothing tells are asked if they used Azure DevOps here before, as long as there are accounts of
    /// Azure DevOps whose users have no other. They are, unless told otherwise.
    #[must_use]
    pub fn ask_newcomers(mut self, asks: bool) -> Self {
        self.asks_newcomers = asks;
        self
    }

    /// From which stage on nobody new comes in by Azure DevOps: whoever is no user yet is made none, and shown the way to
    /// Microsoft Entra ID. From [`Stage::Prefer`] on, unless told otherwise; with `None`, people who are new are treated as
    /// those who were here before. New people with [`personal_accounts`](Self::personal_accounts) come in as long as
    /// others with such accounts do.
    #[must_use]
    pub fn closed_to_newcomers(mut self, from: impl Into<Option<Stage>>) -> Self {
        self.closed_to_newcomers = from.into();
        self
    }

    /// Changes the stage of a tenant, or of all that have none of their own. It holds from the next sign-in on, in this
    /// process.
    pub fn set_stage(&self, tenant: Option<&str>, stage: Stage) {
        self.stages.write().unwrap_or_else(PoisonError::into_inner).set(tenant, stage);
    }

    /// The stage of a tenant; of people of whom no tenant is known, if there is none.
    pub fn stage_of(&self, tenant: Option<&str>) -> Stage {
        self.stages.read().unwrap_or_else(PoisonError::into_inner).of(tenant)
    }

    /// The id of the provider that ends.
    pub fn from(&self) -> &str {
        &self.from
    }

    /// The id of the provider that follows.
    pub fn to(&self) -> &str {
        &self.to
    }

    pub(crate) fn newcomers(&self) -> &Newcomers {
        &self.newcomers
    }
}
