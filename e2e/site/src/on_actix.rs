//! The site on actix-web.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{App, HttpResponse, HttpServer, web};
use admit_actix::{AuthAppExt as _, Current};

use crate::answer;
use crate::site::Site;

/// Answers requests for as long as it is let.
pub(crate) async fn serve(listener: TcpListener, site: Arc<Site>) -> io::Result<()> {
    let app = move || {
        App::new()
            .app_data(web::Data::from(site.clone()))
            .default_service(web::to(application))
            .with_auth(site.auth.clone())
    };
    HttpServer::new(app).workers(2).disable_signals().listen(listener)?.run().await
}

async fn application(site: web::Data<Site>, uri: actix_web::http::Uri, current: Current) -> HttpResponse {
    let (head, body) = answer::to(&site, uri.path(), &current).await.into_parts();
    let status = StatusCode::from_u16(head.status.as_u16()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = HttpResponse::build(status);
    for (name, value) in &head.headers {
        answer.append_header((name.as_str(), value.as_bytes()));
    }
    answer.body(body)
}
