//! Stored sessions.

use std::sync::Arc;

use admit::store::{SessionKey, SessionRecord, SessionStore};

use super::{at, at_once, conflict, done};

/// Holds a [`SessionStore`] to its contract.
///
/// # Panics
/// At the first promise that is not kept.
pub async fn session_store_contract(store: impl SessionStore) {
    let store: Arc<dyn SessionStore> = Arc::new(store);
    rows(&*store).await;
    replacing(&*store).await;
    a_slow_writer_brings_nothing_back(&*store).await;
    rotating(&*store).await;
    many_of_one_user(&*store).await;
    expiring(&*store).await;
    at_the_same_time(store).await;
}

async fn rows(store: &dyn SessionStore) {
    assert_eq!(done(store.load(&key(1)).await), None, "an empty store knows no session");
    let record = SessionRecord { data: (0..=255).collect(), ..record(1, "ada") };
    done(store.create(record.clone()).await);
    assert_eq!(done(store.load(&key(1)).await), Some(record.clone()), "a session comes back as it was given");
    conflict(store.create(SessionRecord { user: "eve".to_owned(), ..record.clone() }).await, "a key that is known");
    assert_eq!(done(store.load(&key(1)).await), Some(record), "a conflict changes nothing");

    assert!(done(store.touch(&key(1), at(900)).await), "a session that is there can be touched");
    let touched = done(store.load(&key(1)).await).map(|record| (record.expires_at, record.version));
    assert_eq!(touched, Some((at(900), 1)), "a touch moves the expiry and leaves the version");
    assert!(!done(store.touch(&key(99), at(900)).await), "one that is not there cannot");

    assert!(done(store.delete(&key(1)).await), "a session that is there can be deleted");
    assert!(!done(store.delete(&key(1)).await), "but once");
    assert!(!done(store.touch(&key(1), at(900)).await), "a touch brings nothing back");
    assert_eq!(done(store.load(&key(1)).await), None, "what was deleted is gone");
}

async fn replacing(store: &dyn SessionStore) {
    let first = record(10, "ada");
    done(store.create(first.clone()).await);
    let second = SessionRecord { data: b"second".to_vec(), expires_at: at(700), ..first.clone() };
    assert!(done(store.replace(second.clone(), 1).await), "the version expected is the one there");
    let stored = done(store.load(&key(10)).await);
    assert_eq!(stored, Some(SessionRecord { version: 2, ..second }), "the version counts up by one");
    let third = SessionRecord { data: b"third".to_vec(), ..first };
    assert!(!done(store.replace(third.clone(), 1).await), "an old version is expected: refused");
    assert!(!done(store.replace(third, 3).await), "a version yet to come is expected: refused");
    let data = done(store.load(&key(10)).await).map(|record| record.data);
    assert_eq!(data, Some(b"second".to_vec()), "what is refused changes nothing");
    done(store.delete(&key(10)).await);
}

async fn a_slow_writer_brings_nothing_back(store: &dyn SessionStore) {
    // A request that was under way when its session was ended.
    let slow = record(20, "ada");
    done(store.create(slow.clone()).await);
    done(store.delete(&key(20)).await);
    assert!(!done(store.replace(slow.clone(), 1).await), "a deleted session is not replaced");
    assert!(!done(store.rotate(&key(20), record(21, "ada")).await), "nor rotated");
    assert_eq!(done(store.load(&key(20)).await), None);
    assert_eq!(done(store.load(&key(21)).await), None);
}

async fn rotating(store: &dyn SessionStore) {
    done(store.create(record(30, "ada")).await);
    done(store.create(record(31, "bob")).await);
    conflict(store.rotate(&key(30), record(31, "ada")).await, "a new key that is known");
    assert!(done(store.load(&key(30)).await).is_some(), "a conflict leaves the old session");
    assert_eq!(done(store.load(&key(31)).await).map(|record| record.user), Some("bob".to_owned()));

    assert!(done(store.rotate(&key(30), record(32, "ada")).await), "a session that is there can be rotated");
    assert_eq!(done(store.load(&key(30)).await), None, "its old key opens nothing");
    assert_eq!(done(store.load(&key(32)).await), Some(record(32, "ada")));
    assert!(!done(store.rotate(&key(30), record(33, "ada")).await), "but once");
    assert_eq!(done(store.load(&key(33)).await), None);
    for name in [31, 32] {
        done(store.delete(&key(name)).await);
    }
}

