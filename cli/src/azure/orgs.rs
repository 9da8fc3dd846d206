//! `admit azure orgs probe`: which tenant each organisation belongs to, asked without a token.

use std::error::Error;
use std::io;
use std::num::NonZeroU32;

use admit::Environment;
use admit::http::ReqwestClient;
use admit::provider::Settings;
use admit_migration::{OrganizationName, OrganizationProbe, OrganizationTenant, UnknownTenant};
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupts;
use crate::output::{self, Format, Row};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Probe(Probe),
}

/// Asks Azure DevOps, without a token, which tenant of Entra ID each organisation belongs to
///
/// A token of Entra ID is of one tenant, and shows the organisations of that tenant alone. Those of personal accounts are
/// told, too: Entra ID has no tokens for them.
///
/// Requests go to dev.azure.com alone; AUTH_AZURE_DEVOPS_ENDPOINTS may name a pretend Azure DevOps on this machine. Ends
/// with 1 if an organisation is not there or its tenant was not said, and with 3 if one could not be asked.
#[derive(Debug, Args)]
pub(crate) struct Probe {
    /// Names of organisations, or their addresses
    #[arg(value_name = "NAME", required = true)]
    organizations: Vec<String>,
    /// Requests in a second, at most; Azure DevOps may want fewer
    #[arg(long, default_value = "5", value_name = "N")]
    rate: NonZeroU32,
    /// How the result is written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// One organisation.
#[derive(Debug, Serialize)]
struct Line {
    organization: String,
    belongs_to: &'static str,
    tenant: Option<String>,
    why: Option<String>,
}

impl Row for Line {
    const COLUMNS: &'static [&'static str] = &["organization", "belongs_to", "tenant", "why"];
}

pub(crate) async fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Probe(probe) => probe.run().await,
    }
}

impl Probe {
    async fn run(self) -> Result<Exit, Failure> {
        let mut interrupts = Interrupts::hear().map_err(Failure::Signals)?;
        let names = names(&self.organizations)?;
        let mut probe = probe()?.rate(self.rate);
        let (mut lines, mut exit) = (Vec::new(), Exit::Done);
        for name in names {
            let tenant = tokio::select! {
                biased;
                () = interrupts.next() => {
                    exit = Exit::Interrupted;
                    break;
                }
                tenant = probe.ask(&name) => tenant,
            };
            exit = worse(exit, exit_of(&tenant));
            lines.push(line(&name, tenant));
        }
        output::rows(&mut io::stdout(), self.format, &lines).map_err(Failure::Output)?;
        Ok(exit)
    }
}

/// Each once. A text that is none may hold a password, so its place is told and not the text.
fn names(texts: &[String]) -> Result<Vec<OrganizationName>, Failure> {
    let mut names: Vec<OrganizationName> = Vec::new();
    for (place, text) in texts.iter().enumerate() {
        let name: OrganizationName =
            text.parse().map_err(|error| Failure::Environment(format!("organisation {}: {error}", place + 1)))?;
        if !names.iter().any(|known| known.as_str().eq_ignore_ascii_case(name.as_str())) {
            names.push(name);
        }
    }
    Ok(names)
}

fn probe() -> Result<OrganizationProbe, Failure> {
    let probe = OrganizationProbe::new(ReqwestClient::new().map_err(Failure::Http)?);
    let environment = Environment::process();
    match Settings::new("azure-devops", &environment).get("ENDPOINTS") {
        None => Ok(probe),
        Some(base) => probe.on_this_machine(base).ok_or_else(|| {
            Failure::Environment(
                "AUTH_AZURE_DEVOPS_ENDPOINTS is not on this machine, and only Azure DevOps itself says where its \
                 organisations belong; unset it, or name a pretend one at http://127.0.0.1:<port>"
                    .to_owned(),
            )
        }),
    }
}

fn exit_of(tenant: &OrganizationTenant) -> Exit {
    match tenant {
        OrganizationTenant::Tenant(_) | OrganizationTenant::Personal => Exit::Done,
        OrganizationTenant::Unknown(UnknownTenant::Busy(_) | UnknownTenant::Unreachable(_)) => Exit::Failed,
        OrganizationTenant::NotFound | OrganizationTenant::Unknown(_) => Exit::Left,
    }
}

fn worse(one: Exit, other: Exit) -> Exit {
    match (one, other) {
        (Exit::Failed, _) | (_, Exit::Failed) => Exit::Failed,
        (Exit::Left, _) | (_, Exit::Left) => Exit::Left,
        _ => Exit::Done,
    }
}

fn line(name: &OrganizationName, tenant: OrganizationTenant) -> Line {
    let (belongs_to, tenant, why) = match tenant {
        OrganizationTenant::Tenant(id) => ("tenant", Some(id), None),
        OrganizationTenant::Personal => ("personal_accounts", None, None),
        OrganizationTenant::NotFound => ("not_found", None, None),
        OrganizationTenant::Unknown(why) => ("unknown", None, Some(whole(&why))),
    };
    Line { organization: name.to_string(), belongs_to, tenant, why }
}

/// An error with its causes.
fn whole(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}
