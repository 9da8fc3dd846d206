//! Sessions and tokens of [admit] in Redis, and what may happen once.
//!
//! ```no_run
//! use admit::Auth;
//! use admit_redis::RedisStore;
//!
//! # async fn app() -> Result<(), Box<dyn std::error::Error>> {
//! let redis = RedisStore::connect("redis://:password@localhost:6379/0").await?;
//! let auth = Auth::builder("https://app.example").session_store(redis.clone()).token_store(redis.clone()).once(redis);
//! # let _ = auth;
//! # Ok(())
//! # }
//! ```
//!
//! # What holds
//! - **Whatever a method changes changes in one step**, by a script that Redis runs alone. Many nodes may use one Redis.
//!   Nothing that was ended comes back.
//! - **A session is read by one question**, `GET`, and reading writes nothing. Those who ask while one is under way are
//!   asked for together, by `MGET`. What was written before somebody asked, they find.
//! - **Redis forgets by itself**: a session a day after it has ended by Redis's clock, what may happen once after an
//!   hour. Whether a session has ended is the engine's to say, by its own clock; if that one is days behind, as in a test
//!   whose time stands still, Redis has forgotten what the engine still counts on. Tokens stay until they are deleted.
//! - **A Redis that is down is an error within three seconds**, and never "nobody is signed in". One that is back is used
//!   by the next call. Nothing is asked twice.
//!
//! # What Redis has to be set to
//! - **Persistence.** With `appendonly yes` a crash loses at most the last second, with `appendfsync always` nothing that
//!   was answered. Without, a restart signs people out, and loses tokens: refresh tokens that were replaced since the
//!   last snapshot are gone, and their owners have to sign in again.
//! - **Memory.** `maxmemory-policy noeviction`, which is the default, or one of the `volatile-` policies. Under the latter
//!   a full Redis signs people out, and nothing else. An `allkeys-` policy may drop tokens, and the list of a user's
//!   sessions, without which "sign out everywhere" misses some: [`RedisStore::connect`] warns of it.
//! - **One primary**, at an address that leads to it, also after a failover. What the old primary had not yet passed on is
//!   lost by one: a session that was ended may be back. Redis Cluster is not followed from node to node; behind a proxy
//!   that does so, a prefix with a hash tag, as in `.prefix("{admit}:")`, keeps all keys on one node.
//! - Redis 6.2 or newer, or Valkey. A user of Redis's own (ACL) needs `~admit:* +@read +@write +@scripting
//!   +@connection +time`, and `+info` for the warning.
//!
//! # Features
//! - `tls`: `rediss://` addresses, with rustls and the certificates that the operating system trusts.
//!
//! [admit]: https://docs.rs/admit

mod connect_error;
mod connection;
mod keys;
mod nonsense;
mod once;
mod script;
mod sessions;
mod store;
mod tokens;

pub use connect_error::ConnectError;
pub use store::RedisStore;

/// The driver, whose [`Client`](redis::Client) [`RedisStore::new`] takes.
pub use redis;
