//! Several processes want the same fresh token at the same moment.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use admit::store::{Once, SessionStore, TokenStore};
use admit::{Clock as _, SystemClock};

use super::node::{SIGN_IN_AGAIN, TOKEN};
use super::scene::{ACCOUNTS, HOUR, answered};
use super::{Cast, Scene};

/// What came of it. Printed as one line of figures.
#[derive(Clone, Debug)]
pub struct Together {
    store: &'static str,
    processes: usize,
    trials: usize,
    upstream: usize,
    signed_out: usize,
    reused: usize,
    took: Duration,
}

pub(super) async fn run<S>(cast: &Cast<S>, processes: usize, trials: usize) -> Together
where
    S: SessionStore + TokenStore + Once + Clone,
{
    let scene = Scene::new(cast, ACCOUNTS).await;
    let mut nodes = scene.nodes(processes).await;
    let began = SystemClock.now();
    let (mut left, mut hours, mut signed_out) = (trials, 0, 0);
    let mut known = HashMap::new();
    while left > 0 {
        let accounts = left.min(ACCOUNTS);
        left -= accounts;
        hours += 1;
        for node in &mut nodes {
            node.tell(&format!("clock {}", hours * HOUR));
        }
        for node in &mut nodes {
            node.tell(&format!("ask 0 {accounts}"));
        }
        let mut fresh = HashMap::new();
        for node in &mut nodes {
            for _ in 0..accounts {
                let (n, answer) = answered(&node.hears().await);
                signed_out += usize::from(answer == SIGN_IN_AGAIN);
                let first = fresh.entry(n).or_insert_with(|| answer.clone());
                assert_eq!(answer, *first, "all processes get the same");
                assert!(answer.starts_with(TOKEN) || answer == SIGN_IN_AGAIN, "account {n}: {answer}");
            }
        }
        for (n, answer) in fresh {
            assert_ne!(known.insert(n, answer.clone()), Some(answer), "what all get is new");
        }
    }
    let took = SystemClock.now().since(began);
    let (upstream, reused) = (scene.azure.refreshes(), scene.azure.reuses());
    let figures = Together { store: cast.name, processes, trials, upstream, signed_out, reused, took };
    assert_eq!((upstream, signed_out, reused), (trials, 0, 0), "{figures}");
    assert_eq!(scene.azure.violations(), [""; 0]);
    figures
}

impl fmt::Display for Together {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { store, processes, trials, upstream, signed_out, reused, took } = self;
        write!(f, "store={store} processes={processes} trials={trials} upstream={upstream} signed_out={signed_out} ")?;
        write!(f, "reused={reused} seconds={:.1}", took.as_secs_f64())
    }
}
