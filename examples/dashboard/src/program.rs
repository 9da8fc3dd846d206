//! The program around a dashboard: it reads the settings, says where it is, and ends on Ctrl-C.

use std::error::Error;
use std::io;
use std::pin::Pin;
use std::process::ExitCode;

use admit::SystemClock;

use crate::settings::{Azure, SettingsError};
use crate::site::{AZURE_DEVOPS, ENTRA, SiteError};
use crate::{Settings, Site, Sockets};

/// Runs a dashboard until somebody presses Ctrl-C. `serve` is the web framework's part: it answers requests for the
/// site at the sockets until the last argument is done, and then ends in peace.
///
/// Bad settings are told in words and end with 2, all else that goes wrong with 1.
pub async fn run(serve: impl AsyncFnOnce(Site, Sockets, Interrupted) -> io::Result<()>) -> ExitCode {
    tracing_subscriber::fmt().with_max_level(tracing::Level::INFO).with_writer(io::stderr).init();
    match open_and_serve(serve).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&*error);
            let is_configuration = error.is::<SettingsError>()
                || error.downcast_ref().is_some_and(|error| matches!(error, SiteError::Config(_)));
            ExitCode::from(if is_configuration { 2 } else { 1 })
        }
    }
}

/// Done when the dashboard shall end.
pub type Interrupted = Pin<Box<dyn Future<Output = ()> + Send>>;

async fn open_and_serve(
    serve: impl AsyncFnOnce(Site, Sockets, Interrupted) -> io::Result<()>,
) -> Result<(), Box<dyn Error>> {
    let settings = Settings::from_process()?;
    let sockets = Sockets::open(&settings)?;
    let base_url = settings.base_url(sockets.port());
    let site = Site::open(&settings, &base_url, SystemClock).await?;
    // From here on Ctrl-C ends the dashboard in peace, and only then anybody is told of it.
    let mut interrupts = interrupts()?;
    let interrupted = async move {
        interrupts.recv().await;
    };
    announce(&settings, &site, &base_url);
    tokio::spawn(site.auth.keep_fresh(10));
    Ok(serve(site, sockets, Box::pin(interrupted)).await?)
}

#[cfg(unix)]
fn interrupts() -> io::Result<tokio::signal::unix::Signal> {
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())
}

#[cfg(windows)]
fn interrupts() -> io::Result<tokio::signal::windows::CtrlC> {
    tokio::signal::windows::ctrl_c()
}

#[allow(clippy::print_stdout, reason = "this is what a person reads")]
fn announce(settings: &Settings, site: &Site, base_url: &str) {
    println!("Open {base_url} in your browser. Ctrl-C ends the dashboard.");
    if let Some(pretend) = &site.pretend {
        println!(
            "Azure DevOps is a pretend one, at {}: no account is needed, and nothing leaves this machine.",
            pretend.served.base_url()
        );
        println!(
            "So are Microsoft Entra ID, at {}, and an OpenID provider, at {}.",
            pretend.entra.1.base_url(),
            pretend.openid.1.base_url()
        );
    }
    if let Azure::Real { azure_devops, entra } = &settings.azure {
        for (registration, name, id) in
            [(azure_devops, "Azure DevOps", AZURE_DEVOPS), (entra, "Microsoft Entra ID", ENTRA)]
        {
            if registration.is_some() {
                println!("The callback URL registered with {name} has to be {base_url}/api/auth/callback/{id}.");
            }
        }
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
