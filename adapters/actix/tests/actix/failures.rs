//! A session that cannot be opened: whatever asks for it, the failure is answered, and no handler takes it for nobody.

use std::cell::Cell;
use std::future::ready;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, Json};
use actix_web::{App, Either, Error, FromRequest, HttpResponse, Route};
use admit::{AuthBuilder, BoxError, Callbacks, MemoryStore, SessionCause};
use admit_actix::{AuthAppExt as _, AuthMiddleware, Current, Rejection, Session, require_session};
use admit_testkit::Faulty;
use async_trait::async_trait;

use crate::support::{Log, Site, cookies, serve, text, told};

const TOLD: &str = r#"{"error":"session_store_unavailable","reference":"#;

pub(crate) fn site(store: &Faulty<MemoryStore>) -> Site {
    let store = store.clone();
    Site::with(|builder| builder.session_store(store).danger_single_process_refresh())
}

/// Says whether a handler came to run.
#[derive(Clone, Default)]
pub(crate) struct Ran(pub(crate) Rc<Cell<bool>>);

impl Ran {
    /// A handler with that argument.
    fn handler<A: FromRequest + 'static>(&self) -> Route {
        let Self(ran) = self.clone();
        web::get().to(move |_: A| {
            ran.set(true);
            ready("the handler")
        })
    }
}

#[actix_web::test]
async fn whatever_a_handler_takes_a_store_that_fails_is_answered_before_it_is_called() {
    for slowly in [false, true] {
        let (store, ran, (log, _guard)) = (Faulty::default(), Ran::default(), Log::listen());
        let site = site(&store);
        let app = App::new()
            .route("/session", ran.handler::<Session>())
            .route("/option", ran.handler::<Option<Session>>())
            .route("/result", ran.handler::<Result<Session, Rejection>>())
            .route("/error", ran.handler::<actix_web::Result<Session>>())
            .route("/options", ran.handler::<Option<Option<Session>>>())
            .route("/either", ran.handler::<Either<Session, Option<Session>>>())
            .route("/several", ran.handler::<(Option<Session>, String, Option<Session>)>())
            .service(web::scope("/a").service(web::scope("/b").route("/option", ran.handler::<Option<Session>>())))
            .with_auth(site.auth.clone());
        let mut norma = site.norma(serve(app).await).await;
        let paths = ["/session", "/option", "/result", "/error", "/options", "/either", "/several", "/a/b/option"];
        for path in paths {
            assert_eq!(norma.get(path).await.status(), 200, "{path}");
        }
        if slowly {
            store.break_down_slowly()
        } else {
            store.break_down()
        }
        ran.0.set(false);
        log.take();
        for path in paths {
            let answer = norma.get(path).await;
            assert_eq!(answer.status(), 503, "{path}");
            assert!(text(&answer).starts_with(TOLD), "{path}: {}", text(&answer));
            // Nobody is signed out by it.
            assert_eq!(cookies(&answer), [""; 0], "{path}");
            let log = log.take();
            assert_eq!(log.matches("ERROR").count(), 1, "{path}: {log}");
            assert!(log.contains("the cable was cut"), "{log}");
        }
        let page = norma.browsing().get("/option").await;
        assert_eq!(page.status(), 503);
        assert!(text(&page).contains("Reference: <code>") && !text(&page).contains("cable"));
        assert!(!ran.0.get());
    }
}

#[actix_web::test]
async fn another_extractor_that_refuses_does_not_hide_the_failure() {
    let store = Faulty::default();
    let site = site(&store);
    let app = App::new()
        .route("/before", web::post().to(|_: Json<u8>, _: Option<Session>| async { "the handler" }))
        .route("/after", web::post().to(|_: Option<Session>, _: Json<u8>| async { "the handler" }))
        .with_auth(site.auth.clone());
    let mut norma = site.norma(serve(app).await).await;
    store.break_down();
    // The first to refuse ends it: the session is not asked for any more, and nobody takes it for none.
    assert_eq!(norma.post("/before", &[]).await.status(), 400);
    assert_eq!(norma.post("/after", &[]).await.status(), 503);
}

