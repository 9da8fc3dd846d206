//! What admit has to write reaches the browser, and costs nothing where nobody asks.

use std::time::Duration;

use http::StatusCode;
use http::header::CACHE_CONTROL;

use super::Row;
use crate::adapter::message::Message;
use crate::adapter::stage::SESSION;
use crate::adapter::visitor::{cookies, header, text};

pub(super) async fn a_session_in_use_is_written_anew_beside_the_handlers_own_cookies(row: &mut Row) {
    let stage = row.stage();
    let mut norma = stage.norma().await;
    let before = norma.jar.get(SESSION).map(str::to_owned);
    norma.tell(&mut row.told, Message::get("/cookies")).await;
    assert_eq!(norma.jar.get(SESSION), before.as_deref());

    stage.clock.advance(TWO_DAYS);
    row.told.line("(two days later)\n");
    norma.tell(&mut row.told, Message::get("/cookies")).await;
    assert_ne!(norma.jar.get(SESSION), before.as_deref());
    assert_eq!(norma.get("/me").await.status(), StatusCode::OK);
}

pub(super) async fn a_route_that_does_not_ask_gets_no_cookie_and_no_header(row: &mut Row) {
    let stage = row.stage();
    let mut norma = stage.norma().await;
    stage.clock.advance(TWO_DAYS);
    norma.tell(&mut row.told, Message::get("/")).await;
}

pub(super) async fn no_shared_cache_may_keep_a_session_whatever_the_handler_says(row: &mut Row) {
    let stage = row.stage();
    for (said, stays) in [
        ("public, max-age=3600", NO_STORE),
        ("max-age=3600", NO_STORE),
        ("no-cache", NO_STORE),
        ("Private, max-age=60", "Private, max-age=60"),
        ("no-store", "no-store"),
    ] {
        let mut norma = stage.norma().await.with("x-cache-control", said);
        let early = norma.get("/cached").await;
        assert_eq!((header(&early, CACHE_CONTROL).as_str(), cookies(&early)), (said, vec![]));
        stage.clock.advance(TWO_DAYS);
        let late = norma.get("/cached").await;
        assert_eq!((header(&late, CACHE_CONTROL).as_str(), cookies(&late)), (stays, vec![SESSION.to_owned()]));
    }
}

pub(super) async fn refreshed_tokens_reach_the_browser_also_when_the_handler_fails(row: &mut Row) {
    let stage = row.stage();
    let mut norma = stage.norma().await;
    let first = text(&norma.get("/token").await);
    stage.clock.advance(AN_HOUR);
    norma.tell(&mut row.told, Message::get("/failing")).await;
    assert_eq!((stage.azure.refreshes(), stage.azure.violations()), (1, vec![]));

    // The next process sees the new token in the cookie, and needs no refresh of its own.
    let next = row.stage();
    next.clock.advance(AN_HOUR);
    let mut norma = next.returning(&norma);
    let second = norma.get("/token").await;
    assert_eq!((second.status(), cookies(&second)), (StatusCode::OK, vec![]));
    assert_ne!(text(&second), first);
    assert_eq!(next.azure.refreshes(), 0);
}

pub(super) async fn refreshed_tokens_reach_the_browser_also_when_a_guard_refuses(row: &mut Row) {
    let stage = row.stage();
    let mut norma = stage.norma().await;
    stage.clock.advance(AN_HOUR);
    norma.tell(&mut row.told, Message::get("/vault")).await;
    assert_eq!((stage.azure.refreshes(), stage.calls()), (1, 0));
}

