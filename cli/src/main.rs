//! The command `admit`: what operators do to sign-in from a shell.
//!
//! | file | is about |
//! |---|---|
//! | `secret.rs` | `admit secret` |
//! | `doctor.rs` | `admit doctor`, one file in the folder for each thing it looks at |
//! | `dev_idp.rs` | `admit dev-idp` |
//! | `accounts.rs` | the commands about people's accounts, one file each in the folder |
//! | `azure.rs` | the commands about Azure DevOps, one file each in the folder |
//! | `config.rs`, `providers.rs` | the environment, the same as that of the application |
//! | `actor.rs`, `progress.rs`, `interrupt.rs` | who does it; how far it is; when it is to end |
//! | `job.rs` | jobs that go on account by account |
//! | `output.rs` | results for people and for programs |
//! | `exit.rs` | how a command ends, as a number |
//!
//! Results go to standard output; the log and the progress go to standard error.

mod accounts;
mod actor;
mod azure;
mod config;
#[cfg(feature = "dev-idp")]
mod dev_idp;
mod doctor;
mod exit;
mod interrupt;
mod job;
mod output;
mod progress;
mod providers;
mod secret;

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use exit::{Exit, Failure};

/// What operators do to sign-in.
#[derive(Debug, Parser)]
#[command(name = "admit", version, after_help = exit::HELP, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Secret(secret::Make),
    Doctor(doctor::Doctor),
    #[cfg(feature = "dev-idp")]
    DevIdp(dev_idp::DevIdp),
    /// People's accounts: taken over from Auth.js
    #[command(subcommand)]
    Accounts(accounts::Command),
    /// Azure DevOps: its secrets, and the move to Microsoft Entra ID
    #[command(subcommand)]
    Azure(azure::Command),
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // To nobody, if the stream is closed.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    tracing_subscriber::fmt().with_max_level(tracing::Level::WARN).without_time().with_writer(io::stderr).init();
    match run(cli) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            failure.tell(&mut io::stderr());
            failure.exit().into()
        }
    }
}

fn run(cli: Cli) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::Runtime)?;
    runtime.block_on(async {
        match cli.command {
            Command::Secret(make) => make.run(),
            Command::Doctor(doctor) => doctor.run().await,
            #[cfg(feature = "dev-idp")]
            Command::DevIdp(dev_idp) => dev_idp.run().await,
            Command::Accounts(command) => accounts::run(command).await,
            Command::Azure(command) => azure::run(command).await,
        }
    })
}
