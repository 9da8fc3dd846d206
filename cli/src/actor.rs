//! Who it was that did something to accounts.

use clap::Args;

use crate::config;

/// For commands whose deeds are written down.
#[derive(Clone, Debug, Args)]
pub(crate) struct Actor {
    /// Who is written down as having done it [default: whoever is logged in]
    #[arg(long, value_name = "NAME")]
    actor: Option<String>,
}

impl Actor {
    /// The actor of a [`Deed`](admit::Deed).
    pub(crate) fn name(&self) -> String {
        let logged_in = || ["USER", "USERNAME"].into_iter().find_map(config::text);
        match self.actor.clone().or_else(logged_in) {
            Some(name) => format!("operator {name}"),
            None => "operator".to_owned(),
        }
    }
}
