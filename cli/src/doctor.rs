//! `admit doctor`: looks at the application's environment, and says what is in order and what is not.
//!
//! | file | looks at |
//! |---|---|
//! | `site.rs` | the address, and the secrets that sessions are sealed with |
//! | `registrations.rs` | each provider: its callback, scopes and client secrets |
//! | `cookies.rs` | how large a session's cookies become |
//! | `stores.rs` | whether the stores answer, and their tables |
//! | `network.rs` | whether each provider answers, and its clock |
//! | `heard.rs` | what sign-in itself says when it is built: most findings are its own |
//!
//! Nothing is changed, and no secret is shown.

mod check;
mod cookies;
mod heard;
mod network;
mod registrations;
mod site;
mod stores;

use std::io;

use clap::Args;

use crate::config::Stores;
use crate::exit::{Exit, Failure};
use crate::output::{self, Format};
use crate::providers;
use check::{Checks, Level};

/// Looks whether the environment is in order
///
/// Reads the environment as the application does, asks each provider and each store whether it answers, and tells what
/// is wrong and what to do. Changes nothing and shows no secret.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Sends nothing over the network
    #[arg(long)]
    offline: bool,
    /// How the findings are written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    stores: Stores,
}

impl Doctor {
    pub(crate) async fn run(self) -> Result<Exit, Failure> {
        let mut checks = Checks::default();
        let providers = providers::configured();
        let heard = heard::Heard::default();
        // What sign-in would log is told as findings.
        let _quiet = tracing::subscriber::set_default(heard.clone());

        site::secrets(&mut checks);
        let line = network::Line::new()?;
        let auth = site::build(&providers, &heard, line.clone(), &mut checks);
        registrations::look(&providers, &mut checks);
        cookies::look(&providers, &mut checks);
        stores::look(&self.stores, self.offline, &mut checks).await;
        if let Some(auth) = auth.filter(|_| !self.offline) {
            network::look(&auth, &providers, &line, &heard, &mut checks).await;
        }

        output::rows(&mut io::stdout(), self.format, &checks.grouped()).map_err(Failure::Output)?;
        Ok(match checks.worst() {
            Level::Ok => Exit::Done,
            Level::Warn => Exit::Left,
            Level::Fail => Exit::Configuration,
        })
    }
}
