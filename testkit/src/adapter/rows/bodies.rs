//! How much of a body is read, and how it may come.

use admit::Auth;
use http::{Method, StatusCode};

use super::Row;
use crate::adapter::message::Message;
use crate::adapter::stage::Stage;
use crate::adapter::transcript::assert_alike;
use crate::adapter::visitor::{cookies, location, text};

pub(super) async fn a_body_up_to_the_limit_is_looked_at_and_one_byte_more_is_too_large(row: &mut Row) {
    let (stage, direct) = (row.stage(), Stage::direct());
    for length in [Auth::BODY_LIMIT, Auth::BODY_LIMIT + 1, 1024 * 1024] {
        let message = Message::post(SIGN_IN, vec![b'a'; length]).form();
        row.told.line(&format!("({length} bytes)"));
        let answer = stage.stranger().tell(&mut row.told, message.clone()).await;
        assert_alike(&answer, &direct.stranger().send(message).await, &length.to_string());
    }
}

pub(super) async fn the_answer_to_a_body_too_large_comes_before_the_rest_of_it(row: &mut Row) {
    let stage = row.stage();
    let declared = Message::new(Method::POST, SIGN_IN).form().header("content-length", "10485760");
    let mut connection = stage.connect().await;
    connection.send(declared.head()).await;
    connection.send(vec![b'a'; Auth::BODY_LIMIT + 1]).await;
    let answer = connection.answer(&Method::POST).await.expect("an answer");
    assert_eq!((answer.status(), text(&answer).as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "\"Bad request.\""));

    let chunked = Message::new(Method::POST, SIGN_IN).form().header("transfer-encoding", "chunked");
    let mut connection = stage.connect().await;
    connection.send(chunked.head()).await;
    connection.send(chunk(&vec![b'a'; Auth::BODY_LIMIT + 1])).await;
    let answer = connection.answer(&Method::POST).await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

pub(super) async fn a_body_in_chunks_is_a_body(row: &mut Row) {
    let stage = row.stage();
    let mut visitor = stage.stranger();
    let form = format!("csrfToken={}&callbackUrl=%2Fprojects", visitor.csrf("/api/auth").await).into_bytes();
    let mut message = Message::new(Method::POST, SIGN_IN).form().header("transfer-encoding", "chunked");
    // Cut within the token, byte by byte at the start, and with an extension to ignore.
    let (first, rest) = form.split_at(40);
    message.body = first.iter().flat_map(|byte| chunk(&[*byte])).collect();
    message.body.extend_from_slice(format!("{:X};note=\"ignored\"\r\n", rest.len()).as_bytes());
    message.body.extend_from_slice(rest);
    message.body.extend_from_slice(b"\r\n0\r\n\r\n");
    let away = visitor.send(message).await;
    assert!(location(&away).starts_with("https://app.vssps.visualstudio.com/oauth2/authorize?"), "{}", location(&away));
}

pub(super) async fn a_post_without_a_length_has_no_body(row: &mut Row) {
    let (stage, direct) = (row.stage(), Stage::direct());
    for path in [SIGN_IN, "/api/auth/signout", "/api/auth/session", "/api/auth/callback/azure-devops"] {
        let message = Message::new(Method::POST, path);
        let answer = stage.stranger().tell(&mut row.told, message.clone()).await;
        assert_alike(&answer, &direct.stranger().send(message).await, path);
    }
}

pub(super) async fn a_body_that_breaks_off_is_not_taken_for_a_whole_one(row: &mut Row) {
    let stage = row.stage();
    let mut visitor = stage.stranger();
    let form = format!("csrfToken={}&callbackUrl=%2Fprojects", visitor.csrf("/api/auth").await);
    // What arrives would begin a sign-in if it were all there is.
    let whole = visitor.dress(Message::post(SIGN_IN, form.clone()).form());
    for framing in [("content-length", "4000"), ("transfer-encoding", "chunked")] {
        let mut message = Message::new(Method::POST, SIGN_IN).form().header(framing.0, framing.1);
        message.body = if framing.0 == "content-length" { form.clone().into() } else { chunk(form.as_bytes()) };
        let mut connection = stage.connect().await;
        connection.send(visitor.dress(message).bytes()).await;
        connection.half_close().await;
        // Whoever breaks off may be told that it was a mistake, or nothing.
        if let Some(answer) = connection.answer(&Method::POST).await {
            assert_eq!((answer.status(), cookies(&answer)), (StatusCode::BAD_REQUEST, vec![]), "{framing:?}");
        }
    }
    let mut connection = stage.connect().await;
    connection.send(whole.bytes()).await;
    assert_eq!(connection.answer(&Method::POST).await.map(|answer| answer.status()), Some(StatusCode::FOUND));
}

pub(super) async fn whoever_waits_for_100_continue_is_told_to_go_on(row: &mut Row) {
    let stage = row.stage();
    let mut visitor = stage.stranger();
    let form = format!("csrfToken={}&callbackUrl=%2Fprojects", visitor.csrf("/api/auth").await);
    let message = visitor.dress(Message::post(SIGN_IN, form).form().header("expect", "100-continue"));
    let mut connection = stage.connect().await;
    connection.send(message.head()).await;
    let interim = connection.answer(&Method::POST).await.expect("an answer");
    assert_eq!(interim.status(), StatusCode::CONTINUE);
    connection.send(&message.body).await;
    let away = connection.answer(&Method::POST).await.expect("an answer");
    assert!(location(&away).starts_with("https://app.vssps.visualstudio.com/oauth2/authorize?"), "{}", location(&away));
}

pub(super) async fn the_applications_own_bodies_may_be_larger_than_admits(row: &mut Row) {
    let stage = row.stage();
    let body = vec![b'b'; Auth::BODY_LIMIT + 1];
    let answer = stage.norma().await.send(Message::post("/echo", body.clone())).await;
    assert!(answer.status() == StatusCode::OK && *answer.body() == body);
}

fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

const SIGN_IN: &str = "/api/auth/signin/azure-devops";
