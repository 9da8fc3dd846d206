//! PostgreSQL is restarted while sessions are read and written. Prints what it measured:
//! `cargo test -p admit-sqlx --test restart -- --nocapture`.

#![allow(clippy::unwrap_used, reason = "these are tests")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use admit::store::{AccountKey, SessionKey, SessionRecord, SessionStore, StoreError, UserStore};
use admit::{Clock as _, SystemClock, Timestamp};
use admit_sqlx::PostgresStore;
use admit_testkit::servers::{Postgres, Stop};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// FLT: PostgreSQL restarted under load: errors for at most five seconds, no lost committed session.
#[tokio::test(flavor = "multi_thread")]
async fn a_restart_costs_at_most_five_seconds_and_no_session() {
    let mut server = Postgres::builder().durable().start().await.unwrap();
    let url = server.database("app").await.unwrap();
    let load = Load::start(&PostgresStore::connect(&url).await.unwrap());
    let mut longest = Duration::ZERO;
    for stop in RESTARTS {
        load.until_it_goes_well().await;
        server.stop(stop).await.unwrap();
        SystemClock.sleep(Duration::from_millis(300)).await;
        server.resume().await.unwrap();
        let back = SystemClock.now();
        load.until_it_goes_well().await;
        let outage = load.last_error().since(back);
        longest = longest.max(outage);
        println!("{stop:?}: the last error {} ms after the server was back", outage.as_millis());
    }
    let seen = load.finish().await;

    // A store that has never seen the server go tells what is there.
    let after = PostgresStore::connect(&url).await.unwrap();
    let mut lost = 0;
    for (key, version) in &seen.committed {
        let found = after.load(key).await.unwrap();
        lost += u64::from(found.is_none_or(|found| found.version < *version));
    }
    println!(
        "restarts={} reads={} errors={} longest_outage_ms={} longest_call_ms={} committed={} lost={lost}",
        RESTARTS.len(),
        seen.reads,
        seen.errors,
        longest.as_millis(),
        seen.longest_call.as_millis(),
        seen.committed.len(),
    );
    assert!(longest <= Duration::from_secs(5), "errors for {longest:?} after the server was back");
    assert!(seen.longest_call <= Duration::from_secs(6), "a call hung for {:?}", seen.longest_call);
    assert!(seen.committed.len() > 20 && seen.errors > 0, "there was load, and it felt the restarts");
    assert_eq!(lost, 0, "what was said to be written is there");
}

/// Nobody calls while the server is restarted. All connections are broken then, and whoever comes next is not told so.
#[tokio::test]
async fn a_restart_that_nobody_saw_is_noticed_by_nobody() {
    let mut server = Postgres::start().await.unwrap();
    let store = PostgresStore::connect(&server.database("app").await.unwrap()).await.unwrap();
    SessionStore::create(&store, record(0, 0)).await.unwrap();

    open_all(&store).await;
    server.restart(Stop::Orderly).await.unwrap();
    assert!(
        SessionStore::load(&store, &record(0, 0).key).await.unwrap().is_some(),
        "a read is asked again until it has an answer"
    );

    open_all(&store).await;
    server.restart(Stop::Abrupt).await.unwrap();
    // Longer than a connection rests untried.
    SystemClock.sleep(Duration::from_millis(1_200)).await;
    for n in 1..20 {
        SessionStore::create(&store, record(0, n)).await.unwrap();
    }
}

/// Has the pool open all connections that it may.
async fn open_all(store: &PostgresStore) {
    let mut connections = Vec::new();
    while connections.len() < 10 {
        connections.push(store.pool().acquire().await.unwrap());
    }
}

#[tokio::test]
async fn while_the_server_is_down_a_call_fails_soon_and_says_that_it_is_down() {
    let mut server = Postgres::start().await.unwrap();
    let store = PostgresStore::connect(&server.database("app").await.unwrap()).await.unwrap();
    SessionStore::create(&store, record(0, 0)).await.unwrap();
    server.stop(Stop::Abrupt).await.unwrap();
    let began = SystemClock.now();
    let error = SessionStore::load(&store, &record(0, 0).key).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    let error = SessionStore::create(&store, record(0, 1)).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    let took = SystemClock.now().since(began);
    assert!(took < Duration::from_secs(10), "two calls took {took:?}");
}

