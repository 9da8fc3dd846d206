//! The store over a real Redis, which is started for these tests.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "these are tests")]

mod connecting;
mod contracts;
mod forgetting;
mod memory;
mod nodes;
mod support;
#[cfg(feature = "tls")]
mod tls;
mod together;
mod trouble;
