//! Several processes with one file. Each test plays all of its parts: see `support/process.rs`.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "these are tests")]

mod support;

use std::collections::BTreeSet;
use std::time::Duration;

use admit::store::{SessionStore, StoreError, StoredTokens, Swap, TokenStore, UserStore};
use admit_sqlite::SqliteStore;
use rusqlite::Connection;
use tokio::task::JoinSet;

use support::process::{Player, part, play, ready, say};
use support::{Folder, account, at, key, new, of_the_first_release, record};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_open_a_fresh_file_or_one_of_an_earlier_release_at_once() {
    let file = |round: u32| Folder::named("fresh").path().join(format!("{round}.db"));
    if let Some(part) = part() {
        ready();
        for round in 0..ROUNDS {
            let store = SqliteStore::open(file(round)).await.unwrap();
            UserStore::create(&store, new(&part, &part), &account(&part)).await.unwrap();
        }
        return;
    }
    let _folder = Folder::new("fresh");
    for round in (1..ROUNDS).step_by(2) {
        of_the_first_release(&file(round));
    }
    play("processes_open_a_fresh_file_or_one_of_an_earlier_release_at_once", &["a", "b", "c", "d"]);
    for round in 0..ROUNDS {
        let raw = sound(&file(round));
        assert_eq!(count(&raw, "admit_users"), if round % 2 == 0 { 4 } else { 5 });
        assert_eq!(count(&raw, "admit_migrations"), 2);
        assert_eq!(count(&raw, "admit_fence"), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_processes_one_makes_the_user() {
    if let Some(part) = part() {
        let store = Folder::named("one-user").store().await;
        ready();
        for n in 0..PEOPLE {
            let person = format!("person-{n}");
            match UserStore::create(&store, new(&format!("{part}-{n}"), &person), &account(&person)).await {
                Ok(user) => say(&user.id),
                Err(StoreError::Conflict) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        return;
    }
    let folder = Folder::new("one-user");
    let made: Vec<_> = play("of_two_processes_one_makes_the_user", &["a", "b"]).concat();
    assert_eq!(made.len(), PEOPLE);
    let numbers: BTreeSet<_> = made.iter().map(|id| id.split('-').next_back().unwrap()).collect();
    assert_eq!(numbers.len(), PEOPLE, "each of them was made once: {made:?}");
    let store = folder.store().await;
    for id in &made {
        assert_eq!(store.accounts(id).await.unwrap().len(), 1);
    }
    assert_eq!(count(&sound(&folder.file()), "admit_users"), PEOPLE);
}

/// Each part writes down the numbers of its leases behind those that are there, so what is stored is their order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_take_turns_with_an_account_and_lose_nothing() {
    if part().is_some() {
        let store = Folder::named("turns").store().await;
        ready();
        let mut left = TURNS;
        while left > 0 {
            let Some(lease) = store.claim(&account("ada"), at(0), Duration::from_secs(30)).await.unwrap() else {
                continue;
            };
            let mut tokens = TokenStore::load(&store, &account("ada")).await.unwrap().unwrap();
            let expected = tokens.version;
            tokens.sealed.extend(lease.fence.to_be_bytes());
            let swap = store.swap(tokens, expected, &lease).await.unwrap();
            assert_eq!(swap, Swap::Done(expected + 1), "nobody else writes during a lease");
            store.release(&account("ada"), &lease).await.unwrap();
            left -= 1;
        }
        return;
    }
    let store = Folder::new("turns").store().await;
    let empty = StoredTokens { account: account("ada"), sealed: Vec::new(), refresh_at: None, version: 0 };
    store.put(empty).await.unwrap();
    play("two_processes_take_turns_with_an_account_and_lose_nothing", &["a", "b"]);
    let tokens = TokenStore::load(&store, &account("ada")).await.unwrap().unwrap();
    let fences: Vec<_> = tokens.sealed.as_chunks().0.iter().map(|fence| u64::from_be_bytes(*fence)).collect();
    assert_eq!(fences.len(), 2 * TURNS, "no turn is lost");
    assert!(fences.is_sorted_by(|a, b| a < b), "numbers rise from one process to the other: {fences:?}");
    assert_eq!(tokens.version, 1 + 2 * TURNS as u64);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_one_process_ends_is_gone_for_the_other() {
    if part().is_some() {
        let store = Folder::named("ended").store().await;
        ready();
        assert!(SessionStore::delete(&store, &key(1)).await.unwrap());
        return;
    }
    let store = Folder::new("ended").store().await;
    SessionStore::create(&store, record(1, "ada")).await.unwrap();
    SessionStore::create(&store, record(2, "ada")).await.unwrap();
    for name in [1, 2, 1, 2] {
        assert_eq!(SessionStore::load(&store, &key(name)).await.unwrap(), Some(record(name, "ada")));
    }
    play("a_session_that_one_process_ends_is_gone_for_the_other", &["a"]);
    assert_eq!(SessionStore::load(&store, &key(1)).await.unwrap(), None);
    assert_eq!(store.list("ada").await.unwrap(), [record(2, "ada")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_write_without_a_pause_all_come_to_their_turn() {
    if let Some(part) = part() {
        let store = Folder::named("busy").store().await;
        ready();
        writers(&store, &part, false, 50).join_all().await;
        return;
    }
    let folder = Folder::new("busy");
    play("processes_that_write_without_a_pause_all_come_to_their_turn", &["a", "b", "c"]);
    assert_eq!(count(&sound(&folder.file()), "admit_users"), 3 * WRITERS * 50);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_is_killed_leaves_a_sound_file_and_all_that_it_has_said() {
    if let Some(part) = part() {
        let store = Folder::named("killed").store().await;
        ready();
        writers(&store, &part, true, usize::MAX).join_all().await;
        return;
    }
    let folder = Folder::new("killed");
    let mut said = Vec::new();
    for round in 0..ROUNDS {
        let mut player =
            Player::new("a_process_that_is_killed_leaves_a_sound_file_and_all_that_it_has_said", &round.to_string());
        assert_eq!(player.heard().as_deref(), Some("ready"));
        player.go();
        // It is killed after another number of writes each time, so that it is met in different places.
        said.extend((0..=7 * round).map(|_| player.heard().unwrap()));
        player.kill();

        let raw = sound(&folder.file());
        let halves = "SELECT count(*) FROM admit_users WHERE id NOT IN (SELECT user FROM admit_accounts)";
        assert_eq!(raw.query_row(halves, (), |row| row.get::<_, i64>(0)).unwrap(), 0, "there is no half user");
        let store = folder.store().await;
        for id in &said {
            assert!(store.user(id).await.unwrap().is_some(), "{id} was made, and is gone");
        }
    }
}

/// Many at once who add users, and say so if they are to.
fn writers(store: &SqliteStore, part: &str, loud: bool, each: usize) -> JoinSet<()> {
    (0..WRITERS)
        .map(|writer| {
            let (store, part) = (store.clone(), part.to_owned());
            async move {
                for n in 0..each {
                    let id = format!("{part}-{writer}-{n}");
                    UserStore::create(&store, new(&id, &id), &account(&id)).await.unwrap();
                    if loud {
                        say(&id);
                    }
                }
            }
        })
        .collect()
}

/// The file as SQLite itself sees it, which finds nothing wrong with it.
fn sound(file: &std::path::Path) -> Connection {
    let raw = Connection::open(file).unwrap();
    let check: String = raw.query_row("PRAGMA integrity_check", (), |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
    assert!(!raw.prepare("PRAGMA foreign_key_check").unwrap().exists(()).unwrap(), "an account has no user");
    raw
}

fn count(raw: &Connection, table: &str) -> usize {
    let rows: i64 = raw.query_row(&format!("SELECT count(*) FROM {table}"), (), |row| row.get(0)).unwrap();
    rows.try_into().unwrap()
}

const ROUNDS: u32 = 10;
const PEOPLE: usize = 50;
const TURNS: usize = 50;
const WRITERS: usize = 16;
