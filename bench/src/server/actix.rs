//! The application on actix-web.

use std::io;
use std::net::TcpListener;
use std::time::Duration;

use actix_web::http::header::COOKIE;
use actix_web::rt::System;
use actix_web::web::{self, ServiceConfig};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use admit::Auth;
use admit_actix::{AuthAppExt as _, Session, require_session};

use super::answer::{Profile, SOMEBODY, session_cookie};

pub(super) fn serve(listener: TcpListener, auth: Option<Auth>) -> io::Result<()> {
    System::new().block_on(async {
        match auth {
            None => {
                let server = HttpServer::new(|| App::new().configure(bare));
                server.workers(1).keep_alive(IDLE).listen(listener)?.run().await
            }
            Some(auth) => {
                let server = HttpServer::new(move || App::new().configure(with_admit).with_auth(auth.clone()));
                server.workers(1).keep_alive(IDLE).listen(listener)?.run().await
            }
        }
    })
}

fn bare(app: &mut ServiceConfig) {
    app.route("/public", web::get().to(public)).route("/me", web::get().to(with_cookie));
}

fn with_admit(app: &mut ServiceConfig) {
    app.route("/public", web::get().to(public))
        .route("/me", web::get().to(with_session))
        .service(web::resource("/guarded").wrap(require_session()).get(with_session));
}

async fn public() -> HttpResponse {
    HttpResponse::Ok().json(SOMEBODY)
}

async fn with_cookie(request: HttpRequest) -> HttpResponse {
    match request.headers().get(COOKIE).and_then(|header| session_cookie(header.as_bytes())) {
        Some(_) => HttpResponse::Ok().json(SOMEBODY),
        None => HttpResponse::Unauthorized().finish(),
    }
}

async fn with_session(session: Session) -> HttpResponse {
    HttpResponse::Ok().json(Profile::of(&session))
}

/// How long a connection may rest: longer than the other application's turn, however busy the machine is.
const IDLE: Duration = Duration::from_secs(600);
