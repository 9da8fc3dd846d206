//! What a sign-in writes, so many at once: the way back from the provider, through `Auth::handle`, with the pretend Azure
//! DevOps in process.
//!
//! The way back is where a sign-in writes: it claims the trip, finds the user by the account, puts the tokens, and
//! creates the session. The trips are begun and consented to beforehand. Nobody comes for the first time, and nobody
//! twice at once.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use admit::{Auth, SystemClock};
use admit_testkit::azure_devops as pretend;
use bytes::Bytes;
use http::header::{COOKIE, LOCATION};
use http::{Request, StatusCode};
use tokio::task::JoinSet;

use super::keeping::Keeping;
use super::reads::site;
use super::{Place, Store};
use crate::load::now;
use crate::side_by_side::machine::Cores;
use crate::site::{ORIGIN, SIGN_IN, Site};

/// Where a sign-in writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// Everything into the cookie: what a sign-in takes without a store.
    Cookie,
    /// Everything into one store.
    One(Store),
    /// Users into SQLite, and all else into Redis.
    RedisAndSqlite,
}

/// So many sign-ins, so many of them at once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SignIns {
    /// How many at once.
    pub at_once: usize,
    /// How many there were in a second.
    pub per_second: f64,
    /// The median of what one took, in milliseconds.
    pub median: f64,
    /// What one in a hundred took longer than.
    pub slow: f64,
}

impl Home {
    /// Those there are.
    pub const ALL: [Self; 5] = [
        Self::Cookie,
        Self::One(Store::Sqlite),
        Self::One(Store::Postgres),
        Self::One(Store::Redis),
        Self::RedisAndSqlite,
    ];

    /// The stores it needs.
    pub fn stores(self) -> &'static [Store] {
        match self {
            Self::Cookie => &[],
            Self::One(Store::Sqlite) => &[Store::Sqlite],
            Self::One(Store::Postgres) => &[Store::Postgres],
            Self::One(Store::Redis) => &[Store::Redis],
            Self::RedisAndSqlite => &[Store::Redis, Store::Sqlite],
        }
    }

    /// As the command line has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cookie => "cookie",
            Self::One(store) => store.name(),
            Self::RedisAndSqlite => "redis+sqlite",
        }
    }

    /// As a report has it.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Cookie => "the cookie, no store",
            Self::One(Store::Redis) => "Redis, without users",
            Self::One(store) => store.title(),
            Self::RedisAndSqlite => "Redis, users in SQLite",
        }
    }

    async fn site(self, addresses: &[&str]) -> Result<Site, Box<dyn Error>> {
        let mut opened = VecDeque::new();
        for (store, address) in self.stores().iter().zip(addresses) {
            opened.push_back(Keeping::open(*store, address).await?);
        }
        let people = |azure: pretend::Builder| {
            (0..PEOPLE).fold(azure, |azure, number| {
                let person = pretend::Person::new(login(number), format!("Ada {number:05}"));
                azure.person(person.email(format!("ada@{number:05}.example")))
            })
        };
        // The users' store first, since the one that comes later takes its other parts over.
        Ok(Site::of_azure(SystemClock, people, |builder| {
            opened.into_iter().rev().fold(builder, |builder, keeping| keeping.everything(builder))
        }))
    }
}

/// Signs people in, [`AT_ONCE`] at a time and `least` or more in all, with stores that are empty.
///
/// # Errors
/// When a store cannot be opened, or somebody is not signed in.
pub async fn sign_in(home: Home, addresses: &[&str], least: usize) -> Result<Vec<SignIns>, Box<dyn Error>> {
    let site = home.site(addresses).await?;
    many(trips(&site, PEOPLE).await?, 8).await?;
    let mut all = Vec::new();
    for at_once in AT_ONCE {
        let trips = trips(&site, (at_once * least / 3).max(least)).await?;
        all.push(many(trips, at_once).await?);
    }
    Ok(all)
}

