//! Four sites that sign people in with the same provider, each in a process of its own, and that provider.

use std::io;
use std::net::{Ipv4Addr, TcpListener};

use actix_web::rt::System;
use actix_web::{App, HttpServer};
use admit::{Auth, Client, Environment, OAuthProvider};
use admit_actix::AuthAppExt as _;
use admit_axum::AuthRouterExt as _;
use admit_testkit::PretendOidc;
use axum::Router;
use tokio::runtime::{Builder, Runtime};

use super::{CLIENT_ID, CLIENT_SECRET, by_hand};
use crate::server::{announce, end_with_standard_input};
use crate::session_cookie::SECRET;

/// Who signs people in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// admit on axum.
    AdmitAxum,
    /// admit on actix-web.
    AdmitActix,
    /// The same steps, written straight on axum.
    ByHand,
    /// Auth.js on Express.
    AuthJs,
}

impl Site {
    /// Those there are.
    pub const ALL: [Self; 4] = [Self::AdmitAxum, Self::AdmitActix, Self::ByHand, Self::AuthJs];

    /// As the command line has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::AdmitAxum => "admit-axum",
            Self::AdmitActix => "admit-actix",
            Self::ByHand => "by-hand",
            Self::AuthJs => "authjs",
        }
    }

    /// As the report has it.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::AdmitAxum => "admit on axum",
            Self::AdmitActix => "admit on actix-web",
            Self::ByHand => "by hand on axum",
            Self::AuthJs => "Auth.js on Express",
        }
    }

    /// The command of its server, word by word. `this` is the program that can [`serve`] those in Rust.
    pub(super) fn command(self, this: &str, issuer: &str, port: u16) -> Vec<String> {
        let (program, first) = match self {
            Self::AuthJs => ("node", vec![AUTH_JS]),
            _ => (this, vec!["serve", self.name()]),
        };
        let port = port.to_string();
        [program].into_iter().chain(first).chain([issuer, &port]).map(str::to_owned).collect()
    }
}

/// Serves a site on that port, until standard input ends. It trusts that issuer.
///
/// # Errors
/// When the port is taken, or the issuer does not answer.
pub fn serve(site: Site, issuer: &str, port: u16) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    let origin = format!("http://127.0.0.1:{port}");
    match site {
        Site::AdmitActix => System::new().block_on(async {
            let auth = auth(&origin, issuer)?;
            let server = HttpServer::new(move || App::new().with_auth(auth.clone())).workers(1).listen(listener)?;
            ready(port)?;
            server.run().await
        }),
        Site::AdmitAxum => runtime()?.block_on(async {
            let router = Router::new().with_auth(auth(&origin, issuer)?);
            ready(port)?;
            axum::serve(tokio::net::TcpListener::from_std(listener)?, router).await
        }),
        Site::ByHand => runtime()?.block_on(async {
            let router = by_hand::router(origin, issuer).await;
            let router = router.ok_or_else(|| io::Error::other("the provider does not answer as it should"))?;
            ready(port)?;
            axum::serve(tokio::net::TcpListener::from_std(listener)?, router).await
        }),
        Site::AuthJs => Err(io::Error::other("Auth.js runs in node")),
    }
}

/// Serves the provider, for sites on those ports, until standard input ends.
///
/// # Errors
/// When no port is free.
pub fn serve_provider(ports: &[u16]) -> io::Result<()> {
    runtime()?.block_on(async {
        let callbacks = ports.iter().map(|port| format!("http://127.0.0.1:{port}/api/auth/callback/company"));
        let company = PretendOidc::builder(CLIENT_ID, CLIENT_SECRET, "http://127.0.0.1/unused");
        let (_company, served) = callbacks.fold(company, |company, uri| company.redirect_uri(uri)).serve_on(0).await?;
        ready(served.address().port())?;
        std::future::pending().await
    })
}

fn auth(origin: &str, issuer: &str) -> io::Result<Auth> {
    let client = Client::new(CLIENT_ID, CLIENT_SECRET);
    let auth = Auth::builder(origin)
        .secret(SECRET)
        .environment(Environment::default())
        .provider(OAuthProvider::oidc("company", "Our company", issuer, client))
        .build();
    auth.map_err(io::Error::other)
}

fn ready(port: u16) -> io::Result<()> {
    end_with_standard_input();
    announce(port)
}

fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

/// It stands where the packages of Auth.js are.
const AUTH_JS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../e2e/harness/company.js");
