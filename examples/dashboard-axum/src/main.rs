//! Runs the dashboard: with Azure DevOps if the environment has a registration, else with a pretend one.
//!
//! ```sh
//! cargo run -p dashboard-axum
//! ```

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    dashboard::program::run(dashboard_axum::serve).await
}
