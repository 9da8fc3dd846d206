//! Whoever is signed in connects a further account.

use http::StatusCode;
use serde_json::json;

use super::{House, ada, ask, nameless};
use crate::support::rules::Rules;
use crate::support::{ORIGIN, json, location, refusal, shown};
use admit::Decision;

#[tokio::test]
async fn an_account_is_connected_and_the_session_goes_on() {
    for house in House::in_each_home() {
        let mut browser = house.signed_in("acme", ada()).await;
        let before = json(&browser.get("/api/auth/sessions").await);
        let answer = house.connect(&mut browser, "globex", nameless(9)).await;
        assert_eq!((answer.status(), location(&answer)), (StatusCode::FOUND, format!("{ORIGIN}/settings")));
        assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1", "globex 9"]);
        let after = json(&browser.get("/api/auth/sessions").await);
        assert_eq!((&after[0]["id"], &after[0]["createdAt"]), (&before[0]["id"], &before[0]["createdAt"]));
        assert_eq!(browser.session().await["user"]["email"], "ada@example.com");
        assert_eq!(house.heard.all(), ["create_user", "link_account", "sign_in 1 new=true", "link_account", "session"]);

        // From now on it lets the same person in.
        let user = browser.current("/").session().await.unwrap().unwrap().user.id;
        let other = house.signed_in("globex", nameless(9)).await;
        assert_eq!(other.current("/").session().await.unwrap().unwrap().user.id, user);
    }
}

#[tokio::test]
async fn an_account_of_ones_own_is_connected_again_without_harm() {
    for house in House::in_each_home() {
        let mut browser = house.signed_in("acme", ada()).await;
        for _ in 0..2 {
            let answer = house.connect(&mut browser, "globex", nameless(9)).await;
            assert_eq!(location(&answer), format!("{ORIGIN}/settings"));
        }
        assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1", "globex 9"]);
        assert_eq!(house.heard.all().iter().filter(|line| *line == "link_account").count(), 2);
    }
}

#[tokio::test]
async fn a_second_account_at_the_same_provider_can_be_connected() {
    let house = House::in_store();
    let mut browser = house.signed_in("acme", ada()).await;
    house.connect(&mut browser, "acme", nameless(5)).await;
    assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1", "acme 5"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_accounts_that_are_connected_at_once_are_both_in_the_session() {
    for _ in 0..20 {
        let house = House::in_store();
        let mut browser = house.signed_in("acme", ada()).await;
        let mut trips = Vec::new();
        for provider in ["globex", "initech"] {
            let path = super::callback(provider, &ask(&mut browser, &format!("link/{provider}"), &[]).await);
            trips.push((house.site.browser(), path));
        }
        for (copy, _) in &mut trips {
            copy.jar = browser.jar.clone();
        }
        house.server.person(nameless(9));
        for answer in super::at_once(&house, &mut trips).await {
            assert_eq!(location(&answer), format!("{ORIGIN}/settings"));
        }
        assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1", "globex 9", "initech 9"]);
        assert_eq!(browser.current("/").accounts().await.unwrap().len(), 3);
    }
}

#[tokio::test]
async fn what_crosses_the_wire() {
    let house = House::new(|builder| builder);
    let mut browser = house.signed_in("acme", ada()).await;
    let there = ask(&mut browser, "link/globex", &[]).await;
    insta::assert_snapshot!("departure", shown(&there));
    insta::assert_snapshot!("arrival", shown(&house.come_back(&mut browser, "globex", &there, nameless(9)).await));
    insta::assert_snapshot!("accounts", shown(&browser.get("/api/auth/accounts").await));
}

#[tokio::test]
async fn a_program_is_told_the_address_to_go_to() {
    let house = House::new(|builder| builder);
    let mut browser = house.signed_in("acme", ada()).await;
    browser.headers.insert("x-auth-return-redirect", "1".parse().unwrap());
    let answer = ask(&mut browser, "link/globex", &[]).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let url = json(&answer)["url"].as_str().unwrap().to_owned();
    assert!(url.starts_with("https://globex.example/authorize?"), "{url}");
}

#[tokio::test]
async fn the_application_is_asked_and_told_that_it_is_a_link() {
    for (decision, told) in [
        (Decision::Deny, format!("{ORIGIN}/api/auth/error?error=AccessDenied&code=access_denied&ref=")),
        (Decision::Redirect("/ask-the-boss".to_owned()), format!("{ORIGIN}/ask-the-boss")),
    ] {
        let house = House::new(|builder| {
            builder.callbacks(Rules::default().sign_in(move |attempt| {
                if !attempt.is_link {
                    return Ok(Decision::Allow);
                }
                assert_eq!(attempt.user.unwrap().email.as_deref(), Some("ada@example.com"));
                assert_eq!(attempt.account.subject, "9");
                Ok(decision.clone())
            }))
        });
        let mut browser = house.signed_in("acme", ada()).await;
        let answer = house.connect(&mut browser, "globex", nameless(9)).await;
        assert!(location(&answer).starts_with(&told), "{}", location(&answer));
        assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1"]);
        assert_eq!(browser.session().await["user"]["name"], "Ada");
    }
}

#[tokio::test]
async fn the_list_says_which_account_is_the_last_way_in() {
    let house = House::in_store();
    let mut browser = house.signed_in("acme", ada()).await;
    let account = |provider: &str, name: &str, subject: &str, last: bool| json!({ "provider": provider, "name": name, "subject": subject, "lastWayIn": last });
    assert_eq!(json(&browser.get("/api/auth/accounts").await), json!([account("acme", "Acme", "1", true)]));
    house.connect(&mut browser, "globex", nameless(9)).await;
    let both = json!([account("acme", "Acme", "1", false), account("globex", "Globex", "9", false)]);
    assert_eq!(json(&browser.get("/api/auth/accounts").await), both);
    assert_eq!(json(&house.site.browser().get("/api/auth/accounts").await), json!({ "error": "unauthenticated" }));
}

#[tokio::test]
async fn what_the_application_checks_itself_is_not_connected() {
    use admit::Profile;
    use admit::credentials::{Credentials, Field, GivenCredentials, Verdict};
    let form = Credentials::new("Form", |_: GivenCredentials| async { Ok(Verdict::Accepted(Profile::new("1"))) })
        .field(Field::username("username", "User name"));
    let house = House::new(|builder| builder.provider(form));
    let mut browser = house.signed_in("acme", ada()).await;
    assert_eq!(refusal(&ask(&mut browser, "link/credentials", &[]).await).2, "action_unsupported");
    assert_eq!(refusal(&ask(&mut browser, "link/nope", &[]).await).2, "provider_unknown");
}