/// The same in a process of its own, which has a site's core. `program` is `stores`.
///
/// # Errors
/// When a server cannot be started, or the process fails.
pub async fn sign_in_apart(
    home: Home,
    least: usize,
    program: &Path,
    cores: Option<Cores>,
) -> Result<Vec<SignIns>, Box<dyn Error>> {
    let mut places = Vec::new();
    for store in home.stores() {
        places.push(Place::new(*store).await?);
    }
    let mut command = site(program, cores);
    command.args(["sign-in", home.name(), &least.to_string()]).args(places.iter().map(|place| &place.address));
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("{}: {}", home.name(), String::from_utf8_lossy(&output.stderr)).into());
    }
    String::from_utf8(output.stdout)?.lines().map(str::parse).collect()
}

/// Somebody who consented, and comes back.
struct Trip {
    auth: Auth,
    callback: Request<Bytes>,
}

async fn trips(site: &Site, number: usize) -> Result<VecDeque<Trip>, Box<dyn Error>> {
    let mut trips = VecDeque::with_capacity(number);
    for number in 0..number {
        let mut browser = site.browser();
        let provider = browser.begin(SIGN_IN).await;
        let callback = site.azure.authorize_as(&login(number % PEOPLE), &provider).await?;
        let cookies = browser.jar.header(true).unwrap_or_default();
        let callback = Request::get(callback.path_and_query()).header(COOKIE, cookies).body(Bytes::new())?;
        trips.push_back(Trip { auth: site.auth.clone(), callback });
    }
    site.azure.reset_log();
    Ok(trips)
}

impl Trip {
    /// Comes back; how long that took.
    async fn finish(self) -> Result<Duration, StatusCode> {
        let began = now();
        let answer = self.auth.handle(self.callback).await;
        let took = began.elapsed();
        let home = format!("{ORIGIN}/dashboard?tab=1");
        let is_home = answer.headers().get(LOCATION).is_some_and(|to| to.as_bytes() == home.as_bytes());
        if is_home { Ok(took) } else { Err(answer.status()) }
    }
}

async fn many(trips: VecDeque<Trip>, at_once: usize) -> Result<SignIns, Box<dyn Error>> {
    let number = trips.len();
    let trips = Arc::new(Mutex::new(trips));
    let began = now();
    let mut tasks = JoinSet::new();
    for _ in 0..at_once {
        let trips = Arc::clone(&trips);
        tasks.spawn(async move {
            let mut took = Vec::new();
            loop {
                let next = trips.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                let Some(trip) = next else { return Ok(took) };
                took.push(trip.finish().await?);
            }
        });
    }
    let mut took = Vec::with_capacity(number);
    while let Some(ended) = tasks.join_next().await {
        took.extend(ended?.map_err(|status: StatusCode| format!("somebody was not signed in: {status}"))?);
    }
    let passed = began.elapsed();
    took.sort();
    let at = |place: usize| took.get(place).copied().unwrap_or_default().as_secs_f64() * 1e3;
    Ok(SignIns {
        at_once,
        per_second: number as f64 / passed.as_secs_f64(),
        median: at(number / 2),
        slow: at(number * 99 / 100),
    })
}

fn login(number: usize) -> String {
    format!("ada-{number}")
}

/// As one process tells another.
impl fmt::Display for SignIns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {}", self.at_once, self.per_second, self.median, self.slow)
    }
}

impl FromStr for SignIns {
    type Err = Box<dyn Error>;

    fn from_str(line: &str) -> Result<Self, Self::Err> {
        let [at_once, per_second, median, slow] = *line.split(' ').collect::<Vec<_>>() else {
            return Err(format!("not figures: {line}").into());
        };
        Ok(Self {
            at_once: at_once.parse()?,
            per_second: per_second.parse()?,
            median: median.parse()?,
            slow: slow.parse()?,
        })
    }
}

/// How many come back at the same time.
pub const AT_ONCE: [usize; 3] = [1, 8, 64];
/// More than come at once, so that two who come at once are two people.
const PEOPLE: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_arrive_as_they_were_sent() {
        let figures = SignIns { at_once: 8, per_second: 0.1 + 0.2, median: 1.5, slow: 1e-9 };
        assert_eq!(figures.to_string().parse::<SignIns>().unwrap(), figures);
        assert!("8 1.0 2.0".parse::<SignIns>().is_err());
    }
}
