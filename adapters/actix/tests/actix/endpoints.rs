//! admit's endpoints in an app: they answer at their paths, wherever they are mounted, and nowhere else.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use actix_web::{App, web};
use admit::AuthBuilder;
use admit_actix::{AuthAppExt as _, AuthMiddleware, Current, Session, endpoints, routes};

use crate::support::{ORIGIN, SESSION_COOKIE, Served, Site, cookies, header, location, serve, text, told};

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

#[actix_web::test]
async fn a_person_signs_in_is_known_and_signs_out() {
    let site = Site::new();
    for app in apps(&site).await {
        let mut norma = site.visitor(app);
        assert_eq!(norma.get("/me").await.status(), 401);

        let back = norma.sign_in().await;
        assert_eq!(location(&back), format!("{ORIGIN}/me"));
        // Once: the middleware adds nothing to what the engine wrote.
        assert_eq!(cookies(&back).iter().filter(|name| *name == SESSION_COOKIE).count(), 1);
        assert_eq!(text(&norma.get("/me").await), "Norma Paulk");

        let csrf: serde_json::Value = serde_json::from_slice(norma.get("/api/auth/csrf").await.body()).unwrap();
        norma.post("/api/auth/signout", &[("csrfToken", csrf["csrfToken"].as_str().unwrap())]).await;
        assert_eq!(norma.get("/me").await.status(), 401);
        assert!(norma.jar.get(SESSION_COOKIE).is_none());
    }
}

#[actix_web::test]
async fn what_is_no_action_is_refused_by_the_engine_and_the_rest_is_the_apps() {
    let site = Site::new();
    for app in apps(&site).await {
        let mut visitor = site.visitor(app);
        for path in ["/api/auth", "/api/auth/", "/api/auth/nonsense", "/api/auth/x/y", "/api/auth/%73ession"] {
            assert_eq!(told(&visitor.get(path).await), REFUSED, "{path}");
        }
        for method in [Method::HEAD, Method::OPTIONS, Method::PUT, Method::from_bytes(b"PURR").unwrap()] {
            let request = TestRequest::default().method(method.clone()).uri("/api/auth/signout");
            assert_eq!(told(&visitor.send(request).await), REFUSED, "{method}");
        }
        for path in ["/api/authentic", "/api", "/api/authentic/session", "/API/AUTH/session"] {
            assert_eq!(visitor.get(path).await.status(), 404, "{path}");
        }
    }
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
async fn the_request_target_may_name_a_host_which_says_nothing() {
    let site = Site::new();
    for app in apps(&site).await {
        let mut visitor = site.visitor(app).browsing();
        let page = visitor.get("https://evil.example/me?x=1").await;
        assert_eq!(location(&page), format!("{ORIGIN}/api/auth/signin?callbackUrl=%2Fme%3Fx%3D1"));
        let providers = visitor.get("https://evil.example/api/auth/providers").await;
        assert!(text(&providers).contains("https://app.example/api/auth/signin") && !text(&providers).contains("evil"));
    }
}

// HST-002, HST-003
#[actix_web::test]
async fn where_the_site_is_nobody_outside_can_say() {
    let site = Site::new();
    for app in apps(&site).await {
        for sent in [
            ("host", "evil.example"),
            ("x-forwarded-host", "evil.example"),
            ("forwarded", "host=evil.example;proto=http"),
            ("x-forwarded-proto", "http"),
        ] {
            let mut visitor = site.visitor(app.clone());
            visitor.headers.push(sent);
            let back = visitor.sign_in().await;
            assert_eq!(location(&back), format!("{ORIGIN}/me"), "{sent:?}");
            for line in header(&back, http::header::SET_COOKIE).split(" | ") {
                assert!(line.contains("; Secure"), "{sent:?}: {line}");
            }
        }
        assert_eq!(site.azure.violations(), [""; 0]);
    }
}

#[actix_web::test]
async fn endpoints_within_a_scope_sign_people_in() {
    for path in ["/auth", "/auth/"] {
        let site = Site::at("https://app.example/shop/auth", AuthBuilder::danger_single_process_refresh);
        let shop = web::scope("/shop")
            .route("/me", web::get().to(me))
            .service(endpoints(path, site.auth.clone()))
            .wrap(AuthMiddleware::new(site.auth.clone()));
        let mut norma = site.norma(serve(App::new().service(shop)).await).await;
        assert_eq!(text(&norma.get("/shop/me").await), "Norma Paulk");
    }
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

#[actix_web::test]
async fn two_sites_in_one_application_keep_to_themselves() {
    let staff = Site::at("https://staff.example/staff/auth", AuthBuilder::danger_single_process_refresh);
    let guests = Site::new();
    let who = |current: Current| async move { current.sign_in_url() };
    let app = App::new()
        .service(
            web::scope("/staff")
                .service(endpoints("/auth", staff.auth.clone()))
                .route("", web::get().to(who))
                .wrap(AuthMiddleware::new(staff.auth.clone())),
        )
        .route("/guests", web::get().to(who))
        .with_auth(guests.auth.clone());
    let mut visitor = guests.visitor(serve(app).await);
    assert_eq!(text(&visitor.get("/staff").await), "https://staff.example/staff/auth/signin?callbackUrl=%2Fstaff");
    assert_eq!(text(&visitor.get("/guests").await), "https://app.example/api/auth/signin?callbackUrl=%2Fguests");
    for (path, origin) in [("/staff/auth", "https://staff.example"), ("/api/auth", ORIGIN)] {
        let providers = visitor.get(&format!("{path}/providers")).await;
        assert!(text(&providers).contains(&format!("{origin}{path}/signin/azure-devops")), "{path}");
    }
}
