//! The store fails exactly when new tokens are to be written.

use admit::AccessTokenError;
use admit::store::{Once, SessionStore, TokenStore};

use super::clock::WrongClock;
use super::scene::HOUR;
use super::site::Site;
use super::wire::Wire;
use super::{Cast, Scene};
use crate::Faulty;

pub(super) async fn run<S>(cast: &Cast<S>)
where
    S: SessionStore + TokenStore + Once + Clone,
{
    let scene = Scene::new(cast, 2).await;
    let (clock, tokens) = (WrongClock::default(), Faulty::new(cast.store.clone()));
    let node = Site::new(&scene.provider(), cast.store.clone(), tokens.clone(), Wire, clock.clone());
    for (n, is_written) in [(0, false), (1, true)] {
        clock.set(HOUR);
        let session = &scene.sessions[n];
        if is_written {
            // It is done, and nobody hears of it.
            tokens.lose_answers("tokens.swap");
        } else {
            tokens.break_down_at("tokens.swap");
        }
        let first = node.token(session).await;
        assert!(matches!(first, Err(AccessTokenError::Unavailable { .. })), "the outcome is told: {first:?}");
        tokens.mend();
        clock.set(HOUR + LATER);
        let then = node.token(session).await.expect("the tokens are still there");
        assert_eq!((scene.rotations(n), scene.azure.reuses()), (1, 0), "nothing was spent twice");
        scene.clock.set(HOUR + LATER);
        assert_eq!(scene.site.token(session).await.expect("for every node"), then);
    }
    assert_eq!(scene.azure.refreshes(), 2);
}

/// Longer than anybody pauses after a fault of the store.
const LATER: i64 = 60;
