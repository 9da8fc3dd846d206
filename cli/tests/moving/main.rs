//! `admit azure accounts …` and `admit azure tokens purge`: the binary itself, over users who really signed in, against a
//! pretend Azure DevOps on a socket.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "these are tests"
)]

#[path = "../support/mod.rs"]
mod support;

mod killed;
mod kinds;
mod refused;
mod site;
mod together;
mod walk;