#[actix_web::test]
async fn a_callback_that_fails_is_answered_too() {
    #[derive(Debug)]
    struct Moody(Arc<AtomicBool>);
    #[async_trait]
    impl Callbacks for Moody {
        async fn session(&self, session: admit::Session, _: SessionCause<'_>) -> Result<admit::Session, BoxError> {
            if self.0.load(Ordering::Relaxed) { Err("not today".into()) } else { Ok(session) }
        }
    }

    let mood = Arc::default();
    let callbacks = Moody(Arc::clone(&mood));
    let site = Site::with(|builder: AuthBuilder| builder.danger_single_process_refresh().callbacks(callbacks));
    let app =
        App::new().route("/", web::get().to(|_: Option<Session>| async { "the handler" })).with_auth(site.auth.clone());
    let mut norma = site.norma(serve(app).await).await;
    assert_eq!(told(&norma.get("/").await), (200, "the handler"));
    mood.store(true, Ordering::Relaxed);
    let answer = norma.get("/").await;
    assert_eq!(answer.status(), 500);
    assert!(text(&answer).starts_with(r#"{"error":"configuration","reference":"#), "{}", text(&answer));
}

#[actix_web::test]
async fn whoever_asks_current_deals_with_the_failure_itself() {
    let store = Faulty::default();
    let site = site(&store);
    let handler = |current: Current| async move {
        match current.session().await {
            Ok(_) => HttpResponse::Ok().finish(),
            Err(_) => HttpResponse::Ok().body("read only today"),
        }
    };
    let app = App::new().route("/", web::get().to(handler)).with_auth(site.auth.clone());
    let mut norma = site.norma(serve(app).await).await;
    store.break_down();
    assert_eq!(told(&norma.get("/").await), (200, "read only today"));
}

#[actix_web::test]
async fn behind_a_guard_and_within_it_the_failure_is_told_once() {
    let (store, (log, _guard)) = (Faulty::default(), Log::listen());
    let site = site(&store);
    let app = App::new()
        .service(
            web::scope("/guarded")
                .wrap(require_session())
                .route("", web::get().to(|_: Option<Session>| async { "the handler" })),
        )
        .with_auth(site.auth.clone());
    let mut norma = site.norma(serve(app).await).await;
    store.break_down();
    log.take();
    assert_eq!(norma.get("/guarded").await.status(), 503);
    assert_eq!(log.take().matches("ERROR").count(), 1);
}

#[actix_web::test]
async fn a_middleware_of_the_applications_own_is_stopped_as_well() {
    async fn ask(
        mut request: ServiceRequest,
        next: Next<impl MessageBody>,
    ) -> Result<ServiceResponse<impl MessageBody>, Error> {
        let session = request.extract::<Option<Session>>().await?;
        assert!(session.is_some(), "Norma is signed in");
        next.call(request).await
    }

    let store = Faulty::default();
    let site = site(&store);
    let app = App::new()
        .service(web::scope("/a").route("", web::get().to(|| async { "the handler" })).wrap(from_fn(ask)))
        .with_auth(site.auth.clone());
    let mut norma = site.norma(serve(app).await).await;
    assert_eq!(told(&norma.get("/a").await), (200, "the handler"));
    store.break_down();
    assert_eq!(norma.get("/a").await.status(), 503);
}

#[actix_web::test]
async fn of_two_middlewares_the_inner_one_answers_for_its_own() {
    let (staffs, guests) = (Faulty::<MemoryStore>::default(), Faulty::<MemoryStore>::default());
    let guest_site = site(&guests);
    let staff_site = {
        let store = staffs.clone();
        Site::at("https://staff.example/staff/auth", |builder| {
            builder.session_store(store).danger_single_process_refresh()
        })
    };
    let app = App::new()
        .service(
            web::scope("/staff")
                .service(admit_actix::endpoints("/auth", staff_site.auth.clone()))
                .route("/me", web::get().to(|s: Option<Session>| async move { s.is_some().to_string() }))
                .wrap(AuthMiddleware::new(staff_site.auth.clone())),
        )
        .route("/me", web::get().to(|s: Option<Session>| async move { s.is_some().to_string() }))
        .with_auth(guest_site.auth.clone());
    let app = serve(app).await;
    let mut guest = guest_site.norma(Rc::clone(&app)).await;
    assert_eq!(told(&guest.get("/me").await), (200, "true"));
    let mut staff = staff_site.norma(app).await;
    assert_eq!(told(&staff.get("/staff/me").await), (200, "true"));
    staffs.break_down();
    assert_eq!(staff.get("/staff/me").await.status(), 503);
    assert_eq!(told(&guest.get("/me").await), (200, "true"));
}
