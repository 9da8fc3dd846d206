//! A site for the tests of the official client: admit on a web framework of choice, with pretend providers.
//!
//! ```sh
//! AUTH_SECRET=… cargo run -p e2e-site -- --adapter axum --sessions cookie --bundles target/e2e
//! ```
//!
//! It says where it is in one line of JSON, and ends when its standard input does: whoever started it cannot forget it.

mod announcement;
mod answer;
mod claims;
mod members;
mod on_actix;
mod on_axum;
mod options;
mod pretend;
mod site;

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;

use tokio::io::AsyncReadExt as _;

use crate::options::{Adapter, Options};
use crate::site::Site;

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_max_level(tracing::Level::WARN).with_writer(std::io::stderr).init();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the site could not go on");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let options = Options::read(std::env::args().skip(1))?;
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
    listener.set_nonblocking(true)?;
    let address = format!("http://{}", listener.local_addr()?);
    let base_url = options.base_url.clone().unwrap_or_else(|| address.clone());
    let site = Arc::new(Site::open(&options, &base_url).await?);
    announcement::make(&site, &address, &base_url)?;
    let served = async {
        match options.adapter {
            Adapter::Actix => on_actix::serve(listener, site).await,
            Adapter::Axum => on_axum::serve(listener, site).await,
        }
    };
    tokio::select! {
        result = served => Ok(result?),
        () = abandoned() => Ok(()),
    }
}

/// Done when nobody holds the other end of the standard input any more.
async fn abandoned() {
    let (mut input, mut buffer) = (tokio::io::stdin(), [0; 64]);
    while input.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
}
