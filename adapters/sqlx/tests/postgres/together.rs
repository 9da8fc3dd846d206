//! Reads that come at once: few questions, each answer to whom it belongs, and nothing that was deleted before.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use admit::store::{
    AccountKey, NewUser, SecurityState, SessionKey, SessionRecord, SessionStore, StoreError, UserStore,
};
use admit::{Profile, Timestamp};
use admit_sqlx::{PostgresStore, Unkeepable};
use tokio::task::JoinSet;

use super::support::store;

#[tokio::test(flavor = "multi_thread")]
async fn reads_at_once_take_few_questions_and_each_finds_its_own() {
    let store = store("together").await;
    for n in 0..READS / 2 {
        SessionStore::create(&store, record(n)).await.unwrap();
    }
    let before = transactions(&store).await;
    let mut reads = JoinSet::new();
    for n in 0..READS {
        let store = store.clone();
        reads.spawn(async move { (n, SessionStore::load(&store, &record(n).key).await.unwrap()) });
    }
    for (n, found) in reads.join_all().await {
        // Half of them are nobody's.
        assert_eq!(found, (n < READS / 2).then(|| record(n)), "{n}");
    }
    let questions = transactions(&store).await - before;
    println!("{READS} reads took {questions} questions");
    assert!(questions < i64::from(READS) / 4, "{questions}");
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_told_where_they_stand_and_not_where_others_do() {
    let store = store("standings").await;
    for n in 0..40 {
        let account = AccountKey { provider: "acme".to_owned(), subject: n.to_string() };
        let new = NewUser { id: format!("u-{n}"), profile: Profile::new(n.to_string()) };
        UserStore::create(&store, new, &account).await.unwrap();
        store.set_disabled(&format!("u-{n}"), n % 3 == 0).await.unwrap();
        if n % 2 == 0 {
            store.bump_epoch(&format!("u-{n}")).await.unwrap();
        }
    }
    let mut asked = JoinSet::new();
    for n in 0..60_u64 {
        let store = store.clone();
        asked.spawn(async move { (n, store.security_state(&format!("u-{n}")).await.unwrap()) });
    }
    // One that no user can have fails by itself.
    let odd = store.security_state("u-\0").await.unwrap_err();
    assert!(is(&odd, Unkeepable::Character), "{odd:?}");
    for (n, found) in asked.join_all().await {
        let stands = SecurityState { epoch: u64::from(n % 2 == 0), disabled: n % 3 == 0 };
        assert_eq!(found, (n < 40).then_some(stands), "{n}");
    }
}

/// Readers without pause, and a session in turn that one task deletes: whoever asks after that finds none.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_before_a_read_began_is_not_found() {
    let store = store("deleted").await;
    let over = Arc::new(AtomicBool::new(false));
    let mut readers = JoinSet::new();
    for _ in 0..12 {
        let (store, over) = (store.clone(), Arc::clone(&over));
        readers.spawn(async move {
            let mut reads = 0_u32;
            while !over.load(Ordering::Relaxed) {
                SessionStore::load(&store, &record(reads % TURNS).key).await.unwrap();
                reads += 1;
            }
            reads
        });
    }
    for n in 0..TURNS {
        let key = record(n).key;
        SessionStore::create(&store, record(n)).await.unwrap();
        assert!(SessionStore::load(&store, &key).await.unwrap().is_some(), "what was created is there");
        let replaced = store.replace(record(n), 1).await.unwrap();
        assert!(replaced && SessionStore::load(&store, &key).await.unwrap().unwrap().version == 2);
        assert!(SessionStore::delete(&store, &key).await.unwrap());
        assert_eq!(SessionStore::load(&store, &key).await.unwrap(), None, "what was deleted is not");
    }
    over.store(true, Ordering::Relaxed);
    assert!(readers.join_all().await.iter().all(|reads| *reads > 0));
}

#[tokio::test]
async fn text_that_postgres_cannot_keep_is_refused_and_named() {
    let store = store("unkeepable").await;
    let account = |subject: String| AccountKey { provider: "acme".to_owned(), subject };
    let ada = || NewUser { id: "u-ada".to_owned(), profile: Profile::new("ada") };
    let refused = UserStore::create(&store, ada(), &account("a\0b".to_owned())).await.unwrap_err();
    assert!(is(&refused, Unkeepable::Character), "{refused:?}");
    assert!(is(&store.user_by_email("a\0@b.example").await.unwrap_err(), Unkeepable::Character));
    // What repeats itself is made shorter by the server; this does not.
    let long = noise(6_000);
    let refused = UserStore::create(&store, ada(), &account(long.clone())).await.unwrap_err();
    assert!(is(&refused, Unkeepable::Long), "{refused:?}");
    assert_eq!(store.user("u-ada").await.unwrap(), None, "neither is kept");
    assert_eq!(store.user_by_account(&account(long)).await.unwrap(), None, "and to ask for it is no fault");
}

fn is(error: &StoreError, what: Unkeepable) -> bool {
    matches!(error, StoreError::Unavailable(cause) if cause.downcast_ref() == Some(&what))
}

/// How many transactions the server has carried out in this database, those of other connections too.
async fn transactions(store: &PostgresStore) -> i64 {
    // What a connection did is told when it rests, and at the latest a second after.
    let mut connections = Vec::new();
    for _ in 0..10 {
        connections.push(store.pool().acquire().await.unwrap());
    }
    for connection in &mut connections {
        sqlx::query("select pg_stat_force_next_flush()").execute(&mut **connection).await.unwrap();
    }
    let select = "select xact_commit from pg_stat_database where datname = current_database()";
    sqlx::query_scalar(select).fetch_one(&mut *connections.remove(0)).await.unwrap()
}

/// Text without a pattern.
fn noise(length: usize) -> String {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(b'!' + u8::try_from(state % 90).unwrap())
    };
    std::iter::repeat_with(next).take(length).collect()
}

fn record(n: u32) -> SessionRecord {
    let mut key = [7; 32];
    key[..4].copy_from_slice(&n.to_be_bytes());
    SessionRecord {
        key: SessionKey(key),
        user: format!("u-{n}"),
        data: n.to_be_bytes().repeat(50),
        created_at: Timestamp::from_unix_seconds(1_795_300_000),
        expires_at: Timestamp::from_unix_seconds(4_102_444_800),
        version: 1,
    }
}

const READS: u32 = 400;
const TURNS: u32 = 150;
