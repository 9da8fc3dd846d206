//! What does not connect an account.

use std::time::Duration;

use admit::MemoryStore;
use admit::store::UserStore;
use admit_testkit::Faulty;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{House, ada, ask, at_once, bo, callback, nameless};
use crate::support::{BASE, ORIGIN, Site, json, location, refusal};

#[tokio::test]
async fn another_sites_page_connects_nothing() {
    // LNK-010
    let house = House::new(|builder| builder);
    let mut browser = house.signed_in("acme", ada()).await;
    let token = browser.csrf_token().await;
    for path in ["link/globex", "unlink/acme"] {
        let path = format!("/api/auth/{path}");
        let without = browser.post(&path, &[("callbackUrl", "/settings")]).await;
        assert_eq!(refusal(&without), ("/api/auth/error".into(), "MissingCSRF".into(), "csrf".into()));
        assert_eq!(browser.get(&path).await.status(), StatusCode::METHOD_NOT_ALLOWED);
        browser.headers.insert("sec-fetch-site", "cross-site".parse().unwrap());
        let posted = browser.post(&path, &[("csrfToken", &token)]).await;
        assert_eq!(refusal(&posted), ("/api/auth/error".into(), "MissingCSRF".into(), "origin_rejected".into()));
        assert_eq!(browser.get(&path).await.status(), StatusCode::METHOD_NOT_ALLOWED);
        // A program is told in JSON.
        browser.headers.insert("x-auth-return-redirect", "1".parse().unwrap());
        let told = browser.post(&path, &[("csrfToken", &token)]).await;
        assert_eq!((told.status(), json(&told)), (StatusCode::FORBIDDEN, json!({ "error": "origin_rejected" })));
        browser.headers.remove("sec-fetch-site");
        let told = browser.post(&path, &[]).await;
        assert_eq!((told.status(), json(&told)), (StatusCode::FORBIDDEN, json!({ "error": "csrf" })));
        browser.headers.clear();
    }
    assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1"]);
}

#[tokio::test]
async fn only_whoever_is_signed_in_connects_an_account() {
    let house = House::new(|builder| builder);
    let mut browser = house.site.browser();
    let answer = ask(&mut browser, "link/globex", &[]).await;
    let page = format!("{BASE}/signin?callbackUrl=https%3A%2F%2Fapp.example%2Fsettings");
    assert_eq!((answer.status(), location(&answer)), (StatusCode::SEE_OTHER, page));
    browser.headers.insert("x-auth-return-redirect", "1".parse().unwrap());
    let answer = ask(&mut browser, "link/globex", &[]).await;
    assert_eq!((answer.status(), json(&answer)), (StatusCode::UNAUTHORIZED, json!({ "error": "unauthenticated" })));
}

