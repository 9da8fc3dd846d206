//! The way to the provider, with a gate that a test can close.

use std::sync::Arc;

use admit::http::{HttpClient, HttpError, HttpRequest, HttpResponse};
use async_trait::async_trait;
use tokio::sync::watch;

use crate::PretendAzureDevOps;

/// Passes requests on to the provider, while it is open. Clones are the same gate.
#[derive(Clone, Debug)]
pub(super) struct Gate {
    azure: PretendAzureDevOps,
    state: Arc<watch::Sender<State>>,
}

#[derive(Debug, Default)]
struct State {
    is_closed: bool,
    waiting: usize,
}

impl Gate {
    pub(super) fn new(azure: PretendAzureDevOps) -> Self {
        Self { azure, state: Arc::default() }
    }

    /// From now on requests wait before it.
    pub(super) fn close(&self) {
        self.state.send_modify(|state| state.is_closed = true);
    }

    /// Lets those through who wait, and all who come later.
    pub(super) fn open(&self) {
        self.state.send_modify(|state| state.is_closed = false);
    }

    /// Returns once that many requests wait.
    pub(super) async fn until_waiting(&self, count: usize) {
        // The sender lives as long as this gate.
        let _ = self.state.subscribe().wait_for(|state| state.waiting >= count).await;
    }
}

#[async_trait]
impl HttpClient for Gate {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let mut state = self.state.subscribe();
        self.state.send_modify(|state| state.waiting += 1);
        let _ = state.wait_for(|state| !state.is_closed).await;
        self.state.send_modify(|state| state.waiting -= 1);
        self.azure.send(request).await
    }
}
