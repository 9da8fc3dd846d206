//! Processes that hold an account are stopped until their lease has ended, and then go on as if nothing had been.

use std::time::Duration;

use admit::store::{Once, SessionStore, TokenStore};
use admit::{Clock as _, SystemClock};

use super::node::TOKEN;
use super::scene::{HOUR, answered};
use super::{Cast, Scene};

pub(super) async fn run<S>(cast: &Cast<S>)
where
    S: SessionStore + TokenStore + Once + Clone,
{
    let scene = Scene::new(cast, 2).await;
    scene.clock.set(HOUR);
    let mut nodes = scene.nodes(3).await;
    for node in &mut nodes {
        node.tell(&format!("clock {HOUR}"));
    }
    let [early, late, awake] = &mut nodes[..] else { panic!("three nodes") };
    // One has taken an account, and has asked nothing yet. The other has new tokens, and has not written them.
    early.tell("halt claimed");
    early.tell("ask 0 1");
    assert_eq!(early.hears().await, "at claimed");
    late.tell("halt swap");
    late.tell("ask 1 2");
    assert_eq!(late.hears().await, "at swap");
    early.signal("STOP");
    late.signal("STOP");

    // The third takes over when the lease has ended. The other person signs in once more.
    awake.tell("ask 0 1");
    let taken_over = answered(&awake.hears().await);
    assert!(taken_over.1.starts_with(TOKEN), "{}", taken_over.1);
    scene.sign_in(1).await;
    awake.tell("ask 1 2");
    let anew = answered(&awake.hears().await);
    let rows = [scene.row(0).await, scene.row(1).await];

    for (node, theirs) in [(early, taken_over), (late, anew)] {
        node.signal("CONT");
        node.tell("on");
        let mut answer = answered(&node.hears().await);
        // Writing has an end, and that may have passed in its sleep.
        for _ in 0..100 {
            if !answer.1.starts_with("Unavailable") {
                break;
            }
            SystemClock.sleep(Duration::from_millis(100)).await;
            node.tell(&format!("ask {} {}", theirs.0, theirs.0 + 1));
            answer = answered(&node.hears().await);
        }
        assert_eq!(answer, theirs, "who comes too late takes what is there");
    }
    assert!(rows == [scene.row(0).await, scene.row(1).await], "and writes nothing");
    assert_eq!((scene.rotations(0), scene.rotations(1), scene.azure.reuses()), (1, 1, 0), "nor spends anything twice");
}
