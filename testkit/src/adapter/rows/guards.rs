//! Guards and extractors: who is let through, and what the others are told.

use std::time::Duration;

use http::StatusCode;

use super::Row;
use crate::adapter::message::Message;
use crate::adapter::visitor::{location, text};
use crate::azure_devops::{Fault, Stage as At};

pub(super) async fn a_stranger_with_a_browser_goes_to_sign_in_and_a_program_gets_401(row: &mut Row) {
    let stage = row.stage();
    for path in ["/guarded?page=2", "/me?page=2", "/admin", "/token"] {
        stage.stranger().browsing().tell(&mut row.told, Message::get(path)).await;
        stage.stranger().tell(&mut row.told, Message::get(path)).await;
    }
    // A script's fetch says that it wants no page, even if it takes one.
    let mut script = stage.stranger().with("accept", "text/html").with("sec-fetch-mode", "cors");
    assert_eq!(script.get("/guarded").await.status(), StatusCode::UNAUTHORIZED);
    // A page is asked for by GET; anything else cannot be come back to.
    for method in ["HEAD", "POST", "OPTIONS", "PUT", "DELETE"] {
        let message = Message::new(method.parse().expect("a method"), "/guarded").header("content-length", "0");
        let answer = stage.stranger().browsing().send(message).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{method}");
    }
    assert_eq!(stage.calls(), 0);
}

pub(super) async fn whoever_is_signed_in_is_let_through_by_every_method(row: &mut Row) {
    let stage = row.stage();
    let mut norma = stage.norma().await;
    for (called, method) in ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"].into_iter().enumerate() {
        let message = Message::new(method.parse().expect("a method"), "/guarded").header("content-length", "0");
        let answer = norma.send(message).await;
        let body = if method == "HEAD" { "" } else { "let through" };
        assert_eq!((answer.status(), text(&answer).as_str()), (StatusCode::OK, body), "{method}");
        assert_eq!(stage.calls(), called + 1, "{method}");
    }
}

pub(super) async fn an_optional_session_is_none_for_a_stranger_and_some_for_norma(row: &mut Row) {
    let stage = row.stage();
    assert_eq!(text(&stage.stranger().get("/maybe").await), "nobody");
    let mut norma = stage.norma().await;
    assert_eq!(text(&norma.get("/maybe").await), "somebody");
    assert_eq!(text(&norma.get("/me").await), "Norma Paulk");
}

pub(super) async fn a_session_as_json_is_what_the_endpoint_answers(row: &mut Row) {
    let stage = row.stage();
    let mut norma = stage.norma().await;
    let shown = norma.tell(&mut row.told, Message::get("/session")).await;
    assert_eq!(text(&shown), text(&norma.get("/api/auth/session").await));
}

pub(super) async fn every_role_that_is_asked_for_is_needed(row: &mut Row) {
    let stage = row.stage();
    assert_eq!(text(&stage.norma().await.get("/admin").await), "let through");
    assert_eq!(stage.calls(), 1);
    // Bo is an administrator, and no auditor.
    let mut bo = stage.stranger();
    bo.sign_in("/api/auth", "bo").await;
    bo.tell(&mut row.told, Message::get("/admin")).await;
    bo.browsing().tell(&mut row.told, Message::get("/admin")).await;
    assert_eq!(stage.calls(), 1);
}