#[tokio::test]
async fn without_users_there_is_nobody_to_connect_an_account_to() {
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    assert_eq!(refusal(&ask(&mut browser, "link/azure-devops", &[]).await).2, "configuration");
    browser.headers.insert("x-auth-return-redirect", "1".parse().unwrap());
    for path in ["link/azure-devops", "unlink/azure-devops"] {
        let answer = ask(&mut browser, path, &[]).await;
        assert_eq!((answer.status(), json(&answer)), (StatusCode::NOT_FOUND, json!({ "error": "needs_a_user_store" })));
    }
    assert_eq!(browser.get("/api/auth/accounts").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_session_that_is_not_recent_leads_to_sign_in_first() {
    // LNK-009
    for house in House::in_each_home() {
        let mut browser = house.signed_in("acme", ada()).await;
        house.site.clock.advance(Duration::from_secs(899));
        assert!(location(&ask(&mut browser, "link/globex", &[]).await).starts_with("https://globex.example/"));
        house.site.clock.advance(Duration::from_secs(1));
        for (path, wish) in [("link/globex", "link%3Dglobex"), ("unlink/acme", "unlink%3Dacme")] {
            let answer = ask(&mut browser, path, &[]).await;
            let back = format!("https%3A%2F%2Fapp.example%2Fsettings%3F{wish}");
            let page = format!("{BASE}/signin?callbackUrl={back}&reauthenticate=1&max_age=900&why=account");
            assert_eq!((answer.status(), location(&answer)), (StatusCode::SEE_OTHER, page));
        }

        // Somebody else does not pass, and the same person does, and comes back to where the wish is told.
        let form =
            |token: String| async move { [("csrfToken", token), ("callbackUrl", "/settings?link=globex".into())] };
        for (person, expected) in
            [(bo(), "another_person".to_owned()), (ada(), format!("{ORIGIN}/settings?link=globex"))]
        {
            let fields = form(browser.csrf_token().await).await;
            let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let there = browser.post("/api/auth/signin/acme?reauthenticate=1", &fields).await;
            let answer = house.come_back(&mut browser, "acme", &there, person).await;
            assert!(location(&answer).contains(&expected), "{}", location(&answer));
        }
        let answer = house.connect(&mut browser, "globex", nameless(9)).await;
        assert_eq!(location(&answer), format!("{ORIGIN}/settings"));
        assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1", "globex 9"]);
    }
}

#[tokio::test]
async fn a_program_is_told_that_a_recent_sign_in_is_wanted_and_how_recent_is_for_the_application() {
    // LNK-009
    let house = House::new(|builder| builder.recent_sign_in(Duration::from_secs(60)));
    let mut browser = house.signed_in("acme", ada()).await;
    house.site.clock.advance(Duration::from_secs(60));
    browser.headers.insert("x-auth-return-redirect", "1".parse().unwrap());
    let answer = ask(&mut browser, "link/globex", &[]).await;
    assert_eq!(
        (answer.status(), json(&answer)["error"].clone()),
        (StatusCode::FORBIDDEN, "recent_sign_in_required".into())
    );
    assert!(json(&answer)["url"].as_str().unwrap().starts_with(&format!("{BASE}/signin?callbackUrl=")));
}

#[tokio::test]
async fn whoever_signed_out_or_signed_in_meanwhile_is_linked_to_nothing() {
    // LNK-011
    for house in House::in_each_home() {
        // Bo sits down where Ada began.
        let mut browser = house.signed_in("acme", ada()).await;
        let there = ask(&mut browser, "link/globex", &[]).await;
        browser.sign_out().await;
        house.sign_in(&mut browser, "acme", bo()).await;
        let exchanges = house.server.token_requests().len();
        let answer = house.come_back(&mut browser, "globex", &there, nameless(9)).await;
        assert_eq!(refusal(&answer).2, "link_interrupted");
        assert_eq!(browser.session().await["user"]["name"], "Bo");

        // Nobody is there any more.
        let mut browser = house.signed_in("acme", ada()).await;
        let there = ask(&mut browser, "link/globex", &[]).await;
        browser.sign_out().await;
        let answer = house.come_back(&mut browser, "globex", &there, nameless(9)).await;
        assert_eq!(refusal(&answer), ("/api/auth/error".into(), "AccessDenied".into(), "link_interrupted".into()));
        assert_eq!(browser.session().await, Value::Null);

        // The same person, in a later session, asks again.
        let mut browser = house.signed_in("acme", ada()).await;
        let there = ask(&mut browser, "link/globex", &[]).await;
        house.sign_in(&mut browser, "acme", ada()).await;
        let answer = house.come_back(&mut browser, "globex", &there, nameless(9)).await;
        assert_eq!(refusal(&answer).2, "link_interrupted");

        assert_eq!(house.owner("globex", "9").await, None);
        assert_eq!(house.server.token_requests().len(), exchanges + 3, "no code of a link was spent");
    }
}

#[tokio::test]
async fn a_user_who_was_disabled_meanwhile_connects_nothing() {
    for house in House::in_each_home() {
        let mut browser = house.signed_in("acme", ada()).await;
        let there = ask(&mut browser, "link/globex", &[]).await;
        house.store.set_disabled(&house.owner("acme", "1").await.unwrap(), true).await.unwrap();
        // What the store said a moment ago is believed no longer.
        house.site.clock.advance(Duration::from_secs(1));
        let answer = house.come_back(&mut browser, "globex", &there, nameless(9)).await;
        assert_eq!(refusal(&answer).2, "link_interrupted");
        assert_eq!(house.owner("globex", "9").await, None);
    }
}

#[tokio::test]
async fn another_browser_cannot_finish_the_trip() {
    // LNK-011
    let house = House::new(|builder| builder);
    let mut browser = house.signed_in("acme", ada()).await;
    let there = ask(&mut browser, "link/globex", &[]).await;
    let mut other = house.signed_in("acme", bo()).await;
    house.server.person(nameless(9));
    assert_eq!(refusal(&other.get(&callback("globex", &there)).await).2, "state_missing");
    assert_eq!(house.owner("globex", "9").await, None);
}

#[tokio::test]
async fn an_account_of_somebody_else_stays_theirs() {
    // LNK-012
    for house in House::in_each_home() {
        house.signed_in("globex", bo()).await;
        let theirs = house.owner("globex", "2").await;
        let mut browser = house.signed_in("acme", ada()).await;
        let answer = house.connect(&mut browser, "globex", bo()).await;
        let told = ("/api/auth/error".into(), "OAuthAccountNotLinked".into(), "linked_to_other_user".into());
        assert_eq!(refusal(&answer), told);
        let page = browser.get(location(&answer).strip_prefix(ORIGIN).unwrap()).await;
        assert_eq!(page.status(), StatusCode::CONFLICT);
        let page = String::from_utf8_lossy(page.body()).into_owned();
        assert!(!page.contains("Bo") && !page.contains("bo@example.com"), "{page}");
        assert_eq!(house.owner("globex", "2").await, theirs);
        assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1"]);
        assert_eq!(browser.session().await["user"]["name"], "Ada");
        assert_eq!(browser.current("/").accounts().await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_trip_counts_once() {
    let house = House::new(|builder| builder);
    let mut browser = house.signed_in("acme", ada()).await;
    let there = ask(&mut browser, "link/globex", &[]).await;
    let mut copy = house.site.browser();
    copy.jar = browser.jar.clone();
    house.come_back(&mut browser, "globex", &there, nameless(9)).await;
    assert_eq!(
        refusal(&copy.request(Method::GET, &callback("globex", &there), None, "".into()).await).2,
        "state_replayed"
    );
}

#[tokio::test]
async fn a_session_that_ended_while_the_person_was_away_links_nothing_on_whichever_node() {
    // LNK-004: whoever prepared a user for somebody else to prove must not come back in by an account of theirs.
    let store = Faulty::new(MemoryStore::new());
    let users = store.clone();
    let house = House::over(store.inner().clone(), |builder| builder.user_store(users));
    for at_the_last_moment in [false, true] {
        let subject = if at_the_last_moment { 8 } else { 9 };
        let mut thief = house.signed_in("acme", nameless(1)).await;
        let user = house.owner("acme", "1").await.unwrap();
        let there = ask(&mut thief, "link/globex", &[]).await;
        assert!(thief.current("/").is_signed_in().await.unwrap());
        // What another node does is not known here for a moment.
        let answer = if at_the_last_moment {
            let held = store.hold("users.link");
            house.server.person(nameless(subject));
            let mut trips = [(thief, callback("globex", &there))];
            let coming = at_once(&house, &mut trips);
            let ending = async {
                held.until_waiting(1).await;
                house.store.bump_epoch(&user).await.unwrap();
                held.release();
            };
            tokio::join!(coming, ending).0.remove(0)
        } else {
            house.store.bump_epoch(&user).await.unwrap();
            house.come_back(&mut thief, "globex", &there, nameless(subject)).await
        };
        assert_eq!(refusal(&answer).2, "link_interrupted");
        assert_eq!(house.owner("globex", &subject.to_string()).await, None);
    }
}

#[tokio::test]
async fn a_subject_that_is_none_of_theirs_never_reaches_the_store() {
    // A database may refuse what no account can be called, such as U+0000 in PostgreSQL: that is no outage.
    let store = Faulty::new(MemoryStore::new());
    let users = store.clone();
    let house = House::over(store.inner().clone(), |builder| builder.user_store(users));
    let mut browser = house.signed_in("acme", ada()).await;
    for subject in ["\0", "2", "'; drop table admit_users; --"] {
        let answer = ask(&mut browser, "unlink/acme", &[("subject", subject)]).await;
        assert_eq!(refusal(&answer).2, "account_unknown", "{subject:?}");
    }
    assert_eq!(store.calls("users.unlink"), 0);
}
