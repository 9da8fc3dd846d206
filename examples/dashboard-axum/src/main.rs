//! Runs the dashboard: with Azure DevOps if the environment has a registration, else with a pretend one.
//!
//! ```sh
//! cargo run -p dashboard-axum
//! ```

use std::error::Error;
use std::process::ExitCode;

use admit::SystemClock;
use dashboard::settings::SettingsError;
use dashboard::site::SiteError;
use dashboard::{Settings, Site};
use dashboard_axum::app;
use dashboard_axum::listen::Sockets;

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_max_level(tracing::Level::INFO).with_writer(std::io::stderr).init();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&*error);
            let is_configuration = error.is::<SettingsError>()
                || error.downcast_ref().is_some_and(|error| matches!(error, SiteError::Config(_)));
            ExitCode::from(if is_configuration { 2 } else { 1 })
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let settings = Settings::from_process()?;
    let sockets = Sockets::open(&settings).await?;
    let base_url = settings.base_url(sockets.port());
    let site = Site::open(&settings, &base_url, SystemClock).await?;
    // From here on Ctrl-C ends the dashboard in peace, and only then anybody is told of it.
    let mut interrupts = interrupts()?;
    let interrupted = async move {
        interrupts.recv().await;
    };
    announce(&settings, &site, &base_url);
    axum::serve(sockets, app(&site)).with_graceful_shutdown(interrupted).await?;
    Ok(())
}

#[allow(clippy::print_stdout, reason = "this is what a person reads")]
fn announce(settings: &Settings, site: &Site, base_url: &str) {
    println!("Open {base_url} in your browser. Ctrl-C ends the dashboard.");
    match &site.pretend {
        Some(pretend) => println!(
            "Azure DevOps is a pretend one, at {}: no account is needed, and nothing leaves this machine.",
            pretend.served.base_url()
        ),
        None => println!(
            "The callback URL registered with Azure DevOps has to be {base_url}/api/auth/callback/azure-devops."
        ),
    }
    if settings.tls {
        println!("The certificate was made for this run, so your browser will ask whether you trust it.");
    }
}

#[allow(clippy::print_stderr, reason = "this is what a person reads")]
fn complain(error: &dyn Error) {
    eprintln!("{error}");
    let mut source = error.source();
    while let Some(error) = source {
        eprintln!("  because: {error}");
        source = error.source();
    }
}

#[cfg(unix)]
fn interrupts() -> std::io::Result<tokio::signal::unix::Signal> {
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())
}

#[cfg(windows)]
fn interrupts() -> std::io::Result<tokio::signal::windows::CtrlC> {
    tokio::signal::windows::ctrl_c()
}
