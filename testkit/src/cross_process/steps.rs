//! The steps of a refresh, at any of which a process can be made to halt: that is where it is killed or stopped.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use admit::Timestamp;
use admit::http::{HttpClient, HttpError, HttpRequest, HttpResponse};
use admit::store::{AccountKey, Lease, StoreError, StoredTokens, Swap, TokenStore};
use async_trait::async_trait;
use tokio::sync::Notify;

use super::player::say;

/// Where the process is to halt, and what lets it go on.
#[derive(Clone, Debug, Default)]
pub(super) struct Steps(Arc<State>);

#[derive(Debug, Default)]
struct State {
    halt_at: Mutex<Option<String>>,
    on: Notify,
}

impl Steps {
    /// The next to come to that step halts there, and says so.
    pub(super) fn halt_at(&self, step: &str) {
        *self.0.halt_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(step.to_owned());
    }

    /// Lets it go on.
    pub(super) fn go_on(&self) {
        self.0.on.notify_one();
    }

    async fn pass(&self, step: &str) {
        let is_here = {
            let mut halt_at = self.0.halt_at.lock().unwrap_or_else(PoisonError::into_inner);
            halt_at.take_if(|wanted| wanted == step).is_some()
        };
        if is_here {
            say(&format!("at {step}"));
            self.0.on.notified().await;
        }
    }
}

/// Something of a process's, with its steps. They are named for what is about to be done, or was.
#[derive(Clone, Debug)]
pub(super) struct Stepwise<T> {
    pub(super) inner: T,
    pub(super) steps: Steps,
}

#[async_trait]
impl<T: HttpClient> HttpClient for Stepwise<T> {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        self.steps.pass("request").await;
        let answer = self.inner.send(request).await;
        self.steps.pass("answered").await;
        answer
    }
}

#[async_trait]
impl<T: TokenStore> TokenStore for Stepwise<T> {
    async fn load(&self, account: &AccountKey) -> Result<Option<StoredTokens>, StoreError> {
        self.inner.load(account).await
    }

    async fn put(&self, tokens: StoredTokens) -> Result<u64, StoreError> {
        self.inner.put(tokens).await
    }

    async fn claim(&self, account: &AccountKey, now: Timestamp, lease: Duration) -> Result<Option<Lease>, StoreError> {
        self.steps.pass("claim").await;
        let lease = self.inner.claim(account, now, lease).await;
        self.steps.pass("claimed").await;
        lease
    }

    async fn swap(&self, tokens: StoredTokens, expected: u64, lease: &Lease) -> Result<Swap, StoreError> {
        self.steps.pass("swap").await;
        let swap = self.inner.swap(tokens, expected, lease).await;
        self.steps.pass("swapped").await;
        swap
    }

    async fn release(&self, account: &AccountKey, lease: &Lease) -> Result<(), StoreError> {
        self.steps.pass("release").await;
        let released = self.inner.release(account, lease).await;
        self.steps.pass("released").await;
        released
    }

    async fn delete(&self, account: &AccountKey) -> Result<bool, StoreError> {
        self.inner.delete(account).await
    }

    async fn delete_under(&self, account: &AccountKey, lease: &Lease) -> Result<bool, StoreError> {
        self.inner.delete_under(account, lease).await
    }

    async fn due(&self, before: Timestamp, limit: usize) -> Result<Vec<AccountKey>, StoreError> {
        self.inner.due(before, limit).await
    }

    async fn page(&self, provider: &str, after: Option<&str>, limit: usize) -> Result<Vec<StoredTokens>, StoreError> {
        self.inner.page(provider, after, limit).await
    }
}

/// All steps, in their order, and whether a process that is killed there takes the only copy of new tokens along.
pub(super) const STEPS: [(&str, bool); 8] = [
    ("claim", false),
    ("claimed", false),
    ("request", false),
    ("answered", true),
    ("swap", true),
    ("swapped", false),
    ("release", false),
    ("released", false),
];
