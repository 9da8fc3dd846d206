//! A provider whose answer is posted by the browser, without the session's cookie.

use http::{Response, StatusCode};

use super::{House, ada, ask, bo, nameless};
use crate::support::{Browser, ORIGIN, location, parameter, refusal, set_cookies};

const FORM: &str = "application/x-www-form-urlencoded";

async fn posted(browser: &mut Browser<'_>, there: &Response<bytes::Bytes>) -> Response<bytes::Bytes> {
    let state = parameter(&location(there), "state").unwrap();
    browser.post_from_elsewhere("/api/auth/callback/pigeon", FORM, format!("code=c&state={state}")).await
}

#[tokio::test]
async fn an_answer_that_is_posted_waits_for_the_session() {
    for house in House::in_each_home() {
        let mut browser = house.signed_in("acme", ada()).await;
        let there = ask(&mut browser, "link/pigeon", &[]).await;
        house.server.person(nameless(9));
        let bounced = posted(&mut browser, &there).await;
        assert_eq!(bounced.status(), StatusCode::SEE_OTHER);
        let back = location(&bounced);
        let state = parameter(&location(&there), "state").unwrap();
        assert_eq!(back, format!("{ORIGIN}/api/auth/callback/pigeon?state={state}"), "no code in the address");
        assert_eq!(set_cookies(&bounced).len(), 1, "the trip's cookie alone");
        assert_eq!(house.owner("pigeon", "9").await, None);

        let back = back.strip_prefix(ORIGIN).unwrap();
        let mut copy = house.site.browser();
        copy.jar = browser.jar.clone();
        assert_eq!(location(&browser.get(back).await), format!("{ORIGIN}/settings"));
        assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1", "pigeon 9"]);
        assert_eq!(refusal(&copy.get(back).await).2, "state_replayed");
        assert_eq!(browser.session().await["user"]["name"], "Ada");
    }
}

#[tokio::test]
async fn whoever_signed_in_meanwhile_is_linked_to_nothing() {
    // LNK-011
    for house in House::in_each_home() {
        let mut browser = house.signed_in("acme", ada()).await;
        let there = ask(&mut browser, "link/pigeon", &[]).await;
        browser.sign_out().await;
        house.sign_in(&mut browser, "acme", bo()).await;
        house.server.person(nameless(9));
        let back = location(&posted(&mut browser, &there).await);
        let answer = browser.get(back.strip_prefix(ORIGIN).unwrap()).await;
        assert_eq!(refusal(&answer).2, "link_interrupted");
        assert_eq!(house.owner("pigeon", "9").await, None);
        assert_eq!(browser.session().await["user"]["name"], "Bo");
    }
}

#[tokio::test]
async fn an_answer_that_no_cookie_holds_is_refused() {
    let house = House::new(|builder| builder);
    let mut browser = house.signed_in("acme", ada()).await;
    let there = ask(&mut browser, "link/pigeon", &[]).await;
    let state = parameter(&location(&there), "state").unwrap();
    let form = format!("code={}&state={state}", "c".repeat(8000));
    let answer = browser.post_from_elsewhere("/api/auth/callback/pigeon", FORM, form).await;
    assert_eq!(refusal(&answer).2, "token_response_invalid");
    // The trip is still there for an answer that is sound.
    house.server.person(nameless(9));
    let back = location(&posted(&mut browser, &there).await);
    assert_eq!(location(&browser.get(back.strip_prefix(ORIGIN).unwrap()).await), format!("{ORIGIN}/settings"));
}

#[tokio::test]
async fn a_sign_in_is_not_sent_round() {
    let house = House::new(|builder| builder);
    let mut browser = house.site.browser();
    let there = browser.begin("pigeon", "/home").await;
    house.server.person(ada());
    let answer = posted(&mut browser, &there).await;
    assert_eq!((answer.status(), location(&answer)), (StatusCode::FOUND, format!("{ORIGIN}/home")));
    let state = parameter(&location(&there), "state").unwrap();
    let again = browser.get(&format!("/api/auth/callback/pigeon?state={state}")).await;
    assert_eq!(refusal(&again).2, "action_unsupported");
}
