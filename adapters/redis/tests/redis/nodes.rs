//! Two nodes, each with a connection of its own, on one Redis.

use std::time::Duration;

use admit::store::{Once, SessionStore, Swap, TokenStore};

use super::support::{Plain, account, key, now, plain, session, store, tokens};

#[tokio::test]
async fn a_session_ended_on_one_node_is_gone_on_the_other() {
    let (one, other) = (store("ended:").await, store("ended:").await);
    for name in 0..3 {
        one.create(session(name, "ada")).await.expect("created");
    }
    assert_eq!(other.list("ada").await.expect("listed").len(), 3, "what one node wrote the other reads");
    let seen = SessionStore::load(&other, &key(0)).await.expect("loaded").expect("there");
    assert!(SessionStore::delete(&one, &key(0)).await.expect("deleted"));
    assert!(SessionStore::load(&other, &key(0)).await.expect("loaded").is_none());
    assert!(!other.replace(seen, 1).await.expect("asked"), "nor does the other bring it back");
    assert_eq!(other.delete_all("ada", Some(&key(2))).await.expect("ended"), 1, "everywhere but here");
    assert_eq!(one.list("ada").await.expect("listed").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_claims_on_two_nodes_one_wins_and_what_it_writes_both_read() {
    let nodes = [store("claims:").await, store("claims:").await];
    let version = nodes[0].put(tokens("ada")).await.expect("put");
    let mut claims = tokio::task::JoinSet::new();
    for n in 0..40 {
        let node = nodes[n % 2].clone();
        claims.spawn(async move { TokenStore::claim(&node, &account("ada"), now(), LEASE).await.expect("claimed") });
    }
    let leases: Vec<_> = claims.join_all().await.into_iter().flatten().collect();
    assert_eq!(leases.len(), 1, "of forty claims one wins");
    let swap = nodes[0].swap(tokens("ada"), version, &leases[0]).await.expect("swapped");
    assert_eq!(swap, Swap::Done(version + 1));
    let read = TokenStore::load(&nodes[1], &account("ada")).await.expect("loaded").map(|stored| stored.version);
    assert_eq!(read, Some(version + 1));

    let mut callbacks = tokio::task::JoinSet::new();
    for n in 0..40 {
        let node = nodes[n % 2].clone();
        callbacks.spawn(async move { Once::claim(&node, "a trip", now(), now() + LEASE).await.expect("claimed") });
    }
    assert_eq!(
        callbacks.join_all().await.into_iter().filter(|first| *first).count(),
        1,
        "of forty callbacks one counts"
    );
}

#[tokio::test]
async fn applications_with_other_prefixes_do_not_see_each_other() {
    let (shop, forum) = (store("shop:").await, store("forum:").await);
    shop.create(session(1, "ada")).await.expect("created");
    shop.put(tokens("ada")).await.expect("put");
    assert!(SessionStore::load(&forum, &key(1)).await.expect("loaded").is_none());
    assert!(forum.list("ada").await.expect("listed").is_empty());
    assert!(forum.due(now() + LEASE, 9).await.expect("asked").is_empty());
    assert_eq!(forum.delete_all("ada", None).await.expect("asked"), 0);
    assert!(Once::claim(&shop, "k", now(), now() + LEASE).await.expect("claimed"));
    assert!(Once::claim(&forum, "k", now(), now() + LEASE).await.expect("claimed"));
}

#[tokio::test]
async fn a_session_that_changes_hands_leaves_the_list_of_the_first_user() {
    let store = store("hands:").await;
    store.create(session(1, "ada")).await.expect("created");
    assert!(store.replace(session(1, "bob"), 1).await.expect("replaced"));
    assert!(store.list("ada").await.expect("listed").is_empty());
    assert_eq!(store.list("bob").await.expect("listed").len(), 1);
    assert_eq!(SessionStore::page(&store, None, 9).await.expect("a page").len(), 1);
    assert!(store.rotate(&key(1), session(2, "cyd")).await.expect("rotated"));
    assert!(store.list("bob").await.expect("listed").is_empty());
    assert_eq!(store.delete_all("cyd", None).await.expect("ended"), 1);
}

#[tokio::test]
async fn scripts_that_redis_forgot_are_handed_to_it_again() {
    let (store, mut plain) = (store("flushed:").await, plain().await);
    for name in 0..2 {
        let () = plain.ask("SCRIPT FLUSH").await;
        store.create(session(name, "ada")).await.expect("created");
        let () = plain.ask("SCRIPT FLUSH").await;
        assert!(store.touch(&key(name), now() + LEASE).await.expect("touched"));
        let () = plain.ask("SCRIPT FLUSH").await;
        store.put(tokens("ada")).await.expect("put");
    }
}

/// Reading is what every request does: one command, which touches one key and writes nothing.
#[tokio::test]
async fn a_session_is_read_by_one_get() {
    let server = admit_testkit::servers::Redis::start().await.expect("a server");
    let store = admit_redis::RedisStore::connect(&server.url()).await.expect("it answers");
    store.create(session(1, "ada")).await.expect("created");
    let mut plain = Plain::to(&server).await;
    let () = plain.ask("CONFIG RESETSTAT").await;
    SessionStore::load(&store, &key(1)).await.expect("loaded").expect("there");
    let stats: String = plain.ask("INFO commandstats").await;
    let told = stats.lines().filter_map(|line| line.strip_prefix("cmdstat_")?.split(',').next());
    // Redis tells them in no order.
    let commands: std::collections::BTreeSet<_> = told.collect();
    let commands: Vec<_> = commands.into_iter().collect();
    assert_eq!(commands, ["config|resetstat:calls=1", "get:calls=1"], "{stats}");
}

const LEASE: Duration = Duration::from_secs(30);
