//! What Redis forgets by itself, and that nothing is left of it.

use std::time::Duration;

use admit::Timestamp;
use admit::store::{Once, SessionRecord, SessionStore};

use super::support::{key, now, plain, session, store, wait};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// In that many milliseconds the time that Redis waits after a session's end is over.
fn over_in(millis: u64) -> Timestamp {
    now().before(DAY) + Duration::from_millis(millis)
}

#[tokio::test]
async fn a_session_that_has_long_ended_is_forgotten_with_all_its_entries() {
    let (store, mut plain) = (store("aged:").await, plain().await);
    for name in 0..3 {
        store.create(SessionRecord { expires_at: over_in(400), ..session(name, "ada") }).await.expect("created");
    }
    // Those who are still there move on; a touch saves one of the three.
    assert!(store.touch(&key(2), now() + HOUR).await.expect("touched"));
    assert!(store.load(&key(0)).await.expect("loaded").is_some(), "it has ended, and is not yet forgotten");
    for _ in 0..40 {
        if store.load(&key(0)).await.expect("loaded").is_none() && store.load(&key(1)).await.expect("loaded").is_none()
        {
            break;
        }
        wait(50).await;
    }
    assert!(store.load(&key(0)).await.expect("loaded").is_none(), "it is forgotten");
    assert!(store.load(&key(2)).await.expect("loaded").is_some(), "the one that was touched is not");

    // Nobody has asked for a list or called `delete_expired`: the next sign-in clears up.
    store.create(session(9, "bob")).await.expect("created");
    let entries: u64 = plain.ask("ZCARD aged:sessions").await;
    let ending: u64 = plain.ask("ZCARD aged:sessions:ending").await;
    let adas: u64 = plain.ask("SCARD aged:u:ada").await;
    assert_eq!((entries, ending, adas), (2, 2, 1), "nothing is left of those that are gone");
    for name in [2, 9] {
        assert!(store.delete(&key(name)).await.expect("deleted"));
    }
    let left: Vec<String> = plain.ask("KEYS aged:*").await;
    assert_eq!(left, [""; 0], "and of those that were ended, no key");
}

#[tokio::test]
async fn every_session_and_key_has_an_end_by_redis_clock() {
    let (store, mut plain) = (store("ends:").await, plain().await);
    let farthest = SessionRecord { expires_at: Timestamp::from_unix_millis(i64::MAX), ..session(1, "ada") };
    store.create(farthest.clone()).await.expect("an instant beyond all calendars is taken");
    assert_eq!(store.load(&key(1)).await.expect("loaded"), Some(farthest), "and kept as it is");
    store.create(session(2, "ada")).await.expect("created");
    assert!(store.replace(session(2, "ada"), 1).await.expect("replaced"), "what writes anew ends, too");
    let left: i64 = plain.ask_bytes(&[b"PTTL", &[b"ends:s:".as_slice(), &key(2).0].concat()]).await;
    let left = Duration::from_millis(u64::try_from(left).expect("it has a time to live"));
    assert!((HOUR + DAY - Duration::from_secs(60)..=HOUR + DAY).contains(&left), "{left:?}");

    assert!(store.claim("k", now(), now() + HOUR).await.expect("claimed"));
    let left: i64 = plain.ask("PTTL ends:o:k").await;
    let left = Duration::from_millis(u64::try_from(left).expect("it has a time to live"));
    assert!((HOUR * 2 - Duration::from_secs(60)..=HOUR * 2).contains(&left), "{left:?}");
}

#[tokio::test]
async fn what_has_ended_goes_in_batches_also_where_redis_was_quicker() {
    let (store, mut plain) = (store("batches:").await, plain().await);
    for name in 0..7 {
        store.create(SessionRecord { expires_at: now().before(HOUR), ..session(name, "ada") }).await.expect("created");
    }
    let () = plain.ask_bytes(&[b"DEL", &[b"batches:s:".as_slice(), &key(0).0].concat()]).await;
    let mut removed = Vec::new();
    while removed.last() != Some(&0) {
        removed.push(SessionStore::delete_expired(&store, now(), 3).await.expect("removed"));
    }
    assert_eq!(removed, [3, 3, 1, 0], "one that was gone does not end the work");
    let left: Vec<String> = plain.ask("KEYS batches:*").await;
    assert_eq!(left, [""; 0]);
}
