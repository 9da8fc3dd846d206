//! Faults on demand.

use std::time::Duration;

use crate::app::{Answer, App, SECRET, authorization_url, refresh_fields, token_request};
use admit::HttpClient;
use admit::http::{BODY_LIMIT, HttpError};
use admit_testkit::azure_devops::{BASE_URL, Fault, NoCallback, Stage};
use bytes::Bytes;
use http::StatusCode;

fn me() -> String {
    format!("{BASE_URL}/_apis/profile/profiles/me")
}

async fn signed_in() -> (App, String, String) {
    let app = App::new();
    let code = app.code("norma", "vso.profile").await;
    let tokens = app.exchange(&code).await;
    (app, tokens.text("access_token"), tokens.text("refresh_token"))
}

#[tokio::test]
async fn a_fault_for_once_is_over_after_one_request_and_one_for_always_when_cleared() {
    let (app, token, _) = signed_in().await;
    app.azure.fail_once(Stage::Profile, Fault::Status(StatusCode::BAD_GATEWAY));
    assert_eq!(app.call(&me(), &token).await.status, 502);
    assert_eq!(app.call(&me(), &token).await.status, 200);

    app.azure.fail_always(Stage::Profile, Fault::Status(StatusCode::SERVICE_UNAVAILABLE));
    app.azure.fail_once(Stage::Profile, Fault::HtmlWith203);
    let statuses = [app.call(&me(), &token).await, app.call(&me(), &token).await, app.call(&me(), &token).await];
    assert_eq!(statuses.map(|answer| answer.status), [203, 503, 503]);
    app.azure.clear_faults();
    assert_eq!(app.call(&me(), &token).await.status, 200);
}

#[tokio::test]
async fn a_fault_stays_at_its_stage() {
    let (app, token, refresh) = signed_in().await;
    app.azure.fail_always(Stage::Token, Fault::Status(StatusCode::INTERNAL_SERVER_ERROR));
    assert_eq!(app.call(&me(), &token).await.status, 200);
    assert_eq!(app.refresh(&refresh).await.status, 500);
}

#[tokio::test]
async fn answers_in_place_of_the_right_one_have_their_shapes() {
    // azure.md T11, T14, T17, T24, T25
    let (app, token, _) = signed_in().await;
    let after = async |fault| {
        app.azure.fail_once(Stage::Profile, fault);
        app.call(&me(), &token).await
    };

    let limited = after(Fault::TooManyRequests { retry_after: "30".to_owned() }).await;
    assert_eq!((limited.status, limited.response.headers()["retry-after"].to_str().unwrap()), (429, "30"));
    assert!(limited.text("message").starts_with("TF400733"));

    let html = after(Fault::HtmlWith200).await;
    assert_eq!((html.status, html.is_html()), (200, true));
    let html = after(Fault::HtmlWith203).await;
    assert_eq!((html.status, html.is_html()), (203, true));

    let error = after(Fault::ErrorWith200).await;
    assert_eq!((error.status, error.text("Error").as_str()), (200, "invalid_grant"));

    let away = after(Fault::RedirectTo("https://evil.example/_signin".to_owned())).await;
    assert_eq!(
        (away.status, away.response.headers()["location"].to_str().unwrap()),
        (302, "https://evil.example/_signin")
    );

    let body = Bytes::from_static(b"\xef\xbb\xbf{\"error\":\"invalid_grant\"}");
    let status = StatusCode::BAD_REQUEST;
    let exact = after(Fault::Answer { status, media_type: "text/plain".to_owned(), body: body.clone() }).await;
    assert_eq!((exact.status, exact.response.headers()["content-type"].to_str().unwrap()), (400, "text/plain"));
    assert_eq!(exact.response.body(), &body);

    let huge = after(Fault::HugeBody(2 * BODY_LIMIT)).await;
    assert!(huge.response.body().len() > 2 * BODY_LIMIT);
}

#[tokio::test]
async fn a_slow_answer_comes_when_its_time_has_come() {
    let (app, token, _) = signed_in().await;
    app.azure.fail_once(Stage::Profile, Fault::Slow(Duration::from_secs(8)));
    let (azure, request) = (app.azure.clone(), crate::app::bearer(&me(), &token));
    let answer = tokio::spawn(async move { azure.send(request).await });
    app.clock.until_sleepers(1).await;
    app.clock.advance(Duration::from_secs(7));
    tokio::task::yield_now().await;
    assert!(!answer.is_finished());
    app.clock.advance(Duration::from_secs(1));
    assert_eq!(answer.await.unwrap().unwrap().status(), 200);
}

#[tokio::test]
async fn a_lost_answer_has_rotated_and_a_dropped_connection_has_not() {
    // azure.md T32
    let (app, _, refresh) = signed_in().await;
    let send = || app.azure.send(token_request(&refresh_fields(SECRET, &refresh)));

    app.azure.fail_once(Stage::Token, Fault::DroppedConnection);
    assert!(matches!(send().await, Err(HttpError::Connection(_))));

    app.azure.fail_once(Stage::Token, Fault::LostAnswer);
    assert!(matches!(send().await, Err(HttpError::Connection(_))));

    let dead = Answer::from(send().await);
    assert_eq!(dead.text("ErrorDescription"), "The access token is not valid");
    assert_eq!(app.azure.refreshes(), 3);
}

