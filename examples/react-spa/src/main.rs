//! A React page on `next-auth/react`, and the server behind it: sign-in, one guarded call, and the page's files.
//!
//! ```sh
//! cargo run -p react-spa
//! ```

mod api;
mod page;
mod site;

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;

use admit_axum::AuthRouterExt as _;
use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;

use crate::site::Site;

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the server could not go on");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let port = variable("PORT").map_or(Ok(3000), |port| port.parse::<u16>())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let address = listener.local_addr()?;
    // While the page is being worked on, browsers reach this through Vite.
    let base_url = variable("AUTH_URL").unwrap_or_else(|| format!("http://localhost:{}", address.port()));

    let site = Arc::new(Site::open(&base_url).await?);
    let auth = site.auth.clone();
    let app =
        Router::new().route("/api/me", get(api::me)).fallback_service(page::files()).with_auth(auth).with_state(site);
    announce(&address.to_string(), &base_url);
    Ok(axum::serve(listener, app).await?)
}

#[allow(clippy::disallowed_methods, reason = "the one place where the example reads the environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

#[allow(clippy::print_stdout, reason = "this is what a person reads")]
fn announce(address: &str, base_url: &str) {
    println!("Open {base_url} in your browser; the server listens at http://{address}.");
    if !page::is_built() {
        println!("{}", page::HOW_TO_BUILD);
    }
}
