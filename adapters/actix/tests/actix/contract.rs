//! The table that every web adapter is put through, over actix-web's own server.

use std::net::TcpListener;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{self, Bytes, Data, ServiceConfig};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, Responder};
use admit_actix::{AuthAppExt as _, AuthMiddleware, Current, Session, endpoints, require_session, routes};
use admit_testkit::adapter::{Application, Stop};

admit_testkit::adapter_contract!(serve);

fn serve(listener: TcpListener, application: Application, stop: Stop) {
    actix_web::rt::System::new().block_on(async {
        let app = move || {
            let application = application.clone();
            let auth = application.auth.clone();
            App::new().configure(|config| mount(config, application)).with_auth(auth)
        };
        let server = HttpServer::new(app).workers(1).disable_signals().listen(listener).unwrap().run();
        let handle = server.handle();
        let running = actix_web::rt::spawn(server);
        stop.await;
        handle.stop(false).await;
        running.await.unwrap().unwrap();
    });
}

type Site = Data<Application>;

fn mount(config: &mut ServiceConfig, application: Application) {
    let Application { shop, staff, .. } = application.clone();
    let let_through = |path: &str| web::resource(path).to(let_through);
    let me = |path: &str| web::resource(path).get(me);
    let token = require_session().fresh_token("azure-devops");
    config
        .app_data(Data::new(application))
        .service(web::resource("/").get(|| async { "for everybody" }))
        .service(web::resource("/echo").post(|body: Bytes| async { body }))
        .service(me("/me"))
        .service(web::resource("/maybe").get(maybe))
        .service(web::resource("/session").get(session))
        .service(web::resource("/cookies").get(cookies))
        .service(web::resource("/cached").get(cached))
        .service(web::resource("/failing").get(failing))
        .service(let_through("/guarded").wrap(require_session()))
        .service(let_through("/guarded/{rest}*").wrap(require_session()))
        .service(let_through("/admin").wrap(require_session().role("admin").role("auditor")))
        .service(web::resource("/token").get(self::token).wrap(token.clone()))
        .service(let_through("/vault").wrap(require_session().role("owner")).wrap(token))
        .service(let_through("/misconfigured").wrap(require_session().fresh_token("github")))
        .service(
            web::scope("/shop")
                .service(me("/me"))
                .service(endpoints("/auth", shop.clone()))
                .wrap(AuthMiddleware::new(shop)),
        )
        .service(me("/staff/me").wrap(AuthMiddleware::new(staff.clone())))
        .configure(routes(staff))
        .default_service(web::to(no_such_page));
}

async fn let_through(site: Site) -> &'static str {
    site.called();
    "let through"
}

async fn me(site: Site, session: Session) -> String {
    site.called();
    session.user.display_name().to_owned()
}

async fn maybe(site: Site, session: Option<Session>) -> &'static str {
    site.called();
    if session.is_some() { "somebody" } else { "nobody" }
}

async fn session(site: Site, session: Session) -> impl Responder {
    site.called();
    web::Json(session)
}

async fn cookies(site: Site, _: Session) -> impl Responder {
    site.called();
    "two cookies"
        .customize()
        .append_header(("set-cookie", "theme=dark; Path=/"))
        .append_header(("set-cookie", "lang=en; Path=/"))
}

async fn cached(site: Site, _: Session, request: HttpRequest) -> impl Responder {
    site.called();
    "cached".customize().insert_header((CACHE_CONTROL, request.headers().get("x-cache-control").unwrap().clone()))
}

async fn token(site: Site, current: Current) -> HttpResponse {
    site.called();
    match current.access_token("azure-devops").await {
        Ok(token) => HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(token.expose().to_owned()),
        Err(error) => current.without_token(&error),
    }
}

async fn failing(site: Site, current: Current) -> impl Responder {
    site.called();
    let _ = current.access_token("azure-devops").await;
    "failed".customize().with_status(actix_web::http::StatusCode::INTERNAL_SERVER_ERROR)
}

async fn no_such_page(site: Site, _: Session) -> impl Responder {
    site.called();
    "no such page".customize().with_status(actix_web::http::StatusCode::NOT_FOUND)
}
