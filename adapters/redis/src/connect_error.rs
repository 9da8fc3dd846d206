//! Why there is no connection to begin with.

use redis::{ErrorKind, RedisError, ServerErrorKind};

/// Why [`RedisStore::connect`](crate::RedisStore::connect) gave no store. Never holds a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The address cannot be read.
    #[error("redis: the address is not understood; try redis://:password@host:6379/0, or rediss:// for TLS")]
    Address(#[source] RedisError),
    /// The address asks for TLS.
    #[error("redis: rediss:// needs TLS, which is not compiled in; add the feature `tls` of admit-redis")]
    TlsMissing,
    /// Nothing answers there, or not in time.
    #[error("redis: {address} cannot be reached")]
    Unreachable {
        /// Where.
        address: String,
        /// What happened.
        #[source]
        source: RedisError,
    },
    /// Redis lets nobody in by that name and password, or lets them do nothing.
    #[error("redis: {address} refuses this user or password")]
    Refused {
        /// Where.
        address: String,
        /// What it says.
        #[source]
        source: RedisError,
    },
    /// Something answers that is not Redis, or none that we can speak with.
    #[error("redis: {address} does not answer as Redis 6 or newer does")]
    NotRedis {
        /// Where.
        address: String,
        /// What it answered.
        #[source]
        source: RedisError,
    },
}

impl ConnectError {
    pub(crate) fn of(address: String, source: RedisError) -> Self {
        let refused =
            matches!(source.kind(), ErrorKind::AuthenticationFailed | ErrorKind::Server(ServerErrorKind::NoPerm))
                || matches!(source.code(), Some("NOAUTH" | "WRONGPASS"));
        if refused {
            Self::Refused { address, source }
        } else if source.is_io_error() {
            Self::Unreachable { address, source }
        } else {
            Self::NotRedis { address, source }
        }
    }
}
