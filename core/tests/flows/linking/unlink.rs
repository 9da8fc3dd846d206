//! Whoever is signed in takes an account off.

use admit::store::UserStore;
use admit::{BoxError, Callbacks, User};
use async_trait::async_trait;
use http::StatusCode;
use serde_json::{Value, json};

use super::{House, ada, ask, bo, key, nameless};
use crate::support::{ORIGIN, json, location, refusal};

#[tokio::test]
async fn an_account_is_taken_off_and_lets_nobody_in_any_more() {
    for house in House::in_each_home() {
        let mut browser = house.signed_in("acme", ada()).await;
        house.connect(&mut browser, "globex", nameless(9)).await;
        let user = house.owner("acme", "1").await;
        let mut elsewhere = house.signed_in("globex", nameless(9)).await;

        let answer = ask(&mut browser, "unlink/globex", &[]).await;
        assert_eq!((answer.status(), location(&answer)), (StatusCode::SEE_OTHER, format!("{ORIGIN}/settings")));
        assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1"]);
        assert!(house.heard.all().contains(&"unlink_account".to_owned()));
        // The session at hand goes on, and names the account no more; those elsewhere are over.
        assert_eq!(browser.session().await["user"]["name"], "Ada");
        let known = browser.current("/").accounts().await.unwrap();
        assert_eq!(known.iter().map(|account| account.provider.as_str()).collect::<Vec<_>>(), ["acme"]);
        assert_eq!(elsewhere.session().await, Value::Null);
        // Whoever comes with it is somebody new.
        house.signed_in("globex", nameless(9)).await;
        assert_ne!(house.owner("globex", "9").await, user);
    }
}

#[tokio::test]
async fn its_tokens_go_with_it() {
    use admit::store::TokenStore;
    let house = House::in_store();
    let mut browser = house.signed_in("acme", ada()).await;
    house.connect(&mut browser, "globex", nameless(9)).await;
    assert!(TokenStore::load(&house.store, &key("globex", "9")).await.unwrap().is_some());
    ask(&mut browser, "unlink/globex", &[]).await;
    assert_eq!(TokenStore::load(&house.store, &key("globex", "9")).await.unwrap(), None);
    assert!(TokenStore::load(&house.store, &key("acme", "1")).await.unwrap().is_some());
}

