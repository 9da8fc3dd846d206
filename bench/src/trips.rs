//! A whole sign-in over HTTP, and how much of the processor the site takes for it: with admit, by hand, and with Auth.js.
//!
//! The sites take turns, a few sign-ins at a time, so that whatever else the machine does falls on all of them. The
//! provider is another process, whose time counts for nobody, and so is the browser.

mod browser;
mod by_hand;
mod report;
mod site;

use std::net::TcpListener;
use std::process::Command;
use std::time::Duration;
use std::{env, io};

use self::browser::Browser;
pub use self::report::{HEADING, Report};
pub use self::site::{Site, serve, serve_provider};
use crate::load::Started;
use crate::server::listener;
use crate::side_by_side::machine::Cores;

/// How much is measured.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Who signs people in.
    pub sites: Vec<Site>,
    /// How many sign-ins each has before anything is counted.
    pub warm_up: usize,
    /// How many turns each has.
    pub turns: usize,
    /// How many sign-ins make a turn.
    pub each: usize,
}

/// What was measured of one site.
#[derive(Clone, Debug)]
pub struct Measured {
    site: Site,
    /// The time of a sign-in, by turn.
    turns: Vec<Duration>,
}

impl Plan {
    /// Measures all sites. `this` is the program that serves those in Rust. With cores given, the sites share one, and
    /// the provider runs on the other, where this process should be too.
    ///
    /// # Errors
    /// When a server cannot be started, or a sign-in fails.
    pub async fn measure(&self, this: &str, cores: Option<Cores>) -> io::Result<Vec<Measured>> {
        let taken: Vec<TcpListener> = self.sites.iter().map(|_| listener()).collect::<io::Result<_>>()?;
        let ports: Vec<u16> = taken.iter().map(|taken| Ok(taken.local_addr()?.port())).collect::<io::Result<_>>()?;
        drop(taken);
        let mut words = vec![this.to_owned(), "provider".to_owned()];
        words.extend(ports.iter().map(u16::to_string));
        let provider = start(&words, cores.map(|cores| cores.load))?;
        let issuer = format!("http://127.0.0.1:{}", provider.port);

        let browser = Browser::new()?;
        let mut servers = Vec::with_capacity(ports.len());
        for (&site, port) in self.sites.iter().zip(ports) {
            let server = start(&site.command(this, &issuer, port), cores.map(|cores| cores.server))?;
            let origin = format!("http://127.0.0.1:{port}");
            for _ in 0..self.warm_up {
                browser.sign_in(&origin).await?;
            }
            servers.push((server, origin, Measured { site, turns: Vec::with_capacity(self.turns) }));
        }
        for _ in 0..self.turns {
            for (server, origin, measured) in &mut servers {
                let before = server.spent()?.on_core;
                for _ in 0..self.each {
                    browser.sign_in(origin).await?;
                }
                let spent = server.spent()?.on_core.saturating_sub(before);
                measured.turns.push(spent / u32::try_from(self.each).unwrap_or(u32::MAX));
            }
        }
        Ok(servers.into_iter().map(|(_, _, measured)| measured).collect())
    }
}

/// The path of this program.
///
/// # Errors
/// When the system does not say, or it is no text.
pub fn this() -> io::Result<String> {
    env::current_exe()?
        .into_os_string()
        .into_string()
        .map_err(|_| io::Error::other("this program has no readable path"))
}

fn start(words: &[String], core: Option<usize>) -> io::Result<Started> {
    let pinned: Vec<String> =
        core.map(|core| vec!["taskset".to_owned(), "-c".to_owned(), core.to_string()]).unwrap_or_default();
    let mut words = pinned.iter().chain(words);
    let mut command = Command::new(words.next().ok_or(io::ErrorKind::InvalidInput)?);
    command.args(words);
    Started::program(command)
}

const CLIENT_ID: &str = "app-id";
const CLIENT_SECRET: &str = "a client secret";