/// A machine that was unplugged: connections are taken, and nothing comes back. The pool is the application's, which by
/// default waits for half a minute.
#[tokio::test]
async fn a_server_that_never_answers_is_given_up_on() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("postgres://app@{}/app?sslmode=disable", silent.local_addr().unwrap());
    let store = PostgresStore::without_migrating(sqlx::PgPool::connect_lazy(&url).unwrap());
    let began = SystemClock.now();
    let account = AccountKey { provider: "acme".to_owned(), subject: "ada".to_owned() };
    let record = record(0, 0);
    let (read, written, steps) = tokio::join!(
        SessionStore::load(&store, &record.key),
        SessionStore::create(&store, record.clone()),
        UserStore::unlink(&store, "u-ada", &account, 1),
    );
    let took = SystemClock.now().since(began);
    for error in [read.map(drop), written, steps.map(drop)].map(Result::unwrap_err) {
        let StoreError::Unavailable(cause) = error else { panic!("{error:?}") };
        assert_eq!(cause.to_string(), "PostgreSQL did not answer within 5 seconds");
    }
    assert!(took < Duration::from_secs(8), "they took {took:?}");
}

/// Writers that create and replace sessions of their own, and readers that read what was written.
struct Load {
    tasks: JoinSet<Seen>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    over: AtomicBool,
    done: AtomicU64,
    /// In milliseconds since 1970.
    last_error: AtomicU64,
}

#[derive(Default)]
struct Seen {
    /// The highest version of each session that the store said it wrote.
    committed: BTreeMap<SessionKey, u64>,
    reads: u64,
    errors: u64,
    longest_call: Duration,
}

impl Load {
    fn start(store: &PostgresStore) -> Self {
        let shared = Arc::new(Shared::default());
        let mut tasks = JoinSet::new();
        for task in 0..TASKS {
            let (store, shared) = (store.clone(), Arc::clone(&shared));
            tasks.spawn(async move {
                let mut seen = Seen::default();
                for turn in 0.. {
                    if shared.over.load(Ordering::Relaxed) {
                        break;
                    }
                    seen.turn(&store, &shared, record(task, turn)).await;
                }
                seen
            });
        }
        Self { tasks, shared }
    }

    fn last_error(&self) -> Timestamp {
        Timestamp::from_unix_millis(i64::try_from(self.shared.last_error.load(Ordering::Relaxed)).unwrap())
    }

    /// Returns once a second has passed without an error, and calls have been answered in it.
    async fn until_it_goes_well(&self) {
        loop {
            let before = self.shared.done.load(Ordering::Relaxed);
            SystemClock.sleep(Duration::from_millis(250)).await;
            let quiet = SystemClock.now().since(self.last_error());
            if quiet >= Duration::from_secs(1) && self.shared.done.load(Ordering::Relaxed) > before {
                return;
            }
        }
    }

    async fn finish(self) -> Seen {
        self.shared.over.store(true, Ordering::Relaxed);
        let mut all = Seen::default();
        for seen in self.tasks.join_all().await {
            all.committed.extend(seen.committed);
            all.reads += seen.reads;
            all.errors += seen.errors;
            all.longest_call = all.longest_call.max(seen.longest_call);
        }
        all
    }
}

impl Seen {
    async fn turn(&mut self, store: &PostgresStore, shared: &Shared, record: SessionRecord) {
        let key = record.key;
        if self.timed(shared, SessionStore::create(store, record.clone())).await.is_some() {
            self.committed.insert(key, 1);
        }
        for version in 1..4 {
            if self.timed(shared, store.replace(record.clone(), version)).await == Some(true) {
                self.committed.insert(key, version + 1);
            }
            for _ in 0..4 {
                // One that is there is found, whatever happens to the server meanwhile.
                if let Some(found) = self.timed(shared, SessionStore::load(store, &key)).await {
                    assert!(
                        found.is_some() || !self.committed.contains_key(&key),
                        "a session was not there for a moment"
                    );
                    self.reads += 1;
                }
            }
        }
    }

    async fn timed<T>(&mut self, shared: &Shared, call: impl Future<Output = Result<T, StoreError>>) -> Option<T> {
        let began = SystemClock.now();
        let answer = call.await;
        let now = SystemClock.now();
        self.longest_call = self.longest_call.max(now.since(began));
        if answer.is_ok() {
            shared.done.fetch_add(1, Ordering::Relaxed);
        } else {
            self.errors += 1;
            shared.last_error.fetch_max(u64::try_from(now.unix_millis()).unwrap(), Ordering::Relaxed);
        }
        answer.ok()
    }
}

fn record(task: u64, turn: u64) -> SessionRecord {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&task.to_be_bytes());
    key[8..16].copy_from_slice(&turn.to_be_bytes());
    SessionRecord {
        key: SessionKey(key),
        user: format!("u-{task}"),
        data: vec![7; 600],
        created_at: Timestamp::from_unix_seconds(1_795_300_000),
        expires_at: Timestamp::from_unix_seconds(4_102_444_800),
        version: 1,
    }
}

const RESTARTS: [Stop; 4] = [Stop::Orderly, Stop::Abrupt, Stop::Orderly, Stop::Abrupt];
const TASKS: u64 = 16;
