//! The move, with a pretend Azure DevOps and a pretend Microsoft Entra ID on one clock.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "these are tests"
)]

mod jobs;
mod many;
mod meanwhile;
mod outside;
mod sign_in;
mod site;
mod stages;
