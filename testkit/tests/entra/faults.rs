//! What can go wrong on the way, and where the back channel ends.

use std::sync::Arc;
use std::time::Duration;

use admit::HttpClient;
use admit::http::HttpError;
use admit_testkit::entra::{Fault, Stage};
use bytes::Bytes;
use http::{Request, StatusCode};

use super::app::{App, GRAPH, LOGIN, USUAL, code_fields, token_request};

fn discovery() -> http::Request<Bytes> {
    Request::get(format!("{LOGIN}/common/v2.0/.well-known/openid-configuration")).body(Bytes::new()).unwrap()
}

#[tokio::test]
async fn documents_come_in_every_wrong_way() {
    let app = App::new();
    for (fault, status, media_type) in [
        (Fault::Status(StatusCode::BAD_GATEWAY), 502, "text/html; charset=utf-8"),
        (Fault::HugeBody(2_000_000), 200, "application/json; charset=utf-8"),
        (
            Fault::Answer { status: StatusCode::OK, media_type: "text/plain".to_owned(), body: "{}".into() },
            200,
            "text/plain",
        ),
    ] {
        app.entra.fail_once(Stage::Discovery, fault);
        let answer = app.entra.send(discovery()).await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), answer.headers()["content-type"].to_str().unwrap()),
            (status, media_type)
        );
    }
    app.entra.fail_once(Stage::Discovery, Fault::RedirectTo("https://evil.example/".to_owned()));
    assert_eq!(app.entra.send(discovery()).await.unwrap().headers()["location"], "https://evil.example/");
    app.entra.fail_always(Stage::Discovery, Fault::TooManyRequests { retry_after: "soon".to_owned() });
    for _ in 0..2 {
        assert_eq!(app.entra.send(discovery()).await.unwrap().headers()["retry-after"], "soon");
    }
    app.entra.clear_faults();
    assert_eq!(app.entra.send(discovery()).await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_lost_answer_has_done_its_work_and_a_dropped_connection_has_not() {
    let app = App::new();
    let code = app.code("norma", "common", USUAL).await;
    app.entra.fail_once(Stage::Token, Fault::DroppedConnection);
    app.entra.fail_once(Stage::Token, Fault::LostAnswer);
    for _ in 0..2 {
        let answer = app.entra.send(token_request("common", &code_fields(&code))).await;
        assert!(matches!(answer, Err(HttpError::Connection(_))));
    }
    assert_eq!(app.exchange("common", &code).await.error().2, 54_005);
}

#[tokio::test]
async fn parts_of_an_answer_can_be_left_out() {
    let app = App::new();
    app.entra.fail_once(Stage::Token, Fault::NoIdToken);
    app.entra.fail_once(Stage::Token, Fault::NoRefreshToken);
    let first = app.sign_in("norma", "common", USUAL).await.json;
    assert!(first.get("id_token").is_none() && first.get("refresh_token").is_some());
    let second = app.sign_in("norma", "common", USUAL).await.json;
    assert!(second.get("id_token").is_some() && second.get("refresh_token").is_none());
}

#[tokio::test]
async fn a_slow_answer_takes_the_clock_s_time_and_held_requests_wait() {
    let app = Arc::new(App::new());
    app.entra.fail_once(Stage::Discovery, Fault::Slow(Duration::from_secs(30)));
    let before = admit::Clock::now(&app.clock);
    let slow = tokio::spawn({
        let app = Arc::clone(&app);
        async move { app.entra.send(discovery()).await.unwrap().status() }
    });
    while !slow.is_finished() {
        app.clock.advance(Duration::from_secs(1));
        tokio::task::yield_now().await;
    }
    assert!(admit::Clock::now(&app.clock).since(before) >= Duration::from_secs(30));
    assert_eq!(slow.await.unwrap(), 200);

    let held = app.entra.hold(Stage::Discovery);
    let waiting = tokio::spawn({
        let app = Arc::clone(&app);
        async move { app.entra.send(discovery()).await.unwrap().status() }
    });
    held.until_waiting(1).await;
    assert!(!waiting.is_finished());
    held.release();
    assert_eq!(waiting.await.unwrap(), 200);
}

#[tokio::test]
async fn the_back_channel_ends_at_its_hosts_and_before_the_browser_s_pages() {
    let app = App::new();
    for uri in [
        "https://evil.example/common/discovery/v2.0/keys",
        "http://login.microsoftonline.com/common/discovery/v2.0/keys",
        "https://login.microsoftonline.com/v1.0/me",
        "https://graph.microsoft.com/common/discovery/v2.0/keys",
        "https://login.microsoftonline.com/common/oauth2/v2.0/authorize?a=b",
        "https://login.microsoftonline.com/common/oauth2/v2.0/logout",
        "https://login.microsoftonline.com/_pretend/account",
        "/common/discovery/v2.0/keys",
    ] {
        let answer = app.entra.send(Request::get(uri).body(Bytes::new()).unwrap()).await;
        assert!(matches!(answer, Err(HttpError::Refused(_))), "{uri}");
    }
    assert_eq!((app.entra.violations().len(), app.entra.count(Stage::Keys)), (8, 0));
    app.entra.reset_log();
    assert_eq!(app.get(&format!("{GRAPH}/v1.0/me"), Some("x")).await.status, 401);
    assert_eq!((app.entra.violations().len(), app.entra.requests(Stage::Graph).len()), (0, 1));
}
