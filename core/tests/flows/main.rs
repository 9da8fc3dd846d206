//! Whole trips through `Auth::handle`, one file per action, against the pretend Azure DevOps in process.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "these are tests"
)]

mod account;
mod attacks;
mod callback;
mod configuration;
mod credentials;
mod csrf;
mod custom_pages;
mod evidence;
mod exchange;
mod faults;
mod import;
mod jobs;
mod languages;
mod linking;
mod oidc;
mod pages;
mod providers;
mod refresh;
mod remint;
mod secrecy;
mod session;
mod sessions;
mod sign_in;
mod sign_out;
mod stores;
mod succession;
mod support;
mod users;
mod wire;
