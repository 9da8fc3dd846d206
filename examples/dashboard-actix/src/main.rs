//! Runs the dashboard: with Azure DevOps if the environment has a registration, else with a pretend one.
//!
//! ```sh
//! cargo run -p dashboard-actix
//! ```

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    dashboard::program::run(dashboard_actix::serve).await
}
