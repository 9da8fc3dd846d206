//! Sign-in on plain hyper, with a pretend Azure DevOps: no account is needed, and nothing leaves this machine.
//!
//! ```sh
//! cargo run -p hyper-plain
//! ```

use std::error::Error;

use admit_testkit::PretendAzureDevOps;
use hyper_plain::{serve, sign_in};
use tokio::net::TcpListener;

const SITE: &str = "http://127.0.0.1:3000";

#[tokio::main(flavor = "current_thread")]
#[allow(clippy::print_stdout, reason = "this is what a person reads")]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    let azure = PretendAzureDevOps::builder("harbor", "secret", format!("{SITE}/api/auth/callback/azure-devops"))
        .app_name("Harbor")
        .allow_http_on_loopback()
        .build()
        .serve()
        .await?;
    let auth = sign_in(SITE, &azure.base_url())?;
    println!("Open {SITE} in your browser. Ctrl-C ends the program.");
    Ok(serve(listener, auth).await?)
}
