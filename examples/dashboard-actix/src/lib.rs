//! An Azure DevOps dashboard on actix-web.
//!
//! `start` is where sign-in and pages meet: every page but the first is behind a guard that has made sure of a session
//! before the page is asked for.

mod visited;

use std::io;

use actix_web::dev::{HttpServiceFactory, Server};
use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpResponse, HttpServer, Resource};
use admit_actix::{AuthAppExt as _, require_session};
use dashboard::pages::routes;
use dashboard::program::Interrupted;
use dashboard::{Page, Site, Sockets};

use crate::visited::Visited;

/// Answers requests until `interrupted` is done.
///
/// # Errors
/// When the sockets are of no use.
pub async fn serve(site: Site, sockets: Sockets, interrupted: Interrupted) -> io::Result<()> {
    let server = start(site, sockets)?;
    let handle = server.handle();
    tokio::spawn(async move {
        interrupted.await;
        handle.stop(true).await;
    });
    server.await
}

fn start(site: Site, sockets: Sockets) -> io::Result<Server> {
    let site = Data::new(site);
    let mut server = HttpServer::new(move || {
        App::new()
            .app_data(Data::clone(&site))
            .service(open(routes::HOME, Page::Home))
            .service(guarded(routes::ACCOUNTS, Page::Accounts))
            .service(guarded(routes::ORGANISATIONS, Page::Organisations))
            .service(guarded(routes::PROJECTS, Page::Projects))
            .service(guarded(routes::WORK_ITEMS, Page::WorkItems))
            .service(guarded(routes::BUILDS, Page::Builds))
            .service(guarded(routes::REPOSITORIES, Page::Repositories))
            .default_service(web::to(|visited| show(visited, Page::NotFound)))
            .with_auth(site.auth.clone())
    })
    .disable_signals();
    for listener in sockets.listeners {
        server = match &sockets.tls {
            Some(tls) => server.listen_rustls_0_23(listener, (**tls).clone())?,
            None => server.listen(listener)?,
        };
    }
    Ok(server.run())
}

/// A page for everybody.
fn open(pattern: &str, page: Page) -> Resource {
    web::resource(pattern).get(move |visited| show(visited, page))
}

/// A page for whoever is signed in.
fn guarded(pattern: &str, page: Page) -> impl HttpServiceFactory + use<> {
    open(pattern, page).wrap(require_session())
}

async fn show(Visited(visit): Visited, page: Page) -> HttpResponse {
    answer(visit.show(page).await)
}

/// The page, which is an answer of the crate `http`, as an answer of actix-web's.
fn answer(page: http::Response<Bytes>) -> HttpResponse {
    let (head, body) = page.into_parts();
    let status = StatusCode::from_u16(head.status.as_u16()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = HttpResponse::build(status);
    for (name, value) in &head.headers {
        answer.append_header((name.as_str(), value.as_bytes()));
    }
    answer.body(body)
}
