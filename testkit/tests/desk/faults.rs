//! Faults that are turned on and off by a form.

use crate::servers::{Server, posted};

const FAULTS: &str = "/_pretend/faults";

/// A fault of the token endpoint that every one of the three has.
const UNANSWERED: (&str, &str) = ("fault", "token-dropped");

#[tokio::test]
async fn a_fault_strikes_the_next_request_and_no_other() {
    for server in Server::all() {
        let answer = server.post(FAULTS, &[UNANSWERED, ("for", "next")]).await.unwrap();
        assert_eq!((answer.status().as_u16(), &answer.headers()["location"]), (303, &FAULTS.parse().unwrap()));
        let page = server.page(FAULTS).await;
        assert!(page.contains("breaks off before anything is done") && page.contains("For the next request</span>"));
        assert!(server.page("/").await.contains("A fault is on"));
        assert!(server.exchange("no-code").await.is_err(), "{}", server.name());
        assert!(server.exchange("no-code").await.is_ok(), "{}", server.name());
        assert!(server.page(FAULTS).await.contains("Every request is answered as it should be."));
        let requests = server.page("/_pretend/requests").await;
        let told = "<strong>On purpose: </strong>The connection breaks off before anything is done";
        assert_eq!(requests.matches(told).count(), 1, "{requests}");
    }
}

#[tokio::test]
async fn a_fault_for_every_request_lasts_until_it_is_turned_off() {
    for server in Server::all() {
        server.post(FAULTS, &[UNANSWERED, ("for", "all")]).await.unwrap();
        for _ in 0..3 {
            assert!(server.exchange("no-code").await.is_err(), "{}", server.name());
        }
        assert_eq!(server.post(FAULTS, &[("off", "all")]).await.unwrap().status(), 303);
        assert!(server.exchange("no-code").await.is_ok(), "{}", server.name());
    }
}

// RED: other sites' forms change nothing.
#[tokio::test]
async fn a_form_from_another_site_turns_nothing_on_or_off() {
    for server in Server::all() {
        for headers in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site"), ("origin", "http://127.0.0.1:9010")],
            &[("origin", "http://evil.example")],
            &[("origin", "null")],
            &[],
        ] {
            let answer = server.handle(posted(FAULTS, &[UNANSWERED, ("for", "all")], headers)).await.unwrap();
            assert_eq!(answer.status(), 403, "{headers:?}");
            assert!(server.page(FAULTS).await.contains("Every request is answered as it should be."), "{headers:?}");
        }
        server.post(FAULTS, &[UNANSWERED, ("for", "all")]).await.unwrap();
        let off = posted(FAULTS, &[("off", "all")], &[("sec-fetch-site", "cross-site")]);
        assert_eq!(server.handle(off).await.unwrap().status(), 403);
        assert!(server.exchange("no-code").await.is_err(), "{}", server.name());
    }
}

#[tokio::test]
async fn a_form_without_a_fault_that_is_offered_is_answered_with_the_page_again() {
    for server in Server::all() {
        for form in [&[][..], &[("fault", "token-nonsense")], &[("for", "all")]] {
            let answer = server.post(FAULTS, form).await.unwrap();
            assert_eq!(answer.status(), 400, "{form:?}");
            let page = String::from_utf8(answer.body().to_vec()).unwrap();
            assert!(page.contains(r#"role="alert">Choose one of the faults."#) && page.contains("Turn it on"));
        }
        let mut request = posted(FAULTS, &[UNANSWERED], &[("sec-fetch-site", "same-origin")]);
        request.headers_mut().insert("content-type", "text/plain".parse().unwrap());
        assert_eq!(server.handle(request).await.unwrap().status(), 415);
    }
}

#[tokio::test]
async fn every_fault_on_the_page_can_be_turned_on() {
    for server in Server::all() {
        let page = server.page(FAULTS).await;
        let ids: Vec<_> =
            page.split("name=\"fault\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert!(ids.len() >= 20, "{ids:?}");
        for id in &ids {
            let answer = server.post(FAULTS, &[("fault", id), ("for", "next")]).await.unwrap();
            assert_eq!(answer.status(), 303, "{id}");
        }
        let on = server.page("/").await;
        assert!(on.contains(&format!("{} faults are on", ids.len())), "{on}");
    }
}

#[tokio::test]
async fn a_fault_that_strikes_when_a_person_has_agreed_is_told_as_one() {
    let [_, entra, openid] = Server::all();
    for (server, login) in [(entra, "norma"), (openid, "ada")] {
        server.post(FAULTS, &[("fault", "authorize-wrong-state"), ("for", "next")]).await.unwrap();
        server.sign_in(login).await;
        let requests = server.page("/_pretend/requests").await;
        assert!(
            requests.contains("<strong>On purpose: </strong>The browser comes back with another state"),
            "{requests}"
        );
    }
}
