//! One route under load for a while, then the other.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::load::{Body, Exchange, Load, Started, Tally, Until};

/// A route of a server, and connections to it.
pub(crate) struct Side<'a> {
    server: &'a Started,
    load: Load,
}

/// What half a pair came to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Half {
    pub(crate) tally: Tally,
    on_core: Duration,
    waiting: Duration,
}

/// The bare route and the one with admit, one right after the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub(super) bare: Half,
    pub(super) admit: Half,
}

impl<'a> Side<'a> {
    /// Connects, and has everybody come once.
    pub(crate) async fn new(server: &'a Started, path: &str, body: Body, cookies: &[String]) -> io::Result<Self> {
        let exchanges = Exchange::of_all(path, body, cookies);
        let mut load = Load::connect(server.port, CONNECTIONS, Arc::clone(&exchanges)).await?;
        let tally = load.drive(Until::Answered(cookies.len().next_multiple_of(CONNECTIONS))).await?;
        if tally.wrong > 0 {
            return Err(io::Error::other(format!("{path}: {} of {} answers were wrong", tally.wrong, tally.answered)));
        }
        Ok(Self { server, load })
    }

    /// Puts it under load for so long.
    pub(crate) async fn half(&mut self, time: Duration) -> io::Result<Half> {
        let before = self.server.spent()?;
        let tally = self.load.drive(Until::Passed(time)).await?;
        let after = self.server.spent()?;
        Ok(Half { tally, on_core: after.on_core - before.on_core, waiting: after.waiting - before.waiting })
    }
}

impl Half {
    /// The CPU time of a request, in µs, the kernel's part included.
    pub(crate) fn per_request(&self) -> f64 {
        self.on_core.as_secs_f64() * 1e6 / self.tally.answered as f64
    }

    /// What part of the time that the server was ready to work something else had its core.
    pub(crate) fn waited(&self) -> f64 {
        self.waiting.as_secs_f64() / (self.on_core + self.waiting).as_secs_f64()
    }
}

impl Pair {
    /// Measures one. Every other pair begins with admit, so that neither gains from coming first.
    pub(super) async fn measure(
        bare: &mut Side<'_>,
        admit: &mut Side<'_>,
        half: Duration,
        number: usize,
    ) -> io::Result<Self> {
        if number.is_multiple_of(2) {
            let bare = bare.half(half).await?;
            Ok(Self { bare, admit: admit.half(half).await? })
        } else {
            let admit = admit.half(half).await?;
            Ok(Self { bare: bare.half(half).await?, admit })
        }
    }

    /// What of the time with admit the bare route takes.
    pub(super) fn share(&self) -> f64 {
        self.bare.per_request() / self.admit.per_request()
    }
}

/// How many connections there are to either side.
pub(crate) const CONNECTIONS: usize = 32;
