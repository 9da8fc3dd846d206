//! A process is killed somewhere around a rotation, again and again, and another goes on.
//!
//! Some grants are lost, and no care could save them. The provider replaces a refresh token when it answers, and forgets
//! the old one. Until the answer has been written, the only copy of the new one is in the process that asked. Whoever
//! is killed between the two takes it along, and the person has to sign in at the provider once more. To write
//! something down before the exchange would not help: nobody knows the new token then.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use admit::store::{Once, SessionStore, TokenStore};
use admit::{Clock as _, Random as _, SystemClock};

use super::node::{SIGN_IN_AGAIN, TOKEN};
use super::player::variable;
use super::scene::{HOUR, answered};
use super::site::person;
use super::steps::STEPS;
use super::{Cast, Scene};
use crate::FixedRandom;

/// What came of it. Printed as one line of figures.
#[derive(Clone, Debug)]
pub struct Kills {
    store: &'static str,
    seed: u64,
    kills: usize,
    /// Who has to sign in at the provider again.
    lost_grants: usize,
    /// Where the provider had answered and the store did not have it yet.
    in_the_gap: usize,
    damaged: usize,
    sessions_lost: usize,
    slowest: Duration,
}

/// How one process was killed.
struct Killed {
    at: admit::Timestamp,
    /// The step, unless it was at a random moment.
    step: Option<(&'static str, bool)>,
    /// Whether the store had new tokens by then.
    is_written: bool,
}

pub(super) async fn run<S>(cast: &Cast<S>) -> Kills
where
    S: SessionStore + TokenStore + Once + Clone,
{
    let number = |name| variable(name).map(|text| text.parse().expect("a number"));
    let (seed, kills) = (number("ADMIT_SEED").unwrap_or(7), number("ADMIT_KILLS").unwrap_or(50));
    let (random, kills) = (FixedRandom::new(seed), usize::try_from(kills).expect("a number"));
    // One more for measuring how long a refresh takes when nobody is killed.
    let scene = Scene::new(cast, kills + 1).await;
    let mut survivor = scene.node().await;
    survivor.tell(&format!("clock {HOUR}"));
    let mut usual = Duration::ZERO;
    let mut killed = Vec::new();
    for n in 0..=kills {
        let mut node = scene.node().await;
        node.tell(&format!("clock {HOUR}"));
        if n == 0 {
            let began = SystemClock.now();
            node.tell("ask 0 1");
            usual = node.hears_when().await.0.since(began);
            continue;
        }
        let step = STEPS.get(random_below(&random, STEPS.len() + 1)).copied();
        if let Some((step, _)) = step {
            node.tell(&format!("halt {step}"));
        }
        node.tell(&format!("ask {n} {}", n + 1));
        match step {
            Some((step, _)) => assert_eq!(node.hears().await, format!("at {step}")),
            None => SystemClock.sleep(usual.mul_f64(1.2) * index(random_below(&random, 1_000)) / 1_000).await,
        }
        node.kill();
        let at = SystemClock.now();
        killed.push(Killed { at, step, is_written: scene.row(n).await.version > SIGNED_IN });
        survivor.tell(&format!("ask {n} {}", n + 1));
    }
    let mut answers = HashMap::new();
    let mut slowest = Duration::ZERO;
    for _ in 0..kills {
        let (at, line) = survivor.hears_when().await;
        let (n, answer) = answered(&line);
        slowest = slowest.max(at.since(killed[n - 1].at));
        answers.insert(n, answer);
    }

    let (store, reused) = (cast.name, scene.azure.reuses());
    let mut figures =
        Kills { store, seed, kills, lost_grants: 0, in_the_gap: 0, damaged: 0, sessions_lost: 0, slowest };
    for (n, killed) in (1..).zip(&killed) {
        let (answer, version) = (&answers[&n], scene.row(n).await.version);
        let is_lost = answer == SIGN_IN_AGAIN;
        figures.lost_grants += usize::from(is_lost);
        // It opened, and was written once: by the process before its end, or by the other.
        let is_sound = (is_lost || answer.starts_with(TOKEN)) && version == SIGNED_IN + 1;
        figures.damaged += usize::from(!is_sound);
        figures.sessions_lost += usize::from(scene.site.whose(&scene.sessions[n]).await != Some(person(n).login));
        // At a random moment it is told by what came of it: the token was replaced, and what is lost was not written.
        let takes_along = killed.step.map_or(is_lost, |(_, takes_along)| takes_along);
        figures.in_the_gap += usize::from(takes_along);
        let step = killed.step;
        assert_eq!(is_lost, takes_along, "a grant is lost exactly in the gap — killed at {step:?}, then {answer}");
        assert!(!(is_lost && killed.is_written), "what is in the store is not lost — killed at {step:?}");
        assert_eq!(scene.rotations(n), 1, "killed at {step:?}: the refresh token was replaced once");
    }
    assert_eq!((figures.damaged, figures.sessions_lost), (0, 0), "{figures}");
    assert_eq!(
        reused > 0,
        figures.lost_grants > 0,
        "a spent token is presented only where the next one died: {figures}"
    );
    assert!(slowest < WITHIN, "an account is free when the lease of the dead ends — {figures}");
    figures
}

impl fmt::Display for Kills {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { store, seed, kills, lost_grants, in_the_gap, damaged, sessions_lost, slowest } = self;
        write!(f, "store={store} seed={seed} kills={kills} lost_grants={lost_grants} floor={in_the_gap} ")?;
        write!(f, "damaged={damaged} sessions_lost={sessions_lost} slowest_seconds={:.1}", slowest.as_secs_f64())
    }
}

fn random_below(random: &FixedRandom, end: usize) -> usize {
    let mut bytes = [0; 4];
    random.fill(&mut bytes);
    usize::try_from(u32::from_le_bytes(bytes)).unwrap_or(0) % end
}

fn index(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

/// The version of tokens that a sign-in has put there.
const SIGNED_IN: u64 = 1;
/// A lease, and what a busy machine adds to it.
const WITHIN: Duration = Duration::from_secs(13);
