//! The journeys that every dashboard is put through, on actix-web.

#[cfg(test)]
#[path = "../../dashboard/tests/journeys/mod.rs"]
mod journeys;

#[cfg(test)]
use dashboard_actix::serve;

#[cfg(test)]
const PROGRAM: &str = env!("CARGO_BIN_EXE_dashboard-actix");