pub(super) async fn a_page_of_a_guard_speaks_the_browsers_language(row: &mut Row) {
    // UIX-005
    let stage = row.stage();
    let mut bo = stage.stranger();
    bo.sign_in("/api/auth", "bo").await;
    for (wanted, lang, heading) in [
        ("de-AT,de;q=0.9,en;q=0.8", r#"<html lang="de">"#, "<h1>Sie können diese Seite nicht öffnen</h1>"),
        ("ar", r#"<html lang="ar" dir="rtl">"#, "<h1>لا يمكنك فتح هذه الصفحة</h1>"),
        ("tlh", r#"<html lang="en">"#, "<h1>You cannot open this page</h1>"),
    ] {
        let page = bo.clone().browsing().with("accept-language", wanted).get("/admin").await;
        assert_eq!(page.status(), StatusCode::FORBIDDEN);
        assert_eq!(page.headers()["vary"], "accept-language");
        assert!(text(&page).contains(lang) && text(&page).contains(heading), "{wanted}: {}", text(&page));
    }
}

pub(super) async fn the_token_is_fresh_before_the_handler_is_called(row: &mut Row) {
    let stage = row.stage();
    let mut norma = stage.norma().await;
    let first = text(&norma.get("/token").await);
    assert_eq!((stage.azure.refreshes(), first.split('.').count()), (0, 3));
    stage.clock.advance(AN_HOUR);
    let second = text(&norma.get("/token").await);
    assert_ne!(second, first);
    assert_eq!(text(&norma.get("/token").await), second);
    assert_eq!(stage.azure.refreshes(), 1);
    assert_eq!(stage.azure.violations(), [""; 0]);
}

pub(super) async fn when_the_grant_is_dead_signing_in_again_mends_it(row: &mut Row) {
    let stage = row.stage();
    let mut norma = stage.norma().await;
    stage.azure.revoke_grants("norma");
    stage.clock.advance(AN_HOUR);
    norma.tell(&mut row.told, Message::get("/token")).await;
    let mut norma = norma.browsing();
    norma.tell(&mut row.told, Message::get("/token?page=2")).await;
    assert_eq!(stage.calls(), 0);
    // The session is alive, and where the browser is sent is a page with a button: nothing goes round by itself.
    assert_eq!(text(&norma.get("/me").await), "Norma Paulk");
    assert_eq!(norma.get("/api/auth/signin?callbackUrl=%2Ftoken").await.status(), StatusCode::OK);
    norma.sign_in("/api/auth", "norma").await;
    assert_eq!(norma.get("/token").await.status(), StatusCode::OK);
}

pub(super) async fn when_a_restart_lost_the_tokens_signing_in_again_mends_it(row: &mut Row) {
    let stage = row.with_stored_tokens();
    let mut norma = stage.norma().await;
    assert_eq!(norma.get("/token").await.status(), StatusCode::OK);

    let restarted = row.with_stored_tokens();
    let mut norma = restarted.returning(&norma);
    norma.tell(&mut row.told, Message::get("/token")).await;
    let mut norma = norma.browsing();
    norma.tell(&mut row.told, Message::get("/token?page=2")).await;
    assert_eq!(restarted.calls(), 0);
    norma.sign_in("/api/auth", "norma").await;
    assert_eq!(norma.get("/token").await.status(), StatusCode::OK);
}

pub(super) async fn while_the_provider_is_down_the_handler_is_called_and_sees_it(row: &mut Row) {
    let stage = row.stage();
    let mut norma = stage.norma().await;
    stage.azure.fail_always(At::Token, Fault::Status(StatusCode::SERVICE_UNAVAILABLE));
    stage.clock.advance(AN_HOUR);
    norma.tell(&mut row.told, Message::get("/token")).await;
    norma.browsing().tell(&mut row.told, Message::get("/token")).await;
    assert_eq!(stage.calls(), 2);
}

pub(super) async fn a_provider_that_is_not_configured_is_the_sites_mistake(row: &mut Row) {
    let stage = row.stage();
    stage.norma().await.tell(&mut row.told, Message::get("/misconfigured")).await;
    assert_eq!(stage.calls(), 0);
}

pub(super) async fn a_store_that_fails_is_an_error_and_never_nobody(row: &mut Row) {
    let stage = row.stored();
    let mut norma = stage.norma().await;
    assert_eq!(text(&norma.get("/maybe").await), "somebody");
    stage.sessions.break_down();
    let mut browser = norma.clone().browsing();
    for path in ["/maybe", "/me", "/guarded", "/admin", "/token", "/api/auth/session"] {
        let answer = norma.tell(&mut row.told, Message::get(path)).await;
        let page = browser.tell(&mut row.told, Message::get(path)).await;
        // The cause is for the log.
        assert!(!text(&answer).contains("cable") && !text(&page).contains("cable"), "{path}");
    }
    assert_eq!(stage.calls(), 1);
    // Who has no cookie needs no store to be nobody.
    assert_eq!(text(&stage.stranger().get("/maybe").await), "nobody");
    // Nobody was signed out by it.
    stage.sessions.mend();
    assert_eq!(text(&norma.get("/maybe").await), "somebody");
}

pub(super) async fn one_request_opens_its_session_once_however_often_it_is_asked(row: &mut Row) {
    let stage = row.stage();
    let mut norma = stage.norma().await;
    for (path, times) in [("/", 0), ("/me", 1), ("/admin", 1), ("/token", 1), ("/vault", 1)] {
        let before = stage.people.opened();
        norma.get(path).await;
        assert_eq!(stage.people.opened() - before, times, "{path}");
    }
}

// HST-009
pub(super) async fn no_header_opens_a_guarded_route(row: &mut Row) {
    let stage = row.stage();
    for (name, value) in [
        ("x-forwarded-uri", "/"),
        ("x-original-url", "/"),
        ("x-rewrite-url", "/"),
        ("x-original-uri", "/api/auth/session"),
        ("x-forwarded-prefix", "/public"),
        ("x-middleware-subrequest", "middleware:middleware:middleware:middleware:middleware"),
        ("x_forwarded_user", "norma"),
        ("x-forwarded-user", "norma"),
        ("x-http-method-override", "OPTIONS"),
        ("authorization", "Bearer norma"),
        ("cookie", "__Secure-authjs.session-token=eyJhbGciOiJub25lIn0.e30."),
    ] {
        let mut program = stage.stranger().with(name, value);
        assert_eq!(program.get("/guarded").await.status(), StatusCode::UNAUTHORIZED, "{name}");
        let page = program.browsing().get("/guarded").await;
        // A session that does not count is told to have ended.
        let why = if name == "cookie" { "&why=ended" } else { "" };
        let there = format!("https://app.example/api/auth/signin?callbackUrl=%2Fguarded{why}");
        assert_eq!(location(&page), there, "{name}");
    }
    assert_eq!(stage.calls(), 0);
}

const AN_HOUR: Duration = Duration::from_secs(3600);