pub(super) async fn a_large_session_goes_in_chunks_and_a_smaller_one_leaves_none_behind(row: &mut Row) {
    // COK-005, COK-006
    let stage = row.stage();
    let mut norma = stage.stranger();
    stage.people.weigh(6_000);
    let callback = norma.consent("/api/auth", "norma", "/me").await;
    norma.tell(&mut row.told, Message::get(&callback)).await;
    assert_eq!(text(&norma.get("/me").await), "Norma Paulk");

    // Through the layer as well, beside what the handler sets.
    stage.clock.advance(TWO_DAYS);
    norma.tell(&mut row.told, Message::get("/cookies")).await;
    stage.people.weigh(0);
    norma.tell(&mut row.told, Message::get("/cookies")).await;
    assert_eq!(text(&norma.get("/me").await), "Norma Paulk");
    let left: Vec<_> = norma.jar.names().into_iter().filter(|name| name.starts_with(SESSION)).collect();
    assert_eq!(left, [SESSION]);
}

pub(super) async fn the_largest_session_makes_the_trip(row: &mut Row) {
    let stage = row.stage();
    stage.people.weigh(30_000);
    let mut norma = stage.norma().await;
    let chunks = norma.jar.names().into_iter().filter(|name| name.starts_with(SESSION)).count();
    assert!(chunks > 10, "{chunks}");
    stage.clock.advance(TWO_DAYS);
    let answer = norma.get("/cookies").await;
    assert_eq!(cookies(&answer).len(), 2 + chunks);
    assert_eq!(text(&norma.get("/me").await), "Norma Paulk");
}

pub(super) async fn a_session_may_come_in_several_cookie_lines_and_in_any_order(row: &mut Row) {
    // COK-013
    let stage = row.stage();
    stage.people.weigh(6_000);
    let norma = stage.norma().await;
    let chunks = [2, 0, 1].map(|index| {
        let name = format!("{SESSION}.{index}");
        format!("{name}={}", norma.jar.get(&name).expect("a chunk"))
    });
    let mut message = Message::get("/me").header("cookie", "theme=dark; lang=en");
    for chunk in &chunks {
        message = message.header("cookie", chunk).header("cookie", "between=x");
    }
    assert_eq!(text(&stage.stranger().send(message).await), "Norma Paulk");
    // One is missing, so it is none.
    let message = Message::get("/me").header("cookie", &chunks[0]).header("cookie", &chunks[1]);
    stage.stranger().tell(&mut row.told, message).await;
}

pub(super) async fn of_several_cookies_with_one_name_the_one_that_opens_counts(row: &mut Row) {
    let stage = row.stage();
    let norma = stage.norma().await;
    let good = format!("{SESSION}={}", norma.jar.get(SESSION).expect("a session"));
    let bad = format!("{SESSION}=eyJhbGciOiJub25lIn0.e30.");
    for lines in [vec![format!("{bad}; {good}")], vec![format!("{good}; {bad}")], vec![bad.clone(), good.clone()]] {
        let message = lines.iter().fold(Message::get("/me"), |message, line| message.header("cookie", line));
        assert_eq!(text(&stage.stranger().send(message).await), "Norma Paulk");
    }
    stage.stranger().tell(&mut row.told, Message::get("/maybe").header("cookie", bad)).await;
}

pub(super) async fn bytes_that_are_no_text_beside_a_session_do_no_harm(row: &mut Row) {
    let stage = row.stage();
    let norma = stage.norma().await;
    let good = format!("{SESSION}={}", norma.jar.get(SESSION).expect("a session")).into_bytes();
    let odd = b"odd=\xff\xfe\x80".as_slice();
    for line in [[odd, b"; ", &good].concat(), [&good, b"; ".as_slice(), odd].concat()] {
        let message =
            Message::get("/me").header("cookie", line).header("user-agent", b"\xa0caf\xe9").header("x-odd", odd);
        assert_eq!(text(&stage.stranger().send(message).await), "Norma Paulk");
    }
    let message = Message::get("/guarded").header("cookie", odd).header("accept", b"text/html, caf\xe9/*");
    assert_eq!(stage.stranger().send(message).await.status(), StatusCode::UNAUTHORIZED);
}

const AN_HOUR: Duration = Duration::from_secs(3600);
const TWO_DAYS: Duration = Duration::from_secs(2 * 86_400);
const NO_STORE: &str = "private, no-cache, no-store";
