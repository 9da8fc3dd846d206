//! The pages that the pretend providers show to whoever writes the application, over all three of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "these are tests")]

mod escaping;
mod faults;
mod front;
mod headers;
mod nobody;
mod requests;
mod servers;
mod tokens;
