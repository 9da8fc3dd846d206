//! Several sites in one application, one of them in a scope, and many requests at the same time.

use std::time::Duration;

use http::StatusCode;
use tokio::task::JoinSet;

use super::Row;
use crate::adapter::message::Message;
use crate::adapter::stage::{SESSION, Stage};
use crate::adapter::transcript::assert_alike;
use crate::adapter::visitor::{cookies, location, text};
use crate::adapter::wire::Connection;

pub(super) async fn below_a_prefix_people_sign_in_and_come_back_to_the_whole_path(row: &mut Row) {
    let stage = row.stage();
    let mut norma = stage.stranger().browsing();
    norma.tell(&mut row.told, Message::get("/shop/me?page=2")).await;
    norma.tell(&mut row.told, Message::get("/shop/auth/providers")).await;
    norma.tell(&mut row.told, Message::get("/shop/auth")).await;
    let callback = norma.consent("/shop/auth", "norma", "/shop/me").await;
    norma.tell(&mut row.told, Message::get(&callback)).await;
    assert_eq!(text(&norma.get("/shop/me").await), "Norma Paulk");
    let csrf = norma.csrf("/shop/auth").await;
    norma.post("/shop/auth/signout", &[("csrfToken", &csrf)]).await;
    assert_eq!(norma.get("/shop/me").await.status(), StatusCode::SEE_OTHER);
}

pub(super) async fn every_mount_answers_what_lies_below_it_and_nothing_else(row: &mut Row) {
    let (served, direct) = (row.stage(), Stage::direct());
    let engines = [("/shop/auth", &direct.application.shop), ("/staff/auth", &direct.application.staff)];
    for (base, engine) in engines {
        for rest in
            ["", "/", "/session", "/session/", "/session//", "//session", "/%73ession", "/a/b/c/", "?a=b", "/csrf?a"]
        {
            let path = format!("{base}{rest}");
            let answer = served.stranger().get(&path).await;
            let expected = direct.at_the_engine(engine).get(&path).await;
            assert_alike(&answer, &expected, &path);
        }
        for path in [format!("{base}entic"), format!("/x{base}/session"), format!("{base}.json")] {
            let answer = served.stranger().get(&path).await;
            assert_eq!(text(&answer), r#"{"error":"unauthenticated"}"#, "{path}");
        }
    }
}

pub(super) async fn several_sites_in_one_application_keep_to_themselves(row: &mut Row) {
    let stage = row.stage();
    let sites = [("/api/auth", "/me"), ("/shop/auth", "/shop/me"), ("/staff/auth", "/staff/me")];
    for (base, own) in sites {
        let mut browser = stage.stranger().browsing();
        row.told.line(&format!("{own}\n    {}", location(&browser.get(own).await)));
        browser.sign_in(base, "norma").await;
        for (_, path) in sites {
            let answer = browser.clone().get(path).await;
            assert_eq!(answer.status() == StatusCode::OK, path == own, "{path}, signed in at {base}");
        }
    }
    // Of two on one origin each has its own session, and ends only that.
    let mut norma = stage.norma().await;
    norma.sign_in("/shop/auth", "bo").await;
    assert_eq!(text(&norma.get("/me").await), "Norma Paulk");
    let bo = text(&norma.get("/shop/me").await);
    assert_ne!(bo, "Norma Paulk");
    let csrf = norma.csrf("/api/auth").await;
    norma.post("/api/auth/signout", &[("csrfToken", &csrf)]).await;
    assert_eq!(norma.get("/me").await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(text(&norma.get("/shop/me").await), bo);
    assert_eq!(stage.azure.violations(), [""; 0]);
}

pub(super) async fn fifty_requests_at_once_refresh_once_and_each_gets_the_new_token(row: &mut Row) {
    let stage = row.stage();
    let norma = stage.norma().await;
    stage.clock.advance(AN_HOUR);
    // All have asked before the provider answers anybody.
    stage.gate.close();
    let mut requests = JoinSet::new();
    for _ in 0..50 {
        let message = norma.dress(Message::get("/token"));
        let mut connection = Connection::open(stage.address()).await;
        connection.send(message.bytes()).await;
        requests.spawn(async move { connection.answer(&message.method).await.expect("an answer") });
    }
    stage.gate.until_waiting(1).await;
    stage.gate.open();
    let mut tokens = Vec::new();
    for answer in requests.join_all().await {
        assert_eq!((answer.status(), cookies(&answer)), (StatusCode::OK, vec![SESSION.to_owned()]));
        tokens.push(text(&answer));
    }
    tokens.dedup();
    assert_eq!((tokens.len(), stage.azure.refreshes(), stage.calls()), (1, 1, 50));
}

const AN_HOUR: Duration = Duration::from_secs(3600);
