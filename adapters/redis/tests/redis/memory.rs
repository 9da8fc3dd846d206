//! A Redis that is full.

use admit::store::{SessionStore, TokenStore};
use admit_redis::RedisStore;
use admit_testkit::servers::Redis;

use super::support::{Plain, account, key, plain, session, store, tokens, unavailable};

/// FLT-011. What Redis does for want of memory is done here by hand.
#[tokio::test]
async fn whoever_loses_their_session_is_signed_out_cleanly() {
    let (store, mut plain) = (store("dropped:").await, plain().await);
    for name in 0..6 {
        store.create(session(name, "ada")).await.expect("created");
    }
    for name in [0, 1, 4] {
        let () = plain.ask_bytes(&[b"DEL", &[b"dropped:s:".as_slice(), &key(name).0].concat()]).await;
    }
    assert!(SessionStore::load(&store, &key(0)).await.expect("loaded").is_none(), "signed out");
    let page = SessionStore::page(&store, None, 2).await.expect("a page").into_iter().map(|record| record.key);
    assert_eq!(page.collect::<Vec<_>>(), [key(2), key(3)], "a page is as full as if they had never been");
    let list = store.list("ada").await.expect("a list");
    assert_eq!(list.len(), 3, "a list names who is there");
    let names: (u64, u64) = (plain.ask("SCARD dropped:u:ada").await, plain.ask("ZCARD dropped:sessions:ending").await);
    assert_eq!(names, (3, 3), "and forgets the others");
    assert!(!store.touch(&key(0), session(0, "ada").expires_at).await.expect("asked"));
    store.create(session(0, "bob")).await.expect("a key that was dropped is free");
    assert_eq!(store.delete_all("ada", None).await.expect("ended"), 3);
    assert!(SessionStore::load(&store, &key(0)).await.expect("loaded").is_some());
}

#[tokio::test]
async fn a_full_redis_that_may_drop_what_ends_drops_sessions_and_nothing_else() {
    let server = Redis::start().await.expect("a server");
    let mut plain = Plain::to(&server).await;
    let () = plain.ask("CONFIG SET maxmemory-policy volatile-lru").await;
    let store = RedisStore::connect(&server.url()).await.expect("it answers");
    store.put(tokens("ada")).await.expect("put");
    let used: String = plain.ask("INFO memory").await;
    let used =
        used.lines().find_map(|line| line.strip_prefix("used_memory:")?.trim().parse::<u64>().ok()).expect("used");
    let () = plain.ask(&format!("CONFIG SET maxmemory {}", used + 1_500_000)).await;
    for name in 0..3_000 {
        store.create(session(name, ["ada", "bob"][name as usize % 2])).await.expect("room is made");
    }
    let stats: String = plain.ask("INFO stats").await;
    assert!(!stats.contains("evicted_keys:0\r\n"), "some were dropped: {stats}");
    // From here on nothing more is dropped.
    let () = plain.ask("CONFIG SET maxmemory 0").await;
    let mut there = 0;
    for name in 0..3_000 {
        there += usize::from(SessionStore::load(&store, &key(name)).await.expect("loaded").is_some());
    }
    assert!(there > 0 && there < 3_000, "{there} are there");
    let listed = store.list("ada").await.expect("a list").len() + store.list("bob").await.expect("a list").len();
    assert_eq!(listed, there, "the lists name each that is there, and no other");
    assert!(TokenStore::load(&store, &account("ada")).await.expect("loaded").is_some(), "tokens stay");
    let ended =
        store.delete_all("ada", None).await.expect("ended") + store.delete_all("bob", None).await.expect("ended");
    assert_eq!(usize::try_from(ended).expect("a count"), there, "and sign out everywhere finds each");
}

#[tokio::test]
async fn a_full_redis_that_drops_nothing_refuses_to_sign_in_but_not_to_sign_out() {
    let server = Redis::start().await.expect("a server");
    let mut plain = Plain::to(&server).await;
    let store = RedisStore::connect(&server.url()).await.expect("it answers");
    store.create(session(1, "ada")).await.expect("created");
    let () = plain.ask("CONFIG SET maxmemory 1").await;
    unavailable(&store.create(session(2, "ada")).await);
    unavailable(&store.put(tokens("ada")).await);
    assert!(SessionStore::load(&store, &key(1)).await.expect("loaded").is_some(), "who is signed in stays so");
    assert!(SessionStore::delete(&store, &key(1)).await.expect("deleted"), "until they sign out");
    let left: Vec<String> = plain.ask("KEYS *").await;
    assert_eq!(left, [""; 0], "what was refused left nothing behind");
}
