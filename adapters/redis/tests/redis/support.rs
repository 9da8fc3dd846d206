//! Stores, records and a plain connection beside.

use std::time::Duration;

use admit::store::{AccountKey, SessionKey, SessionRecord, StoreError, StoredTokens};
use admit::{Clock, SystemClock, Timestamp};
use admit_redis::RedisStore;
use admit_redis::redis::aio::MultiplexedConnection;
use admit_redis::redis::{self, FromRedisValue};
use admit_testkit::servers::Redis;

/// A store on the server that all tests share, with names of its own.
pub(crate) async fn store(prefix: &str) -> RedisStore {
    let server = Redis::shared().await.expect("a server");
    RedisStore::connect(&server.url()).await.expect("it answers").prefix(prefix)
}

/// A connection of the driver's to the same server.
pub(crate) async fn plain() -> Plain {
    Plain::to(Redis::shared().await.expect("a server")).await
}

pub(crate) struct Plain(MultiplexedConnection);

impl Plain {
    pub(crate) async fn to(server: &Redis) -> Self {
        let client = redis::Client::open(server.url()).expect("an address");
        Self(client.get_multiplexed_async_connection().await.expect("it answers"))
    }

    /// Words between spaces, as one would type them.
    pub(crate) async fn ask<T: FromRedisValue>(&mut self, command: &str) -> T {
        let command: Vec<_> = command.split(' ').map(str::as_bytes).collect();
        self.ask_bytes(&command).await
    }

    pub(crate) async fn ask_bytes<T: FromRedisValue>(&mut self, command: &[&[u8]]) -> T {
        let mut asked = redis::Cmd::new();
        for word in command {
            asked.arg(*word);
        }
        asked.query_async(&mut self.0).await.expect("an answer")
    }
}

pub(crate) fn now() -> Timestamp {
    SystemClock.now()
}

pub(crate) async fn wait(millis: u64) {
    SystemClock.sleep(Duration::from_millis(millis)).await;
}

pub(crate) fn key(name: u32) -> SessionKey {
    let mut key = [0; 32];
    key[..4].copy_from_slice(&name.to_be_bytes());
    SessionKey(key)
}

/// Ends in an hour.
pub(crate) fn session(name: u32, user: &str) -> SessionRecord {
    SessionRecord {
        key: key(name),
        user: user.to_owned(),
        data: vec![7; 1_000],
        created_at: now(),
        expires_at: now() + Duration::from_secs(3_600),
        version: 1,
    }
}

pub(crate) fn account(subject: &str) -> AccountKey {
    AccountKey { provider: "acme".to_owned(), subject: subject.to_owned() }
}

pub(crate) fn tokens(subject: &str) -> StoredTokens {
    StoredTokens { account: account(subject), sealed: b"sealed".to_vec(), refresh_at: Some(now()), version: 0 }
}

#[track_caller]
pub(crate) fn unavailable<T: std::fmt::Debug>(result: &Result<T, StoreError>) {
    assert!(matches!(result, Err(StoreError::Unavailable(_))), "{result:?}");
}
