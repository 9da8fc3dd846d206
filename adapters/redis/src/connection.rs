//! The one connection, made anew when it breaks.
//!
//! All requests of a process share it; answers come in the order of the questions. When it breaks, whoever was waiting
//! gets an error, and the next to ask begins a new attempt, of which there is one at a time. Nobody waits longer than
//! [`CONNECTING`] and [`ANSWERING`] together, and nothing is asked twice: what was sent may have been done.
//!
//! redis-rs has a `ConnectionManager` for this. It keeps the error of an attempt that was refused by the server, such as
//! one connection too many, for good; here every call may be the first one after the trouble.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use admit::store::StoreError;
use futures_util::future::{BoxFuture, FutureExt, Shared};
use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, Cmd, ErrorKind, FromRedisValue, PushInfo, PushKind, RedisError, RedisResult,
    ScriptInvocation, ServerErrorKind,
};

pub(crate) struct Connection {
    client: Client,
    /// None until somebody asks.
    attempt: RwLock<Option<Attempt>>,
}

impl Connection {
    pub(crate) fn new(client: Client) -> Self {
        Self { client, attempt: RwLock::default() }
    }

    pub(crate) async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, StoreError> {
        self.try_ask(command).await.map_err(unavailable)
    }

    pub(crate) async fn try_ask<T: FromRedisValue>(&self, command: &Cmd) -> RedisResult<T> {
        let attempt = self.attempt();
        let mut connection = attempt.connected().await?;
        attempt.judged(command.query_async(&mut connection).await)
    }

    /// Runs a script. One that Redis has forgotten, by a restart or a flush, is handed to it again.
    pub(crate) async fn run<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Result<T, StoreError> {
        let attempt = self.attempt();
        let mut connection = attempt.connected().await.map_err(unavailable)?;
        attempt.judged(script.invoke_async(&mut connection).await).map_err(unavailable)
    }

    fn attempt(&self) -> Attempt {
        if let Some(attempt) = &*self.attempt.read().unwrap_or_else(PoisonError::into_inner)
            && !attempt.is_over()
        {
            return attempt.clone();
        }
        let mut current = self.attempt.write().unwrap_or_else(PoisonError::into_inner);
        match &*current {
            // Another was here first.
            Some(attempt) if !attempt.is_over() => attempt.clone(),
            _ => current.insert(Attempt::begin(&self.client)).clone(),
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}

/// A connection, or one that is being made; shared by all who ask meanwhile.
#[derive(Clone)]
struct Attempt {
    connecting: Shared<BoxFuture<'static, RedisResult<MultiplexedConnection>>>,
    /// The connection, once it is there: most questions find it so.
    connected: Arc<OnceLock<MultiplexedConnection>>,
    over: Arc<AtomicBool>,
}

impl Attempt {
    fn begin(client: &Client) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let mut config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECTING))
            .set_response_timeout(Some(ANSWERING))
            .set_pipeline_buffer_size(QUEUE);
        // An idle connection is closed by servers and by what is between. Told of it, nobody has to find out by failing.
        if client.get_connection_info().redis_settings().protocol().supports_resp3() {
            let over = Arc::clone(&over);
            config = config.set_push_sender(move |push: PushInfo| {
                if push.kind == PushKind::Disconnection {
                    over.store(true, Ordering::Release);
                }
                Ok::<_, redis::aio::SendError>(())
            });
        }
        let client = client.clone();
        let connecting = async move { client.get_multiplexed_async_connection_with_config(&config).await };
        let connecting = connecting.boxed().shared();
        // Whoever asked may go away before it is done, and leave others with half an attempt and its old deadline.
        tokio::spawn(connecting.clone().map(drop));
        Self { connecting, connected: Arc::default(), over }
    }

    async fn connected(&self) -> RedisResult<MultiplexedConnection> {
        if let Some(connection) = self.connected.get() {
            return Ok(connection.clone());
        }
        let connected = self.connecting.clone().await;
        match &connected {
            Ok(connection) => drop(self.connected.set(connection.clone())),
            Err(_) => self.over.store(true, Ordering::Release),
        }
        connected
    }

    /// Looks at an answer for signs that no further one will come over this connection.
    fn judged<T>(&self, answer: RedisResult<T>) -> RedisResult<T> {
        if let Err(error) = &answer
            && is_the_end(error)
        {
            tracing::debug!(%error, "redis: the connection is given up");
            self.over.store(true, Ordering::Release);
        }
        answer
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }
}

/// A server that does not answer may be gone without a word, and one that has become a replica is no longer the one that
/// the name leads to.
fn is_the_end(error: &RedisError) -> bool {
    error.is_unrecoverable_error()
        || error.is_io_error()
        || matches!(error.kind(), ErrorKind::Server(ServerErrorKind::ReadOnly | ServerErrorKind::MasterDown))
}

pub(crate) fn unavailable(error: RedisError) -> StoreError {
    StoreError::Unavailable(Box::new(error))
}

/// How long a connection may take, with name, TLS and password.
const CONNECTING: Duration = Duration::from_secs(1);
/// How long an answer may take. Redis answers within a millisecond; one that writes to a slow disk, later.
const ANSWERING: Duration = Duration::from_secs(2);
/// How long anybody waits.
pub(crate) const PATIENCE: Duration = CONNECTING.saturating_add(ANSWERING);
/// How many requests may wait to be written.
const QUEUE: usize = 1024;
