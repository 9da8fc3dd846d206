//! Evidence of accounts, captured from the pretend Azure DevOps.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "these are tests"
)]

mod accounts;
mod at_sign_in;
mod exported;
mod faults;
mod kinds;
mod resumed;
mod site;
mod throttled;
mod wire;
