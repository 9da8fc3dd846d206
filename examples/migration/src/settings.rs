//! The environment of the application.
//!
//! | variable | says |
//! |---|---|
//! | `PORT` | where it listens: 3000 unless it is set |
//! | `AUTH_URL` | where people reach it: `http://localhost:{PORT}` unless it is set |
//! | `DATABASE_URL` | `sqlite:FILE`: `sqlite:migration.db` unless it is set |
//! | `AUTH_AZURE_DEVOPS_ID` and so on | the registration with Azure DevOps; without it that provider is off |
//! | `AUTH_MICROSOFT_ENTRA_ID_ID` and so on | the registration with Microsoft Entra ID; without it nobody has heard of a move |
//! | `MOVE_STAGE` | `invite`, `prefer`, `require` or `link-only`: how far the move has come |
//! | `MOVE_TENANTS` | the same for single tenants: `GUID=STAGE,GUID=STAGE` |
//! | `MOVE_PERSONAL` | `as-everybody` if personal accounts, too, have to connect one of Microsoft |

use std::path::PathBuf;

use admit_migration::{PersonalAccounts, Stage};

/// What the environment says.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it listens.
    pub port: u16,
    /// Where people reach it.
    pub base_url: String,
    /// The SQLite file.
    pub file: PathBuf,
    /// Whether there is a registration with Azure DevOps.
    pub has_azure_devops: bool,
    /// Whether there is a registration with Microsoft Entra ID.
    pub has_entra_id: bool,
    /// How far the move has come.
    pub stage: Stage,
    /// The same for single tenants.
    pub tenants: Vec<(String, Stage)>,
    /// What becomes of personal accounts.
    pub personal: PersonalAccounts,
}

impl Settings {
    /// Reads the environment.
    ///
    /// # Errors
    /// When a variable makes no sense.
    pub fn of_process() -> Result<Self, String> {
        let port = variable("PORT").map_or(Ok(3000), |port| port.parse().map_err(|_| "PORT is no port".to_owned()))?;
        let database = variable("DATABASE_URL").unwrap_or_else(|| "sqlite:migration.db".to_owned());
        let file = database.strip_prefix("sqlite:").ok_or("DATABASE_URL is not sqlite:FILE")?;
        let tenants = variable("MOVE_TENANTS").unwrap_or_default();
        let tenants = tenants.split(',').filter(|pair| !pair.is_empty()).map(|pair| {
            let (tenant, name) = pair.split_once('=').ok_or("MOVE_TENANTS is not GUID=STAGE,…")?;
            Ok((tenant.to_owned(), stage(name)?))
        });
        Ok(Self {
            port,
            base_url: variable("AUTH_URL").unwrap_or_else(|| format!("http://localhost:{port}")),
            file: file.into(),
            has_azure_devops: variable("AUTH_AZURE_DEVOPS_ID").is_some(),
            has_entra_id: variable("AUTH_MICROSOFT_ENTRA_ID_ID").is_some(),
            stage: variable("MOVE_STAGE").map_or(Ok(Stage::default()), |name| stage(&name))?,
            tenants: tenants.collect::<Result<_, String>>()?,
            personal: match variable("MOVE_PERSONAL").as_deref() {
                Some("as-everybody") => PersonalAccounts::AsEverybody,
                _ => PersonalAccounts::default(),
            },
        })
    }
}

fn stage(name: &str) -> Result<Stage, String> {
    Stage::named(name).ok_or_else(|| format!("{name:?} is no stage: say invite, prefer, require or link-only"))
}

#[allow(clippy::disallowed_methods, reason = "the one place where the example reads the environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}
