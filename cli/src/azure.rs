//! The commands about Azure DevOps.

mod secrets;

use clap::Subcommand;

use crate::exit::{Exit, Failure};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The client's secrets, each of which lives 60 days
    #[command(subcommand)]
    Secrets(secrets::Command),
}

pub(crate) async fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Secrets(command) => secrets::run(command).await,
    }
}
