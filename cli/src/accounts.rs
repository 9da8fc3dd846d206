//! The commands about people's accounts.

mod import;

use clap::Subcommand;

use crate::exit::{Exit, Failure};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Import(import::Import),
}

pub(crate) async fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Import(import) => import.run().await,
    }
}
