//! The journeys that every dashboard is put through, on axum.

#[cfg(test)]
#[path = "../../dashboard/tests/journeys/mod.rs"]
mod journeys;

#[cfg(test)]
use dashboard_axum::serve;

#[cfg(test)]
const PROGRAM: &str = env!("CARGO_BIN_EXE_dashboard-axum");
