//! The commands about Azure DevOps.

mod accounts;
mod between;
mod orgs;
mod scopes;
mod secrets;
mod tokens;

use clap::Subcommand;

use crate::exit::{Exit, Failure};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// People's accounts, and how they come over to Microsoft Entra ID
    #[command(subcommand)]
    Accounts(accounts::Command),
    /// The organisations, and the tenants they belong to
    #[command(subcommand)]
    Orgs(orgs::Command),
    /// The scopes, and what takes their place in Microsoft Entra ID
    #[command(subcommand)]
    Scopes(scopes::Command),
    /// The client's secrets, each of which lives 60 days
    #[command(subcommand)]
    Secrets(secrets::Command),
    /// The tokens, which go when the move is over
    #[command(subcommand)]
    Tokens(tokens::Command),
}

pub(crate) async fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Accounts(command) => accounts::run(command).await,
        Command::Orgs(command) => orgs::run(command).await,
        Command::Scopes(command) => scopes::run(command),
        Command::Secrets(command) => secrets::run(command).await,
        Command::Tokens(command) => tokens::run(command).await,
    }
}
