//! The applications that are put under load.

use std::io;

use admit::SystemClock;

use super::keeping::Keeping;
use super::{Store, query};
use crate::server::axum::{bare, run, with_admit};
use crate::server::{announce, end_with_standard_input, listener};
use crate::site::Site;

/// What is served on `/me`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum App {
    /// The handler finds its cookie, and answers.
    Bare,
    /// It also looks the session up, with the driver alone.
    Query,
    /// `Session` as an argument, and sessions in the store.
    Sessions,
    /// The same, and users in the store, who are asked after once a second.
    Users,
}

impl App {
    /// Those there are.
    pub const ALL: [Self; 4] = [Self::Bare, Self::Query, Self::Sessions, Self::Users];

    /// As the command line has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Query => "query",
            Self::Sessions => "sessions",
            Self::Users => "users",
        }
    }
}

/// Serves on a port of this machine, as [`server::serve`](crate::server::serve) does, with what is in the store.
///
/// # Errors
/// When no port is free, or the store cannot be opened.
pub fn serve(app: App, store: Store, address: &str) -> io::Result<()> {
    let listener = listener()?;
    listener.set_nonblocking(true)?;
    end_with_standard_input();
    run(async {
        let router = match app {
            App::Bare => bare(),
            App::Query => query::router(store, address).await.map_err(io::Error::other)?,
            App::Sessions | App::Users => {
                let opened =
                    Keeping::open(store, address).await.map_err(|error| io::Error::other(error.to_string()))?;
                let everything = app == App::Users;
                let keep = |builder| if everything { opened.everything(builder) } else { opened.sessions(builder) };
                with_admit(Site::with(SystemClock, keep).auth)
            }
        };
        announce(listener.local_addr()?.port())?;
        Ok((listener, router))
    })
}
