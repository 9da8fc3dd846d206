//! admit on plain hyper, without a framework.
//!
//! [`serve`] is all of the wiring: one layer around a function, and hyper's usual loop. [`sign_in`] is what is
//! configured.

mod page;

use admit::{Auth, Client, ConfigError, Random as _, SystemRandom};
use admit_providers::azure_devops;
use admit_tower::{AuthLayer, CurrentExt as _, MissingLayer};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower::{Layer as _, service_fn};

/// Answers whoever connects: admit at its endpoints, [`home`] everywhere else.
///
/// # Errors
/// When the listener fails.
pub async fn serve(listener: TcpListener, auth: Auth) -> std::io::Result<()> {
    let app = TowerToHyperService::new(AuthLayer::new(auth).with_endpoints().layer(service_fn(home)));
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), app.clone()));
    }
}

/// Shows who is signed in.
///
/// # Errors
/// When it is called without the layer.
pub async fn home(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, MissingLayer> {
    if request.uri().path() != "/" {
        return Ok(page::not_found());
    }
    let current = request.current()?;
    Ok(match current.session().await {
        Ok(session) => page::home(session.as_ref()),
        Err(error) => current.unavailable(&error).map(Full::new),
    })
}

/// Sign-in for people who reach the site at that URL, with an Azure DevOps that listens at the other one.
///
/// # Errors
/// When the configuration does not do, each problem with its remedy.
pub fn sign_in(site: &str, azure: &str) -> Result<Auth, ConfigError> {
    // Made for this run: sessions end with the process. A site of yours sets AUTH_SECRET.
    let mut secret = [0; 32];
    SystemRandom.fill(&mut secret);
    Auth::builder(site)
        .secret(secret.map(|byte| format!("{byte:02x}")).concat())
        .provider(azure_devops(Client::new("harbor", "secret")).endpoints(azure))
        .danger_single_process_refresh()
        .build()
}
