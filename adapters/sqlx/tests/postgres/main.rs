//! The store over a real PostgreSQL: the contracts, the tables, the import from Auth.js, reads that travel together, and who is believed to be the server.

#![allow(clippy::unwrap_used, reason = "these are tests")]

mod authjs;
mod contracts;
mod schema;
mod support;
mod tls;
mod together;
