//! Azure DevOps' wire: what goes out byte for byte, and what its odd answers mean.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "this is a test, helpers included")]

mod answers;
mod person;
#[path = "../replay/mod.rs"]
mod replay;
mod requests;

use admit::provider::{Grant, ProviderContext};
use admit::{Client, Secret};
use admit_providers::azure_devops;
use admit_providers::azure_devops::AzureDevOps;
use replay::{Replay, StoppedClock};

const CALLBACK: &str = "https://app.example/api/auth/callback/azure-devops";

fn provider() -> AzureDevOps {
    azure_devops(Client::new("app", "secret"))
}

fn refresh(refresh_token: &Secret) -> Grant<'_> {
    Grant::RefreshToken { refresh_token, redirect_uri: CALLBACK, scopes: &[] }
}

fn with<T>(step: impl FnOnce(&ProviderContext<'_>) -> T) -> T {
    let http = Replay::new([]);
    step(&ProviderContext::new("azure-devops", "app", &StoppedClock, &http))
}

/// An error with all its causes, as a log shows it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(&format!(": {cause}"));
        next = cause.source();
    }
    text
}
