//! An application with three routes, on each framework, bare and with admit: what is put under load.
//!
//! | route | bare | with admit |
//! |---|---|---|
//! | `/public` | answers JSON | the same handler; nobody asks for the session |
//! | `/me` | finds its cookie, and answers the same JSON | the extractor opens the session, and the JSON is made of it |
//! | `/guarded` | | as `/me`, behind `require_session()` |

mod actix;
mod answer;
pub(crate) mod axum;

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};

use admit::{Auth, SystemClock};

pub(crate) use self::answer::{Profile, SOMEBODY, session_cookie};
use crate::site::Site;

/// What serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framework {
    /// With hyper, on a tokio runtime of one thread.
    Axum,
    /// With one worker.
    Actix,
}

/// What is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum App {
    /// The framework and the handlers.
    Bare,
    /// The same with admit.
    Admit,
    /// With an admit that remembers no cookie it has opened.
    Forgetful,
}

impl Framework {
    /// Those there are.
    pub const ALL: [Self; 2] = [Self::Axum, Self::Actix];

    /// As the command line has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Axum => "axum",
            Self::Actix => "actix",
        }
    }
}

impl App {
    /// Those there are.
    pub const ALL: [Self; 3] = [Self::Bare, Self::Admit, Self::Forgetful];

    /// As the command line has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Admit => "admit",
            Self::Forgetful => "forgetful",
        }
    }

    fn auth(self) -> Option<Auth> {
        match self {
            Self::Bare => None,
            Self::Admit => Some(Site::new(SystemClock).auth),
            Self::Forgetful => Some(Site::with(SystemClock, |builder| builder.cookie_memory(0)).auth),
        }
    }
}

/// Serves on a port of this machine, which it writes to standard output, until standard input ends: when whoever
/// started it is gone, for whatever reason, so is the server.
///
/// # Errors
/// When no port is free.
pub fn serve(framework: Framework, app: App) -> io::Result<()> {
    let listener = listener()?;
    listener.set_nonblocking(true)?;
    announce(listener.local_addr()?.port())?;
    end_with_standard_input();
    match framework {
        Framework::Axum => axum::serve(listener, app.auth()),
        Framework::Actix => actix::serve(listener, app.auth()),
    }
}

/// Tells whoever started this where it listens.
pub(crate) fn announce(port: u16) -> io::Result<()> {
    let mut stdout = io::stdout();
    writeln!(stdout, "{port}")?;
    stdout.flush()
}

pub(crate) fn end_with_standard_input() {
    std::thread::spawn(|| {
        let _ = io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
}

/// Below the ports that the system gives to clients, so that no client can meet itself.
pub(crate) fn listener() -> io::Result<TcpListener> {
    let mut ports = 18_100..18_200;
    ports.find_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok()).ok_or(io::ErrorKind::AddrInUse.into())
}
