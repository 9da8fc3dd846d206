//! Connections: many requests on one, old clients, and clients that go away.

use admit::Auth;
use http::{Method, StatusCode, Version};

use super::Row;
use crate::adapter::message::Message;
use crate::adapter::visitor::{cookies, location, text};
use crate::adapter::wire::Connection;

pub(super) async fn one_connection_carries_many_requests(row: &mut Row) {
    let stage = row.stage();
    let norma = stage.norma().await;
    let mut connection = stage.connect().await;
    for _ in 0..3 {
        for (message, status, body) in conversation() {
            let message = norma.dress(message);
            connection.send(message.bytes()).await;
            let answer = connection.answer(&message.method).await.expect("an answer");
            assert_eq!((answer.status().as_u16(), text(&answer).as_str()), (status, body), "{}", message.target);
        }
    }
}

pub(super) async fn requests_that_are_sent_at_once_are_answered_in_their_order(row: &mut Row) {
    let stage = row.stage();
    let norma = stage.norma().await;
    let mut connection = stage.connect().await;
    // Without HEAD: how its answer is framed among others is the server's, and not every server gets it right.
    let requests = || conversation().into_iter().filter(|(message, ..)| message.method != Method::HEAD);
    let all: Vec<u8> = requests().flat_map(|(message, ..)| norma.dress(message).bytes()).collect();
    connection.send(all).await;
    for (message, status, body) in requests() {
        let answer = connection.answer(&message.method).await.expect("an answer");
        assert_eq!((answer.status().as_u16(), text(&answer).as_str()), (status, body), "{}", message.target);
    }
}

pub(super) async fn what_follows_a_body_nobody_read_is_never_taken_for_a_request(row: &mut Row) {
    let stage = row.stage();
    let smuggled = Message::get("/api/auth/csrf").bytes();
    // One is too large to be read, the other is refused by a guard before anybody reads it.
    for (path, read, status) in [
        ("/api/auth/signout", Auth::BODY_LIMIT + 1, StatusCode::PAYLOAD_TOO_LARGE),
        ("/guarded", 16, StatusCode::UNAUTHORIZED),
        ("/no-such-page", 16, StatusCode::UNAUTHORIZED),
    ] {
        let length = read + 4 * smuggled.len();
        let head = Message::new(Method::POST, path).header("content-length", length.to_string()).head();
        let mut connection = stage.connect().await;
        connection.send(head).await;
        connection.send(vec![b'a'; read]).await;
        let answer = connection.answer(&Method::POST).await.expect("an answer");
        assert_eq!(answer.status(), status, "{path}");
        connection.send(smuggled.repeat(4)).await;
        connection.send(Message::get("/").bytes()).await;
        // The server may close, or read over it; then the next answer is the one to the next request.
        if let Some(answer) = connection.answer(&Method::GET).await {
            assert_eq!(text(&answer), "for everybody", "{path}");
        }
    }
}