#[tokio::test]
async fn what_is_known_of_it_is_forgotten_so_that_it_does_not_come_back_by_that() {
    for house in House::in_each_home() {
        let mut browser = house.signed_in("acme", ada()).await;
        house.connect(&mut browser, "globex", nameless(9)).await;
        let evidence = house.site.auth.evidence().unwrap();
        for account in [key("acme", "1"), key("globex", "9")] {
            evidence.put(&account, &"a fact", &["a mark".to_owned()]).await.unwrap();
        }
        ask(&mut browser, "unlink/globex", &[]).await;
        let found = evidence.find::<Value>(&["a mark".to_owned()], 9).await.unwrap();
        assert_eq!(found.into_iter().map(|known| known.account).collect::<Vec<_>>(), [key("acme", "1")]);
        // An account that stays, because it is the last way in, is not forgotten.
        ask(&mut browser, "unlink/acme", &[]).await;
        assert!(evidence.load::<Value>(&key("acme", "1")).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn the_last_way_in_stays() {
    // LNK-015
    for house in House::in_each_home() {
        let mut browser = house.signed_in("acme", ada()).await;
        let answer = ask(&mut browser, "unlink/acme", &[]).await;
        assert_eq!(refusal(&answer), ("/api/auth/error".into(), "AccessDenied".into(), "last_way_in".into()));
        let page = browser.get(location(&answer).strip_prefix(ORIGIN).unwrap()).await;
        assert_eq!(page.status(), StatusCode::CONFLICT);
        browser.headers.insert("x-auth-return-redirect", "1".parse().unwrap());
        let answer = ask(&mut browser, "unlink/acme", &[]).await;
        assert_eq!((answer.status(), json(&answer)), (StatusCode::CONFLICT, json!({ "error": "last_way_in" })));
        assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1"]);
        assert_eq!(browser.session().await["user"]["name"], "Ada");
    }
}

#[tokio::test]
async fn an_account_whose_provider_has_left_is_no_way_in() {
    // LNK-015
    let house = House::new(|builder| builder);
    let mut browser = house.signed_in("acme", ada()).await;
    let user = house.owner("acme", "1").await.unwrap();
    house.store.link(&user, &key("bygone", "7")).await.unwrap();
    assert_eq!(refusal(&ask(&mut browser, "unlink/acme", &[]).await).2, "last_way_in");
    let list = json(&browser.get("/api/auth/accounts").await);
    assert_eq!((&list[0]["lastWayIn"], &list[1]["lastWayIn"]), (&true.into(), &false.into()));
    // It can be taken off itself.
    assert_eq!(ask(&mut browser, "unlink/bygone", &[]).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1"]);
}

/// An application that knows whether people have a password.
#[derive(Debug)]
struct Passwords(Result<bool, ()>);

#[async_trait]
impl Callbacks for Passwords {
    async fn has_another_way_in(&self, user: &User) -> Result<bool, BoxError> {
        assert_eq!(user.email.as_deref(), Some("ada@example.com"));
        self.0.map_err(|()| "the table of passwords is away".into())
    }
}

#[tokio::test]
async fn the_application_may_know_of_another_way_in() {
    // LNK-015
    for (answer, left) in [(Ok(true), 0), (Ok(false), 1), (Err(()), 1)] {
        let house = House::new(|builder| builder.callbacks(Passwords(answer)));
        let mut browser = house.signed_in("acme", ada()).await;
        let user = house.owner("acme", "1").await.unwrap();
        ask(&mut browser, "unlink/acme", &[]).await;
        assert_eq!(house.store.accounts(&user).await.unwrap().len(), left);
        assert_eq!(browser.session().await["user"]["name"], "Ada");
    }
}

#[tokio::test]
async fn of_two_accounts_at_one_provider_the_person_says_which() {
    let house = House::in_store();
    let mut browser = house.signed_in("acme", ada()).await;
    house.connect(&mut browser, "acme", nameless(5)).await;
    assert_eq!(refusal(&ask(&mut browser, "unlink/acme", &[]).await).2, "parameter_invalid");
    assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1", "acme 5"]);
    assert_eq!(ask(&mut browser, "unlink/acme", &[("subject", "5")]).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1"]);
}

#[tokio::test]
async fn nobody_takes_off_the_account_of_somebody_else() {
    for house in House::in_each_home() {
        house.signed_in("globex", bo()).await;
        let mut browser = house.signed_in("acme", ada()).await;
        house.connect(&mut browser, "globex", nameless(9)).await;
        for fields in [&[("subject", "2")], &[("subject", "nobody")]] {
            let answer = ask(&mut browser, "unlink/globex", fields).await;
            assert_eq!(refusal(&answer).2, "account_unknown");
        }
        assert!(house.owner("globex", "2").await.is_some());
        assert_eq!(refusal(&ask(&mut browser, "unlink/pigeon", &[]).await).2, "account_unknown");
    }
}

#[tokio::test]
async fn of_two_that_come_at_once_one_stays() {
    // LNK-015
    let house = House::in_store();
    let mut browser = house.signed_in("acme", ada()).await;
    house.connect(&mut browser, "globex", nameless(9)).await;
    let user = house.owner("acme", "1").await.unwrap();
    let mut copy = house.site.browser();
    copy.jar = browser.jar.clone();
    tokio::join!(ask(&mut browser, "unlink/globex", &[]), ask(&mut copy, "unlink/acme", &[]));
    assert_eq!(house.store.accounts(&user).await.unwrap().len(), 1);
}
