//! A Redis that is killed and started again while sessions are written and read.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "these are tests")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use admit::store::{SessionKey, SessionRecord, SessionStore, StoreError};
use admit::{Clock, SystemClock, Timestamp};
use admit_redis::{RedisStore, redis};
use admit_testkit::servers::{Redis, Stop};

/// What one caller saw.
#[derive(Default)]
struct Seen {
    committed: Vec<SessionKey>,
    errors: Vec<Timestamp>,
    longest: Duration,
    first_after: Option<Timestamp>,
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_end_with_the_restart_nothing_hangs_and_no_committed_session_is_lost() {
    let mut server = Redis::start().await.expect("a server");
    let client = redis::Client::open(server.url()).expect("an address");
    let mut plain = client.get_multiplexed_async_connection().await.expect("it answers");
    let () = redis::cmd("CONFIG").arg(&["SET", "appendfsync", "always"]).query_async(&mut plain).await.expect("set");
    let store = RedisStore::connect(&server.url()).await.expect("it answers");

    let (over, back) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let names = Arc::new(AtomicU32::new(0));
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..CALLERS {
        let (store, over, back, names) = (store.clone(), Arc::clone(&over), Arc::clone(&back), Arc::clone(&names));
        callers.spawn(async move {
            let mut seen = Seen::default();
            while !over.load(Ordering::Relaxed) {
                let was_back = back.load(Ordering::Relaxed);
                let record = session(names.fetch_add(1, Ordering::Relaxed));
                let (key, started) = (record.key, SystemClock.now());
                let created = store.create(record).await;
                seen.longest = seen.longest.max(SystemClock.now().since(started));
                match created {
                    Ok(()) => {
                        seen.committed.push(key);
                        if was_back && seen.first_after.is_none() {
                            seen.first_after = Some(SystemClock.now());
                        }
                        let started = SystemClock.now();
                        match store.load(&key).await {
                            Ok(found) => assert!(found.is_some(), "what was created can be read"),
                            Err(StoreError::Unavailable(_)) => seen.errors.push(SystemClock.now()),
                            Err(error) => panic!("{error:?}"),
                        }
                        seen.longest = seen.longest.max(SystemClock.now().since(started));
                    }
                    Err(StoreError::Unavailable(_)) => {
                        seen.errors.push(SystemClock.now());
                        SystemClock.sleep(Duration::from_millis(2)).await;
                    }
                    Err(error) => panic!("{error:?}"),
                }
            }
            seen
        });
    }

    SystemClock.sleep(Duration::from_millis(500)).await;
    server.stop(Stop::Abrupt).await.expect("killed");
    SystemClock.sleep(Duration::from_millis(700)).await;
    server.resume().await.expect("started again");
    let up = SystemClock.now();
    back.store(true, Ordering::Relaxed);
    SystemClock.sleep(Duration::from_secs(1)).await;
    over.store(true, Ordering::Relaxed);
    let seen = callers.join_all().await;

    let longest = seen.iter().map(|seen| seen.longest).max().unwrap_or_default();
    let used =
        seen.iter().map(|seen| seen.first_after.expect("every caller goes on").since(up)).max().unwrap_or_default();
    let errors: Vec<_> = seen.iter().flat_map(|seen| &seen.errors).copied().collect();
    let from = errors.iter().min().copied().unwrap_or(up);
    let lasted = errors.iter().max().copied().unwrap_or(up).since(from);
    let committed: Vec<_> = seen.iter().flat_map(|seen| &seen.committed).collect();
    let mut lost = 0;
    for key in &committed {
        lost += u32::from(store.load(key).await.expect("loaded").is_none());
    }
    println!(
        "{} sessions were committed and {lost} lost; {} errors within {lasted:?}; the longest call took {longest:?}; \
         every caller was served {used:?} after Redis was back",
        committed.len(),
        errors.len()
    );
    assert!(!errors.is_empty(), "the restart was felt");
    assert_eq!(lost, 0);
    assert!(lasted < Duration::from_secs(5), "errors for {lasted:?}");
    assert!(used < Duration::from_secs(5), "back in use after {used:?}");
    assert!(longest < Duration::from_secs(4), "a call took {longest:?}");
}

fn session(name: u32) -> SessionRecord {
    let mut key = [0; 32];
    key[..4].copy_from_slice(&name.to_be_bytes());
    let now = SystemClock.now();
    SessionRecord {
        key: SessionKey(key),
        user: format!("user-{}", name % 10),
        data: vec![7; 500],
        created_at: now,
        expires_at: now + Duration::from_secs(3_600),
        version: 1,
    }
}

const CALLERS: usize = 16;
