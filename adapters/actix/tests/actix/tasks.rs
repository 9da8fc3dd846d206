//! Sessions that a task of the handler's asks for, and that cannot be opened.

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn};
use std::rc::{Rc, Weak};
use std::task::Poll;

use actix_web::dev::Service as _;
use actix_web::test::TestRequest;
use actix_web::{App, FromRequest as _, HttpMessage as _, HttpRequest, rt, web};
use admit_actix::{AuthAppExt as _, Rejection, Session};
use admit_testkit::Faulty;

use crate::failures::{Ran, site};
use crate::support::{Log, serve, told};

#[actix_web::test]
async fn an_extraction_in_a_task_that_the_handler_waits_for_is_answered() {
    let (store, ran) = (Faulty::default(), Ran::default());
    let site = site(&store);
    let handler = {
        let ran = ran.clone();
        move |request: HttpRequest| {
            let ran = ran.clone();
            async move {
                let session = rt::spawn(async move { Option::<Session>::extract(&request).await }).await;
                ran.0.set(true);
                session.is_ok().to_string()
            }
        }
    };
    let app = App::new().route("/", web::get().to(handler)).with_auth(site.auth.clone());
    let mut norma = site.norma(serve(app).await).await;
    assert_eq!(told(&norma.get("/").await), (200, "true"));
    ran.0.set(false);
    store.break_down_slowly();
    let answer = norma.get("/").await;
    assert_eq!(answer.status(), 503);
    assert!(!ran.0.get());
}

#[actix_web::test]
async fn a_handler_whose_task_failed_does_not_go_on() {
    let (store, ran) = (Faulty::default(), Ran::default());
    let site = site(&store);
    let (Ran(went_on), asked) = (ran.clone(), store.clone());
    let handler = move |request: HttpRequest| {
        let (went_on, asked) = (Rc::clone(&went_on), asked.clone());
        async move {
            rt::spawn(async move { Option::<Session>::extract(&request).await });
            while asked.refusals() == 0 {
                tokio::task::yield_now().await;
            }
            went_on.set(true);
            "the handler"
        }
    };
    let app = App::new().route("/", web::get().to(handler)).with_auth(site.auth.clone());
    let mut norma = site.norma(serve(app).await).await;
    store.break_down_slowly();
    assert_eq!(norma.get("/").await.status(), 503);
    assert!(!ran.0.get());
}

#[actix_web::test]
async fn a_task_that_outlives_its_request_hears_of_the_failure_and_does_not_hang() {
    let (store, (log, _guard)) = (Faulty::default(), Log::listen());
    let site = site(&store);
    let (heard, hearing) = tokio::sync::oneshot::channel();
    let heard = Rc::new(Cell::new(Some(heard)));
    let handler = move |request: HttpRequest| {
        let heard = heard.take().unwrap();
        rt::spawn(async move { heard.send(Session::extract(&request).await.map(|_| ())) });
        async { "on its way" }
    };
    let app = App::new().route("/", web::get().to(handler)).with_auth(site.auth.clone());
    let mut norma = site.norma(serve(app).await).await;
    store.break_down_slowly();
    assert_eq!(told(&norma.get("/").await), (200, "on its way"));
    assert!(matches!(hearing.await, Ok(Err(Rejection::Unavailable(..)))));
    let log = log.take();
    assert!(log.contains("ERROR") && log.contains("the cable was cut"), "{log}");
}

#[actix_web::test]
async fn a_task_whose_failure_was_answered_goes_on_and_does_not_hang() {
    let store = Faulty::default();
    let site = site(&store);
    let (heard, hearing) = tokio::sync::oneshot::channel();
    let heard = Rc::new(Cell::new(Some(heard)));
    let handler = move |request: HttpRequest| {
        let heard = heard.take().unwrap();
        async move {
            rt::spawn(async move { heard.send(Session::extract(&request).await.map(|_| ())) });
            pending::<&'static str>().await
        }
    };
    let app = App::new().route("/", web::get().to(handler)).with_auth(site.auth.clone());
    let mut norma = site.norma(serve(app).await).await;
    store.break_down_slowly();
    // The handler would wait for ever: the task's failure wakes the middleware.
    assert_eq!(norma.get("/").await.status(), 503);
    assert!(matches!(hearing.await, Ok(Err(Rejection::Unavailable(..)))));
}

#[actix_web::test]
async fn a_failure_keeps_no_request_alive_whether_it_is_answered_or_the_browser_has_gone() {
    let store = Faulty::default();
    let site = site(&store);
    let request_of = Rc::new(RefCell::new(Weak::new()));
    let note = Rc::clone(&request_of);
    let handler = |request: HttpRequest| {
        rt::spawn(async move { Session::extract(&request).await.map(|_| ()) });
        pending::<&'static str>()
    };
    let app = App::new()
        .route("/option", web::get().to(|_: Option<Session>| async { "the handler" }))
        .route("/task", web::get().to(handler))
        .with_auth(site.auth.clone())
        .wrap_fn(move |request, inner| {
            let part = Rc::new(());
            note.replace(Rc::downgrade(&part));
            request.extensions_mut().insert(part);
            inner.call(request)
        });
    let mut norma = site.norma(serve(app).await).await;
    store.break_down();
    assert_eq!(norma.get("/option").await.status(), 503);
    assert!(request_of.borrow().upgrade().is_none());

    let mut answer = (norma.app)(norma.prepare(TestRequest::get().uri("/task")));
    assert!(poll_fn(|cx| Poll::Ready(answer.as_mut().poll(cx).is_pending())).await);
    // The task fails, and hands it over.
    tokio::task::yield_now().await;
    assert!(request_of.borrow().upgrade().is_some());
    drop(answer);
    tokio::task::yield_now().await;
    assert!(request_of.borrow().upgrade().is_none());
}
