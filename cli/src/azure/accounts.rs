//! The commands about people's accounts of Azure DevOps: what is known of them, and who they are in Microsoft Entra ID.

mod enrich;
mod fate;
mod link;
mod plan;
mod report;
mod unlink;

use clap::Subcommand;

use crate::exit::{Exit, Failure};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Enrich(enrich::Capture),
    Plan(plan::Look),
    Link(link::Link),
    Unlink(unlink::Unlink),
    Report(report::Tell),
}

pub(crate) async fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Enrich(enrich) => enrich.run().await,
        Command::Plan(plan) => plan.run().await,
        Command::Link(link) => link.run().await,
        Command::Unlink(unlink) => unlink.run().await,
        Command::Report(report) => report.run().await,
    }
}
