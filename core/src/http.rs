//! The port through which requests leave: one trait, and the bounds that hold for every answer.

mod loopback;
mod pause;
#[cfg(feature = "reqwest")]
mod reqwest_client;

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

pub use loopback::is_loopback;
pub(crate) use pause::LONGEST_PAUSE;
pub use pause::pause_asked;
#[cfg(feature = "reqwest")]
pub use reqwest_client::ReqwestClient;

pub use crate::oauth::retry_after;

/// A request to a provider, its body in memory.
pub type HttpRequest = http::Request<Bytes>;
/// A provider's answer, its body in memory.
pub type HttpResponse = http::Response<Bytes>;

/// Sends requests to providers.
///
/// An implementation keeps four rules, because a provider's answer is not to be trusted:
/// 1. It follows no redirect: the request carries credentials.
/// 2. It gives up after [`DEADLINE`] in all, not only after silence.
/// 3. It reads at most [`BODY_LIMIT`] bytes, counted after decompression.
/// 4. It sends plain http to loopback addresses only.
///
/// The engine enforces 2 and 3 once more on what it is handed.
#[async_trait]
pub trait HttpClient: fmt::Debug + Send + Sync + 'static {
    /// Sends one request. Any status is a response; an error means that there was none.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError>;
}

/// Why there was no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HttpError {
    /// The connection could not be made: nothing was sent. Say so only where that is certain.
    #[error("could not connect")]
    Unreachable(#[source] Box<dyn StdError + Send + Sync>),
    /// The connection broke off, or failed for another reason. What was sent may have arrived.
    #[error("connection failed")]
    Connection(#[source] Box<dyn StdError + Send + Sync>),
    /// The answer was not complete in time.
    #[error("no answer within {} s", .0.as_secs())]
    Timeout(Duration),
    /// The answer was longer than allowed.
    #[error("answer longer than {0} bytes")]
    TooLarge(usize),
    /// The request must not be sent: plain http to another machine, or an address that is none.
    #[error("refused to send: {0}")]
    Refused(&'static str),
}

impl HttpError {
    /// Whether the request may have come to the provider, so that it may have done what was asked.
    pub fn may_have_arrived(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Refused(_) => false,
            Self::Connection(_) | Self::Timeout(_) | Self::TooLarge(_) => true,
        }
    }
}

/// The longest a whole exchange with a provider may take.
pub const DEADLINE: Duration = Duration::from_secs(10);
/// The largest body admit reads from a provider, in bytes.
pub const BODY_LIMIT: usize = 1024 * 1024;