pub(super) async fn a_client_of_http_1_0_is_answered_and_the_connection_ends(row: &mut Row) {
    let stage = row.stage();
    for (request, status, body) in [
        ("GET /api/auth/session HTTP/1.0\r\n\r\n", 200, "null"),
        ("GET /me HTTP/1.0\r\n\r\n", 401, r#"{"error":"unauthenticated"}"#),
        ("GET / HTTP/1.0\r\nHost: app.example\r\n\r\n", 200, "for everybody"),
        ("POST /api/auth/session HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}", 400, "null"),
    ] {
        let mut connection = stage.connect().await;
        connection.send(request).await;
        let answer = connection.answer(&Method::GET).await.expect("an answer");
        assert_eq!((answer.status().as_u16(), text(&answer).as_str()), (status, body), "{request}");
        // It would not know what to do with chunks (RFC 9112 §7.1).
        assert!(!answer.headers().contains_key("transfer-encoding"), "{request}");
        assert!(answer.version() <= Version::HTTP_11 && connection.is_over().await, "{request}");
    }
}

pub(super) async fn a_server_that_clients_hang_up_on_is_well(row: &mut Row) {
    let stage = row.stage();
    let norma = stage.norma().await;
    let calls = stage.calls();
    let message = norma.dress(Message::post("/api/auth/signin/azure-devops", vec![b'a'; 4000]).form());
    let (head, whole) = (message.head(), message.bytes());
    for sent in [&[][..], b"GET", &head[..20], &head[..head.len() - 2], &head, &whole[..whole.len() - 1]] {
        for how in [Connection::reset, drop::<Connection>] {
            let mut connection = stage.connect().await;
            connection.send(sent).await;
            how(connection);
        }
        let mut connection = stage.connect().await;
        connection.send(sent).await;
        connection.half_close().await;
        if let Some(answer) = connection.answer(&Method::POST).await {
            assert!(answer.status().is_client_error() && cookies(&answer).is_empty(), "{}", answer.status());
        }
    }
    // Some ask, and do not wait for the answer.
    for _ in 0..20 {
        let mut connection = stage.connect().await;
        connection.send(norma.dress(Message::get("/api/auth/session")).bytes()).await;
        connection.reset();
    }
    assert_eq!(stage.calls(), calls);
    assert_eq!(text(&norma.clone().get("/me").await), "Norma Paulk");
}

pub(super) async fn an_odd_request_is_answered_somehow_and_the_next_one_is_served(row: &mut Row) {
    let stage = row.stage();
    let many = "x-header: value\r\n".repeat(90);
    for request in [
        "OPTIONS * HTTP/1.1\r\nhost: app.example\r\n\r\n".to_owned(),
        "CONNECT evil.example:443 HTTP/1.1\r\nhost: evil.example:443\r\n\r\n".to_owned(),
        "GET evil.example/guarded HTTP/1.1\r\nhost: app.example\r\n\r\n".to_owned(),
        "GET /guarded HTTP/1.1\r\n\r\n".to_owned(),
        "GET /guarded HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n".to_owned(),
        "GET /guarded HTTP/9.9\r\nhost: app.example\r\n\r\n".to_owned(),
        "GET /gua rded HTTP/1.1\r\nhost: app.example\r\n\r\n".to_owned(),
        "GET /guarded HTTP/1.1\r\nhost: app.example\r\nno colon\r\n\r\n".to_owned(),
        format!("GET /guarded/{} HTTP/1.1\r\nhost: app.example\r\n\r\n", "long/".repeat(6_000)),
        format!("GET /guarded?{} HTTP/1.1\r\nhost: app.example\r\n\r\n", "q=%2F&".repeat(5_000)),
        format!("GET /guarded HTTP/1.1\r\nhost: app.example\r\n{many}\r\n"),
        format!("GET /guarded HTTP/1.1\r\nhost: app.example\r\ncookie: {}\r\n\r\n", "a=b; ".repeat(8_000)),
        "POST /api/auth/signout HTTP/1.1\r\nhost: app.example\r\ncontent-length: 2\r\n\
         transfer-encoding: chunked\r\n\r\n0\r\n\r\n"
            .to_owned(),
        "POST /api/auth/signout HTTP/1.1\r\nhost: app.example\r\ntransfer-encoding: chunked\r\n\r\nno size\r\n"
            .to_owned(),
    ] {
        let mut connection = stage.connect().await;
        connection.send(&request).await;
        connection.half_close().await;
        if let Some(answer) = connection.answer(&Method::GET).await {
            assert!(answer.status().as_u16() < 500, "{}: {:.60}", answer.status(), request);
            assert!(!location(&answer).contains("//evil"), "{}: {:.60}", location(&answer), request);
        }
        assert_eq!(text(&stage.stranger().get("/").await), "for everybody", "{request:.60}");
    }
    assert_eq!(stage.calls(), 0);
}

pub(super) async fn a_browser_that_hangs_up_during_its_callback_loses_no_code(row: &mut Row) {
    let stage = row.stored();
    let mut norma = stage.stranger();
    let callback = norma.consent("/api/auth", "norma", "/me").await;
    let message = norma.dress(Message::get(&callback));

    stage.gate.close();
    let mut connection = stage.connect().await;
    connection.send(message.bytes()).await;
    stage.gate.until_waiting(1).await;
    connection.reset();
    // Once this is answered, the server has seen that the other is gone; and it serves on meanwhile.
    assert_eq!(text(&stage.stranger().get("/").await), "for everybody");
    stage.gate.open();

    // The exchange that had begun runs to its end. A code can be exchanged once, so stopping would have lost it.
    stage.people.until_signed_in(1).await;
    assert_eq!(stage.azure.code_exchanges(), 1);
    // Her browser asks once more: the code is spent, and it is told so, not sent in circles.
    let again = norma.tell(&mut row.told, Message::get(&callback)).await;
    assert!(location(&again).starts_with("https://app.example/api/auth/"), "{}", location(&again));
    norma.sign_in("/api/auth", "norma").await;
    assert_eq!(text(&norma.get("/me").await), "Norma Paulk");
    assert_eq!(stage.azure.violations(), [""; 0]);
}

/// Requests of all sorts from somebody who is signed in, and what each is answered.
fn conversation() -> [(Message, u16, &'static str); 9] {
    [
        (Message::get("/"), 200, "for everybody"),
        (Message::get("/me"), 200, "Norma Paulk"),
        (Message::post("/echo", "some words"), 200, "some words"),
        (Message::new(Method::PUT, "/api/auth/session").header("content-length", "0"), 400, "\"Bad request.\""),
        (Message::post("/api/auth/nonsense", "more words"), 400, "\"Bad request.\""),
        (Message::new(Method::HEAD, "/api/auth/session"), 400, ""),
        (Message::post("/api/auth/session", "{}").header("content-type", "application/json"), 400, "null"),
        (Message::get("/no-such-page"), 404, "no such page"),
        (Message::get("/maybe"), 200, "somebody"),
    ]
}
