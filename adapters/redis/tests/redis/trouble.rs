//! Connections that break, and servers that stall.

use std::time::Duration;

use admit::store::SessionStore;
use admit_redis::RedisStore;
use admit_redis::redis::Client;
use admit_testkit::servers::Redis;
use futures_util::FutureExt;

use super::support::{Plain, key, now, session, unavailable, wait};

#[tokio::test]
async fn a_connection_that_was_closed_while_idle_costs_nobody_an_error() {
    let server = Redis::start().await.expect("a server");
    let store = RedisStore::connect(&server.url()).await.expect("it answers");
    store.create(session(1, "ada")).await.expect("created");
    let killed: u64 = Plain::to(&server).await.ask("CLIENT KILL TYPE normal SKIPME yes").await;
    assert_eq!(killed, 1);
    wait(200).await;
    assert!(store.load(&key(1)).await.expect("it has connected again").is_some());
}

/// An error of the server's own while connecting is as passing as a broken line.
#[tokio::test]
async fn a_redis_with_too_many_clients_is_used_again_when_it_has_room() {
    let server = Redis::start().await.expect("a server");
    let mut plain = Plain::to(&server).await;
    let store = RedisStore::connect(&server.url()).await.expect("it answers");
    let () = plain.ask("CONFIG SET maxclients 1").await;
    let _: u64 = plain.ask("CLIENT KILL TYPE normal SKIPME yes").await;
    wait(200).await;
    for _ in 0..3 {
        unavailable(&store.load(&key(1)).await);
    }
    let () = plain.ask("CONFIG SET maxclients 100").await;
    assert!(store.load(&key(1)).await.expect("there is room").is_none());
}

#[tokio::test]
async fn a_redis_that_stalls_is_an_error_in_time_and_for_all_who_wait() {
    let server = Redis::start().await.expect("a server");
    let store = RedisStore::connect(&server.url()).await.expect("it answers");
    store.create(session(1, "ada")).await.expect("created");
    let () = Plain::to(&server).await.ask("CLIENT PAUSE 3500").await;
    let started = now();
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..500 {
        let store = store.clone();
        waiting.spawn(async move { store.load(&key(1)).await });
    }
    waiting.join_all().await.iter().for_each(unavailable);
    let took = now().since(started);
    assert!(took < Duration::from_secs(4), "it took {took:?}");
    for _ in 0..60 {
        if store.load(&key(1)).await.is_ok() {
            break;
        }
        wait(50).await;
    }
    assert!(store.load(&key(1)).await.expect("it goes on").is_some());
}

#[tokio::test]
async fn whoever_goes_away_while_it_connects_leaves_the_next_a_good_connection() {
    let server = Redis::start().await.expect("a server");
    let store = RedisStore::new(Client::open(server.url()).expect("an address"));
    assert!(store.load(&key(1)).now_or_never().is_none(), "the visitor has left");
    wait(1_200).await;
    assert!(store.load(&key(1)).await.expect("the connection was made all the same").is_none());
}