#[tokio::test]
async fn a_refresh_may_come_back_without_a_refresh_token() {
    // azure.md T27
    let (app, _, refresh) = signed_in().await;
    app.azure.fail_once(Stage::Token, Fault::NoRefreshToken);
    let tokens = app.refresh(&refresh).await;
    assert_eq!((tokens.status, tokens.json.get("refresh_token")), (200, None));
    assert_eq!(app.call(&me(), &tokens.text("access_token")).await.status, 200);
}

#[tokio::test]
async fn the_browser_meets_faults_too() {
    let app = App::new();
    app.azure.fail_once(Stage::Authorize, Fault::Status(StatusCode::SERVICE_UNAVAILABLE));
    let stopped = app.azure.authorize(&authorization_url(&[])).await;
    assert!(matches!(stopped, Err(NoCallback::Page { status: StatusCode::SERVICE_UNAVAILABLE, .. })), "{stopped:?}");
    app.azure.fail_once(Stage::Authorize, Fault::DroppedConnection);
    assert!(matches!(app.azure.authorize(&authorization_url(&[])).await, Err(NoCallback::Dropped(_))));
}

async fn switch(app: &App, media_type: &str, body: &'static str) -> u16 {
    let request = http::Request::post("/_pretend/fault").header("Content-Type", media_type).body(Bytes::from(body));
    app.azure.handle(request.unwrap()).await.unwrap().status().as_u16()
}

#[tokio::test]
async fn faults_are_set_and_cleared_over_the_control_endpoint() {
    let (app, token, _) = signed_in().await;
    let json = "application/json";
    let set = switch(&app, json, r#"{"stage":"profile","fault":"status","status":503,"always":true}"#).await;
    assert_eq!(set, 204);
    assert_eq!(app.call(&me(), &token).await.status, 503);
    assert_eq!(app.call(&me(), &token).await.status, 503);
    let clear = http::Request::delete("/_pretend/fault").body(Bytes::new()).unwrap();
    assert_eq!(app.azure.handle(clear).await.unwrap().status(), 204);
    assert_eq!(app.call(&me(), &token).await.status, 200);

    for body in [
        r#"{"stage":"token","fault":"slow","seconds":3}"#,
        r#"{"stage":"token","fault":"too-many-requests","retry_after":"soon"}"#,
        r#"{"stage":"token","fault":"answer","status":400,"media_type":"text/plain","body":""}"#,
        r#"{"stage":"token","fault":"html-with-203"}"#,
        r#"{"stage":"token","fault":"html-with-200"}"#,
        r#"{"stage":"token","fault":"error-with-200"}"#,
        r#"{"stage":"token","fault":"lost-answer"}"#,
        r#"{"stage":"token","fault":"no-refresh-token"}"#,
        r#"{"stage":"token","fault":"dropped-connection"}"#,
        r#"{"stage":"authorize","fault":"redirect-to","url":"https://evil.example/"}"#,
        r#"{"stage":"rest","fault":"huge-body","bytes":9}"#,
        r#"{"stage":"rest","fault":"organization-denied","organization":"fabrikam"}"#,
    ] {
        assert_eq!(switch(&app, json, body).await, 204, "{body}");
    }
}

#[tokio::test]
async fn the_control_endpoint_refuses_nonsense_and_what_a_form_could_send() {
    let (app, token, _) = signed_in().await;
    let good = r#"{"stage":"profile","fault":"html-with-200"}"#;
    for media_type in ["text/plain", "application/x-www-form-urlencoded"] {
        assert_eq!(switch(&app, media_type, good).await, 415);
    }
    for body in [
        "",
        "[]",
        r#"{"stage":"moon","fault":"slow"}"#,
        r#"{"stage":"token","fault":"slow"}"#,
        r#"{"stage":"token","fault":"status","status":7}"#,
        r#"{"stage":"token","fault":"fire"}"#,
    ] {
        assert_eq!(switch(&app, "application/json", body).await, 400, "{body}");
    }
    assert_eq!(app.call(&me(), &token).await.json["displayName"], "Norma Paulk");
}

#[tokio::test]
async fn the_log_is_told_without_secrets() {
    let (app, token, refresh) = signed_in().await;
    app.call(&me(), &token).await;
    let request = http::Request::get("/_pretend/log").body(Bytes::new()).unwrap();
    let log = String::from_utf8(app.azure.handle(request).await.unwrap().body().to_vec()).unwrap();
    assert!(log.contains("/oauth2/token") && log.contains("client_assertion_type"));
    assert!(!log.contains(SECRET) && !log.contains(&token) && !log.contains(&refresh) && !log.contains("the-state"));
}
