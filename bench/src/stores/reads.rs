//! The applications under load, one after the other, round after round.

use std::error::Error;
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::keeping::Keeping;
use super::people::{bring_sessions, bring_users, cookies};
use super::{App, Place, Store};
use crate::load::{Body, Started};
use crate::side_by_side::machine::Cores;
use crate::side_by_side::pairs::{Half, Side};
use crate::side_by_side::spread::Spread;

/// How much is measured.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Which stores.
    pub stores: Vec<Store>,
    /// How many rounds.
    pub rounds: usize,
    /// How long each application has its turn in a round.
    pub turn: Duration,
    /// How many people are signed in.
    pub people: usize,
}

/// What was measured of one store.
#[derive(Clone, Debug)]
pub struct Read {
    pub(super) store: Store,
    apps: Vec<App>,
    /// In each, what every application came to.
    rounds: Vec<Vec<Half>>,
}

impl Plan {
    /// Measures one store. `program` is `stores`; without cores, everything runs wherever there is room.
    ///
    /// # Errors
    /// When a server cannot be started, or breaks a connection, or gives a wrong answer before anything is measured.
    pub async fn read(&self, store: Store, program: &Path, cores: Option<Cores>) -> Result<Read, Box<dyn Error>> {
        let place = Place::new(store).await?;
        let keeping = Keeping::open(store, &place.address).await?;
        bring_sessions(&keeping, self.people).await?;
        bring_users(&keeping, self.people).await?;
        let apps: Vec<_> = App::ALL.into_iter().filter(|app| *app != App::Users || keeping.users().is_some()).collect();
        drop(keeping);

        let servers: io::Result<Vec<_>> =
            apps.iter().map(|app| start(*app, store, &place.address, program, cores)).collect();
        let servers = servers?;
        let cookies = cookies(self.people);
        let mut sides = Vec::new();
        for (app, server) in apps.iter().zip(&servers) {
            sides.push(Side::new(server, "/me", app.body(), &cookies).await?);
        }
        let mut rounds = Vec::with_capacity(self.rounds);
        for number in 0..self.rounds {
            rounds.push(round(&mut sides, self.turn, number).await?);
        }
        Ok(Read { store, apps, rounds })
    }
}

/// Every other one begins with the last, so that none gains from its place.
async fn round(sides: &mut [Side<'_>], turn: Duration, number: usize) -> io::Result<Vec<Half>> {
    let backwards = !number.is_multiple_of(2);
    let mut halves = Vec::with_capacity(sides.len());
    let in_order: Vec<_> = if backwards { sides.iter_mut().rev().collect() } else { sides.iter_mut().collect() };
    for side in in_order {
        halves.push(side.half(turn).await?);
    }
    if backwards {
        halves.reverse();
    }
    Ok(halves)
}

fn start(app: App, store: Store, address: &str, program: &Path, cores: Option<Cores>) -> io::Result<Started> {
    let mut command = site(program, cores);
    command.args(["serve", app.name(), store.name(), address]);
    Started::program(command)
}

/// The program, on the core that a site has.
pub(super) fn site(program: &Path, cores: Option<Cores>) -> Command {
    let Some(cores) = cores else { return Command::new(program) };
    let mut taskset = Command::new("taskset");
    taskset.arg("-c").arg(cores.server.to_string()).arg(program);
    taskset
}

impl App {
    /// What it answers on `/me`.
    pub fn body(self) -> Body {
        match self {
            Self::Bare | Self::Query => Body::Fixed,
            Self::Sessions | Self::Users => Body::Own,
        }
    }
}

impl Read {
    pub(super) fn apps(&self) -> &[App] {
        &self.apps
    }

    /// What a request of that application takes, in µs.
    pub(super) fn per_request(&self, app: App) -> Option<Spread> {
        Spread::of(self.of(app).map(Half::per_request))
    }

    /// What of one application's time another takes.
    pub(super) fn share(&self, least: App, app: App) -> Option<Spread> {
        let pairs = self.of(least).zip(self.of(app));
        Spread::of(pairs.map(|(least, app)| least.per_request() / app.per_request()))
    }

    /// What part of the time that a server was ready to work something else had its core.
    pub(super) fn waited(&self) -> impl Iterator<Item = f64> {
        self.rounds.iter().flatten().map(Half::waited)
    }

    /// How many answers there were, and how many of them were not what they should be.
    pub fn answered(&self) -> (usize, usize) {
        let tallies = self.rounds.iter().flatten().map(|half| half.tally);
        tallies.fold((0, 0), |(all, wrong), tally| (all + tally.answered, wrong + tally.wrong))
    }

    fn of(&self, app: App) -> impl Iterator<Item = &Half> {
        let place = self.apps.iter().position(|known| *known == app);
        self.rounds.iter().filter_map(move |round| round.get(place?))
    }
}
