//! Stored sessions.

use std::sync::Arc;

use admit::Timestamp;
use admit::store::{SessionKey, SessionRecord, SessionStore};

use super::{AGES_HENCE, at, at_once, conflict, done};

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
    pages(&*store).await;
    whatever_is_kept(&*store).await;
    deleting_while_replacing(&store).await;
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
    assert_eq!(done(store.delete_expired(at(54), 0).await), 0);
    assert_eq!(done(store.delete_expired(at(54), 3).await), 3, "no more than the limit go at once");
    assert_eq!(done(store.delete_expired(at(54), usize::MAX).await), 2, "those that end at that very instant go");
    assert_eq!(done(store.delete_expired(at(54), 3).await), 0);
    assert_eq!(done(store.list("ada").await).len(), 5, "those that live stay");
    assert_eq!(done(store.delete_all("ada", None).await), 5);
}

async fn pages(store: &dyn SessionStore) {
    for (name, user) in [(83, "ada"), (81, "bob"), (84, "ada"), (82, "")] {
        done(store.create(record(name, user)).await);
    }
    let page = |after: Option<u8>, limit| async move {
        let page = done(store.page(after.map(key).as_ref(), limit).await);
        page.into_iter().map(|record| record.key).collect::<Vec<_>>()
    };
    assert_eq!(page(None, 9).await, [key(81), key(82), key(83), key(84)], "everybody's sessions, by their keys");
    assert_eq!(page(None, 2).await, [key(81), key(82)], "no more than the limit");
    assert_eq!(page(None, 0).await, [], "which may be none");
    assert_eq!(page(None, usize::MAX).await.len(), 4, "or more than there can be");
    assert_eq!(page(Some(82), 9).await, [key(83), key(84)], "a page begins after the one that is named");
    done(store.delete(&key(82)).await);
    assert_eq!(page(Some(82), 1).await, [key(83)], "also if that one is gone");
    assert_eq!(page(Some(84), 9).await, []);
    for name in [81, 83, 84] {
        done(store.delete(&key(name)).await);
    }
}

async fn whatever_is_kept(store: &dyn SessionStore) {
    let edge = Timestamp::from_unix_millis;
    let kept = [
        SessionRecord { data: Vec::new(), ..record(90, "") },
        SessionRecord { data: (0..1_048_576_u32).map(|n| n.to_le_bytes()[0]).collect(), ..record(91, "ada") },
        SessionRecord { user: "zoë \u{1f980} '; drop table users; -- \\ % _ *".to_owned(), ..record(92, "") },
        SessionRecord { user: "u".repeat(1024), ..record(93, "") },
        SessionRecord { created_at: edge(-1), expires_at: edge(AGES_HENCE * 1000 + 1), ..record(94, "ada") },
        SessionRecord { created_at: edge(0), expires_at: edge(253_402_300_799_999), ..record(95, "ada") },
        SessionRecord { version: 1 << 53, ..record(96, "ada") },
    ];
    for record in kept {
        done(store.create(record.clone()).await);
        let what = format!("{record:?}");
        assert!(done(store.load(&record.key).await).as_ref() == Some(&record), "{what} comes back as it was given");
        assert!(done(store.list(&record.user).await) == std::slice::from_ref(&record), "{what} is listed");
        assert_eq!(done(store.delete_all(&record.user, None).await), 1, "{what} is deleted");
    }
    let all = [key(0), key(255), SessionKey(std::array::from_fn(|at| u8::try_from(at).unwrap_or_default()))];
    for each in all {
        done(store.create(SessionRecord { key: each, ..record(0, "ada") }).await);
    }
    for each in all {
        assert!(done(store.delete(&each).await), "any bytes are a key");
    }
}

/// Each session is ended while others write to it. Whoever is last, it is gone.
async fn deleting_while_replacing(store: &Arc<dyn SessionStore>) {
    for _ in 0..10 {
        done(store.create(record(97, "ada")).await);
        let ended = at_once(8, |n| {
            let store = Arc::clone(store);
            async move {
                if n == 4 {
                    return done(store.delete(&key(97)).await);
                }
                for _ in 0..5 {
                    let Some(record) = done(store.load(&key(97)).await) else { break };
                    let expected = record.version;
                    done(store.replace(record, expected).await);
                    done(store.touch(&key(97), at(700)).await);
                }
                false
            }
        });
        assert_eq!(ended.await.into_iter().filter(|ended| *ended).count(), 1);
        assert_eq!(done(store.load(&key(97)).await), None, "a slow writer brought an ended session back");
        assert_eq!(done(store.list("ada").await), [], "and left it in the list");
        assert!(done(store.page(None, 9).await).is_empty(), "or among all");
    }
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
