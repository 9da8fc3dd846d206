//! Sessions that are asked for at once: few questions, each answer to whom it belongs, and nothing that was ended before.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use admit::store::SessionStore;
use admit_redis::RedisStore;
use admit_testkit::servers::Redis;
use tokio::task::JoinSet;

use super::support::{Plain, key, plain, session, store, unavailable};

#[tokio::test(flavor = "multi_thread")]
async fn reads_at_once_take_few_questions_and_each_finds_its_own() {
    let server = Redis::start().await.expect("a server");
    let mut plain = Plain::to(&server).await;
    let store = RedisStore::connect(&server.url()).await.expect("it answers");
    // Half of them are nobody's.
    for name in 0..READS / 2 {
        store.create(session(name, &format!("u-{name}"))).await.expect("created");
    }
    let before = commands(&mut plain).await;
    let mut reads = JoinSet::new();
    for name in 0..READS {
        let store = store.clone();
        reads.spawn(async move { (name, store.load(&key(name)).await.expect("loaded")) });
    }
    for (name, found) in reads.join_all().await {
        let found = found.map(|found| (found.key, found.user));
        assert_eq!(found, (name < READS / 2).then(|| (key(name), format!("u-{name}"))));
    }
    let questions = commands(&mut plain).await - before;
    assert!(questions < u64::from(READS) / 4, "{READS} reads took {questions} questions");
}

#[tokio::test]
async fn what_is_no_session_of_ours_is_an_error_for_its_reader_and_for_nobody_else() {
    let (store, mut plain) = (store("spoilt:").await, plain().await);
    for name in 0..8 {
        store.create(session(name, "ada")).await.expect("created");
    }
    let () = plain.ask_bytes(&[b"SET", &[b"spoilt:s:".as_slice(), &key(3).0].concat(), b"somebody else's"]).await;
    let mut reads = JoinSet::new();
    for name in 0..8 {
        let store = store.clone();
        reads.spawn(async move { (name, store.load(&key(name)).await) });
    }
    for (name, found) in reads.join_all().await {
        match name {
            3 => unavailable(&found),
            _ => assert_eq!(found.expect("loaded").map(|found| found.key), Some(key(name))),
        }
    }
}

/// Readers without pause, and a session in turn that one task ends: whoever asks after that finds none.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_ended_before_a_read_began_is_not_found() {
    let store = store("reread:").await;
    let over = Arc::new(AtomicBool::new(false));
    let mut readers = JoinSet::new();
    for _ in 0..12 {
        let (store, over) = (store.clone(), Arc::clone(&over));
        readers.spawn(async move {
            let mut reads = 0_u32;
            while !over.load(Ordering::Relaxed) {
                store.load(&key(reads % TURNS)).await.expect("loaded");
                reads += 1;
            }
            reads
        });
    }
    for name in 0..TURNS {
        let load = || async { store.load(&key(name)).await.expect("loaded") };
        store.create(session(name, "ada")).await.expect("created");
        assert_eq!(load().await.map(|found| found.version), Some(1), "what was created is there");
        assert!(store.replace(session(name, "ada"), 1).await.expect("replaced"));
        assert_eq!(load().await.map(|found| found.version), Some(2), "and what replaced it");
        assert!(store.delete(&key(name)).await.expect("ended"));
        assert_eq!(load().await, None, "what was ended is not");
    }
    over.store(true, Ordering::Relaxed);
    assert!(readers.join_all().await.iter().all(|reads| *reads > 0));
}

/// How many the server has carried out, this one included.
async fn commands(plain: &mut Plain) -> u64 {
    let stats: String = plain.ask("INFO stats").await;
    let count = stats.lines().find_map(|line| line.strip_prefix("total_commands_processed:"));
    count.and_then(|count| count.trim().parse().ok()).expect("a count")
}

const READS: u32 = 400;
const TURNS: u32 = 100;
