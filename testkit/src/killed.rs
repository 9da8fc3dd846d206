//! What a store is left with when the process is killed in the middle of a sign-in.
//!
//! A test plays two parts. Started by cargo it is the one that kills: [`Kills::next`] runs the same test in a process of
//! its own and kills it at a random point. There [`part`] tells that it is the other, and [`sign_in_new_people`] signs
//! people in until that happens. Then the first looks at what is left: the rows itself, the rest by
//! [`Kills::aftermath`].
//!
//! `ADMIT_KILLS` says how often, fifty times unless it is set, and `ADMIT_SEED` where in a sign-in.
#![allow(clippy::expect_used, clippy::panic, reason = "a contract tells by panicking")]

mod player;
mod site;

use std::fmt;
use std::time::Duration;

use admit::Random as _;
use admit::store::{AccountKey, Once, SessionStore, TokenStore, UserStore};

use crate::FixedRandom;
use player::{Player, say};
use site::{PROVIDER, Site};

/// Where this process finds the store at which it is to sign people in, if it is the one to be killed.
pub fn part() -> Option<String> {
    player::variable(player::PLACE)
}

/// Signs new people in, each of them in two browsers at once, until the process is killed.
pub async fn sign_in_new_people(store: impl SessionStore + TokenStore + UserStore + Once + Clone) {
    let run = player::variable(player::RUN).unwrap_or_default();
    let site = Site::over(store);
    for n in 0_u64.. {
        let person = format!("{run}-{n}");
        say(&format!("{BEGINS}{person}"));
        let (one, other) = tokio::join!(site.sign_in(&person), site.sign_in(&person));
        say(&format!("{IS_IN}{person} {} {}", one.expect("a session"), other.expect("a session")));
    }
}

/// A process that is killed again and again, and what came of it. Printed as one line of figures.
#[derive(Debug)]
pub struct Kills {
    test: &'static str,
    seed: u64,
    kills: u64,
    random: FixedRandom,
    done: u64,
    /// How far the sign-ins were that were cut short: nobody was there, a user, a session.
    met: [u64; 3],
}

/// One process that was killed.
#[derive(Debug)]
pub struct Killed {
    /// Who was on the way in.
    cut_short: String,
    /// Who was in by then, with their two sessions.
    came_in: Vec<(String, [String; 2])>,
}

impl Kills {
    /// As many as the environment says, for the test of that name.
    #[must_use]
    pub fn of(test: &'static str) -> Self {
        let number = |name| player::variable(name).map(|text| text.parse().expect("a number"));
        let seed = number("ADMIT_SEED").unwrap_or(6);
        let kills = number("ADMIT_KILLS").unwrap_or(50);
        Self { test, seed, kills, random: FixedRandom::new(seed), done: 0, met: [0; 3] }
    }

    /// Lets people sign in at the store of that place, and kills the process somewhere in a sign-in. Nothing when that was
    /// done often enough.
    pub fn next(&mut self, place: &str) -> Option<Killed> {
        if self.done == self.kills {
            return None;
        }
        let mut player = Player::new(self.test, place, self.done);
        let (mut came_in, mut usual) = (Vec::new(), Duration::ZERO);
        for warm_up in [true, true, false] {
            let person = player.hears(BEGINS);
            if !warm_up {
                // Beyond the usual length a little, so that the last steps are met as well.
                let point = usual.mul_f64(1.2 * self.draw());
                player.kill_after(point);
                self.done += 1;
                let came_late = player.rest(IS_IN).into_iter().map(|line| arrived(&line));
                came_in.extend(came_late);
                return Some(Killed { cut_short: person, came_in });
            }
            let (line, took) = player.timed(IS_IN);
            usual = took;
            came_in.push(arrived(&line));
        }
        None
    }

    /// Whoever was told that they are in is in, and whoever was on the way comes in now, as one user with one account.
    ///
    /// # Panics
    /// When that is not so.
    pub async fn aftermath(
        &mut self,
        killed: &Killed,
        store: impl SessionStore + TokenStore + UserStore + Once + Clone,
    ) {
        let site = Site::over(store.clone());
        for (person, sessions) in &killed.came_in {
            for session in sessions {
                assert_eq!(site.whose(session).await.as_ref(), Some(person), "a session that was begun is lost");
            }
        }
        let person = &killed.cut_short;
        let account = AccountKey { provider: PROVIDER.to_owned(), subject: person.clone() };
        let before = store.user_by_account(&account).await.expect("the store answers");
        let met = match &before {
            None => &mut self.met[0],
            Some(user) if store.list(&user.id).await.expect("the store answers").is_empty() => &mut self.met[1],
            Some(_) => &mut self.met[2],
        };
        *met += 1;

        let session = site.sign_in(person).await.expect("a sign-in that was cut short is made good by the next");
        assert_eq!(site.whose(&session).await.as_ref(), Some(person));
        let user = store.user_by_account(&account).await.expect("the store answers").expect("a user");
        assert!(before.is_none_or(|before| before.id == user.id), "they are who they were");
        assert_eq!(store.accounts(&user.id).await.expect("the store answers"), [account]);
    }

    /// From 0 to 1.
    fn draw(&self) -> f64 {
        let mut bytes = [0; 4];
        self.random.fill(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
    }
}

impl fmt::Display for Kills {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, done, met: [nobody, user, session], .. } = self;
        write!(f, "seed={seed} kills={done} met_nobody={nobody} met_user={user} met_session={session}")
    }
}

/// `person session session`, as whoever is to be killed says it.
fn arrived(line: &str) -> (String, [String; 2]) {
    let mut words = line.split(' ').map(str::to_owned);
    let mut word = || words.next().expect("three words");
    (word(), [word(), word()])
}

const BEGINS: &str = "begins ";
const IS_IN: &str = "is in ";