async fn many_of_one_user(store: &dyn SessionStore) {
    for (name, created) in [(40, 10), (41, 30), (42, 20)] {
        done(store.create(SessionRecord { created_at: at(created), ..record(name, "ada") }).await);
    }
    done(store.create(record(43, "bob")).await);
    done(store.create(record(44, "ADA")).await);
    let listed: Vec<_> = done(store.list("ada").await).into_iter().map(|record| record.key).collect();
    assert_eq!(listed, [key(41), key(42), key(40)], "a user's sessions are listed newest first, and nobody else's");
    assert_eq!(done(store.list("nobody").await), []);

    assert_eq!(done(store.delete_all("ada", Some(&key(42))).await), 2, "all but one are deleted");
    let left: Vec<_> = done(store.list("ada").await).into_iter().map(|record| record.key).collect();
    assert_eq!(left, [key(42)]);
    assert_eq!(done(store.delete_all("ada", Some(&key(43))).await), 1, "somebody else's session spares none of theirs");
    assert!(done(store.load(&key(43)).await).is_some() && done(store.load(&key(44)).await).is_some());
    assert_eq!(done(store.delete_all("bob", None).await) + done(store.delete_all("ADA", None).await), 2);
    assert_eq!(done(store.delete_all("bob", None).await), 0);
}

async fn expiring(store: &dyn SessionStore) {
    for name in 50..60 {
        done(store.create(SessionRecord { expires_at: at(i64::from(name)), ..record(name, "ada") }).await);
    }
    assert!(done(store.load(&key(50)).await).is_some(), "an expired session is loaded all the same");
    assert_eq!(done(store.delete_expired(at(49), 100).await), 0);
    assert_eq!(done(store.delete_expired(at(54), 3).await), 3, "no more than the limit go at once");
    assert_eq!(done(store.delete_expired(at(54), 3).await), 2, "those that end at that very instant go");
    assert_eq!(done(store.delete_expired(at(54), 3).await), 0);
    assert_eq!(done(store.list("ada").await).len(), 5, "those that live stay");
    assert_eq!(done(store.delete_all("ada", None).await), 5);
}

async fn at_the_same_time(store: Arc<dyn SessionStore>) {
    let created = at_once(20, |_| {
        let store = Arc::clone(&store);
        async move { store.create(record(60, "ada")).await.is_ok() }
    });
    assert_eq!(created.await.into_iter().filter(|created| *created).count(), 1, "of twenty one creates");

    // Twenty writers count up one after the other, each until it wins: no step is lost.
    let counted = at_once(20, |_| {
        let store = Arc::clone(&store);
        async move {
            while let Some(mut record) = done(store.load(&key(60)).await) {
                record.data.push(b'+');
                let expected = record.version;
                if done(store.replace(record, expected).await) {
                    break;
                }
            }
        }
    });
    counted.await;
    let written = done(store.load(&key(60)).await).map(|record| (record.data.len(), record.version));
    assert_eq!(written, Some((record(60, "ada").data.len() + 20, 21)), "of twenty writers each wins once");

    let rotated = at_once(20, |n| {
        let store = Arc::clone(&store);
        let name = u8::try_from(n).unwrap_or_default() + 70;
        async move { done(store.rotate(&key(60), record(name, "ada")).await) }
    });
    assert_eq!(rotated.await.into_iter().filter(|rotated| *rotated).count(), 1, "of twenty rotations one happens");
    assert_eq!(done(store.list("ada").await).len(), 1, "and one session is left");
}

fn key(name: u8) -> SessionKey {
    SessionKey([name; 32])
}

fn record(name: u8, user: &str) -> SessionRecord {
    SessionRecord {
        key: key(name),
        user: user.to_owned(),
        data: vec![name; 4],
        created_at: at(0),
        expires_at: at(600),
        version: 1,
    }
}
