//! The store over a real PostgreSQL: the contracts, the tables, reads that travel together, and who is believed to be the server.

#![allow(clippy::unwrap_used, reason = "these are tests")]

mod contracts;
mod schema;
mod support;
mod tls;
mod together;
