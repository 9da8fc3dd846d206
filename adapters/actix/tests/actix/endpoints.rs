//! admit's endpoints in an app, as actix-web matches and mounts.

use actix_web::{App, web};
use admit::AuthBuilder;
use admit_actix::{AuthAppExt as _, AuthMiddleware, Session, endpoints, routes};

use crate::support::{Served, Site, serve, told};

const REFUSED: (u16, &str) = (400, r#""Bad request.""#);

async fn me(session: Session) -> String {
    session.user.display_name().to_owned()
}

/// Both ways to mount them at their base path.
async fn apps(site: &Site) -> [Served; 2] {
    let app = || App::new().route("/me", web::get().to(me));
    let middleware = AuthMiddleware::new(site.auth.clone());
    [
        serve(app().with_auth(site.auth.clone())).await,
        serve(app().configure(routes(site.auth.clone())).wrap(middleware)).await,
    ]
}

// actix-web matches routes against decoded paths. The engine sees the path as it was sent, and knows no such action.
#[actix_web::test]
async fn a_base_path_in_disguise_is_no_base_path() {
    let site = Site::new();
    let [mounted, routed] = apps(&site).await;
    assert_eq!(site.visitor(mounted).get("/api/%61uth/session").await.status(), 404);
    assert_eq!(told(&site.visitor(routed).get("/api/%61uth/session").await), REFUSED);
}

#[actix_web::test]
async fn endpoints_may_be_mounted_at_a_path_with_a_slash_at_its_end() {
    let site = Site::at("https://app.example/shop/auth", AuthBuilder::danger_single_process_refresh);
    let shop = web::scope("/shop")
        .route("/me", web::get().to(me))
        .service(endpoints("/auth/", site.auth.clone()))
        .wrap(AuthMiddleware::new(site.auth.clone()));
    let mut norma = site.norma(serve(App::new().service(shop)).await).await;
    assert_eq!(told(&norma.get("/shop/me").await), (200, "Norma Paulk"));
}

#[actix_web::test]
async fn routes_may_be_added_before_and_after() {
    let site = Site::new();
    let app = App::new()
        .route("/before", web::get().to(me))
        .with_auth(site.auth.clone())
        .route("/after", web::get().to(me))
        .default_service(web::to(|_: Session| async { "nothing here" }));
    let app = serve(app).await;
    assert_eq!(site.visitor(app.clone()).get("/nowhere").await.status(), 401);
    let mut norma = site.norma(app).await;
    for path in ["/before", "/after"] {
        assert_eq!(told(&norma.get(path).await), (200, "Norma Paulk"), "{path}");
    }
}
