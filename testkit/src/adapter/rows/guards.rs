//! Guards and extractors: who is let through, and what the others are told.

use http::StatusCode;

use super::Row;
use crate::adapter::wire::Message;

pub(super) async fn a_stranger_with_a_browser_goes_to_sign_in_and_a_program_gets_401(row: &mut Row) {
    let stage = row.stage();
    for path in ["/guarded?page=2", "/me?page=2", "/admin", "/token"] {
        let mut browser = stage.stranger().browsing();
        browser.tell(&mut row.told, Message::get(path)).await;
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
