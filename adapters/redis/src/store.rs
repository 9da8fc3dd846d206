//! The store: a connection, and what things are called.

use std::fmt;
use std::sync::Arc;

use admit::store::Together;
use redis::{Client, Cmd, IntoConnectionInfo, ProtocolVersion};

use crate::ConnectError;
use crate::connection::{Connection, PATIENCE};
use crate::keys::Keys;
use crate::sessions::Sessions;

/// Sessions, tokens and what may happen once, in Redis. A clone shares the connection.
#[derive(Clone)]
pub struct RedisStore {
    pub(crate) connection: Arc<Connection>,
    pub(crate) keys: Keys,
    pub(crate) sessions: Together<Sessions>,
}

impl RedisStore {
    /// Connects, and sees whether somebody answers: `redis://user:password@host:6379/0`, `rediss://…` for TLS, or
    /// `redis+unix:///path`.
    ///
    /// ```no_run
    /// # async fn app() -> Result<(), admit_redis::ConnectError> {
    /// let store = admit_redis::RedisStore::connect("redis://localhost").await?.prefix("shop:");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the address is not understood, or nobody answers there who lets us in; see [`ConnectError`].
    pub async fn connect(url: &str) -> Result<Self, ConnectError> {
        if cfg!(not(feature = "tls")) && (url.starts_with("rediss:") || url.starts_with("valkeys:")) {
            return Err(ConnectError::TlsMissing);
        }
        let info = url.into_connection_info().map_err(ConnectError::Address)?;
        // In the newer protocol we are told when a connection closes that nobody was using.
        let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        let client = Client::open(info.set_redis_settings(settings)).map_err(ConnectError::Address)?;
        let address = client.get_connection_info().addr().to_string();
        let store = Self::new(client);
        let () =
            store.connection.try_ask(&redis::cmd("PING")).await.map_err(|error| ConnectError::of(address, error))?;
        store.look_at_memory().await;
        Ok(store)
    }

    /// A store on a client that an application has made, with certificates of its own, say. It connects when it is first
    /// asked. Let it speak `ProtocolVersion::RESP3`: otherwise a connection that was closed while idle costs an error.
    pub fn new(client: Client) -> Self {
        #[cfg(feature = "tls")]
        choose_crypto();
        Self::named(Arc::new(Connection::new(client)), Keys::new(PREFIX.to_owned()))
    }

    /// What all keys begin with, if not `admit:`. Applications that share a Redis need different ones.
    #[must_use]
    pub fn prefix(self, prefix: impl Into<String>) -> Self {
        Self::named(self.connection, Keys::new(prefix.into()))
    }

    fn named(connection: Arc<Connection>, keys: Keys) -> Self {
        let sessions = Sessions { connection: Arc::clone(&connection), keys: keys.clone() };
        Self { connection, keys, sessions: Together::new(sessions, PLACES, PATIENCE) }
    }

    /// A Redis that drops whatever it likes when it is full may drop what ends sessions. Not everybody may ask.
    async fn look_at_memory(&self) {
        let Ok(memory) = self.connection.try_ask::<String>(Cmd::new().arg("INFO").arg("memory")).await else { return };
        if let Some(policy) = risky_policy(&memory) {
            tracing::warn!(
                policy,
                "redis: when memory is full, tokens and lists of sessions may be dropped; \
                 set maxmemory-policy to noeviction or volatile-ttl"
            );
        }
    }
}

fn risky_policy(memory: &str) -> Option<&str> {
    let policy = memory.lines().find_map(|line| line.strip_prefix("maxmemory_policy:"))?;
    policy.starts_with("allkeys-").then_some(policy)
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore").field("prefix", &self.keys.prefix()).finish_non_exhaustive()
    }
}

/// rustls panics if two crypto libraries are compiled in and nobody has chosen one. Whoever has chosen is left in peace.
#[cfg(feature = "tls")]
fn choose_crypto() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // An error says that somebody else was faster.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    }
}

const PREFIX: &str = "admit:";
/// How many questions for sessions are under way at once: more would only make each of them smaller.
const PLACES: usize = 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_that_may_drop_any_key_is_risky() {
        let memory = |policy| format!("# Memory\r\nmaxmemory:1000\r\nmaxmemory_policy:{policy}\r\nlazyfree:0\r\n");
        assert_eq!(risky_policy(&memory("allkeys-lru")), Some("allkeys-lru"));
        for fine in ["noeviction", "volatile-ttl", "volatile-lru"] {
            assert_eq!(risky_policy(&memory(fine)), None);
        }
        assert_eq!(risky_policy(""), None);
    }
}
