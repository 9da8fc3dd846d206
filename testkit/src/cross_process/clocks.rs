//! Nodes whose clocks do not agree, with each other or with the provider's.

use std::fmt;

use admit::store::{Once, SessionStore, TokenStore};

use super::node::TOKEN;
use super::scene::{ACCOUNTS, HOUR, answered};
use super::{Cast, Scene};

/// What came of it. Printed as one line of figures.
#[derive(Clone, Debug)]
pub struct Clocks {
    store: &'static str,
    upstream: Vec<(i64, usize)>,
    asked: usize,
    failed: usize,
}

pub(super) async fn run<S>(cast: &Cast<S>) -> Clocks
where
    S: SessionStore + TokenStore + Once + Clone,
{
    let mut scene = Scene::new(cast, ACCOUNTS).await;
    let mut nodes = scene.nodes(2).await;
    let mut figures = Clocks { store: cast.name, upstream: Vec::new(), asked: 0, failed: 0 };
    for base in [-HOUR, 0, HOUR] {
        scene.clock.set(base);
        for n in 0..ACCOUNTS {
            let session = scene.sign_in(n).await;
            nodes.iter_mut().for_each(|node| node.tell(&format!("session {n} {session}")));
            scene.sessions[n] = session;
        }
        let before = scene.azure.refreshes();
        for turn in 1..=TURNS {
            for (node, apart) in nodes.iter_mut().zip([0, APART]) {
                node.tell(&format!("clock {}", base + turn * PAUSE + apart));
                node.tell(&format!("ask 0 {ACCOUNTS}"));
            }
            for node in &mut nodes {
                for _ in 0..ACCOUNTS {
                    let (_, answer) = answered(&node.hears().await);
                    figures.asked += 1;
                    figures.failed += usize::from(!answer.starts_with(TOKEN));
                }
            }
        }
        figures.upstream.push((base, scene.azure.refreshes() - before));
    }
    assert_eq!((figures.failed, scene.azure.reuses()), (0, 0), "{figures}");
    let ends = usize::try_from(TURNS * PAUSE / HOUR).unwrap_or(0);
    for (base, upstream) in &figures.upstream {
        assert_eq!(*upstream, ends * ACCOUNTS, "clocks {base} s off: one refresh for each token that ends — {figures}");
    }
    figures
}

impl fmt::Display for Clocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { store, upstream, asked, failed } = self;
        write!(f, "store={store} accounts={ACCOUNTS} apart={APART} asked={asked} failed={failed}")?;
        upstream.iter().try_for_each(|(base, upstream)| write!(f, " upstream_at_{base:+}={upstream}"))
    }
}

/// Between the two nodes, in seconds.
const APART: i64 = 90;
/// Everybody asks every twenty minutes, for three hours: for a token that has time left, or for one that has ended. Near
/// its end it would be refreshed behind the caller's back, and the clock would be moved under that.
const PAUSE: i64 = 1_200;
const TURNS: i64 = 9;
