//! Runs the application by what the environment says: see `settings.rs`.
//!
//! ```sh
//! cargo run -p migration-axum
//! ```

use std::error::Error;

use migration_axum::{Settings, app, sign_in};
use tokio::net::TcpListener;

#[tokio::main]
#[allow(clippy::print_stdout, reason = "this is what a person reads")]
async fn main() -> Result<(), Box<dyn Error>> {
    let settings = Settings::of_process()?;
    let listener = TcpListener::bind(("127.0.0.1", settings.port)).await?;
    let auth = sign_in(&settings).await?;
    println!("Open {} in your browser. Ctrl-C ends the program.", settings.base_url);
    Ok(axum::serve(listener, app(auth)).await?)
}
