//! Who becomes a user, and what a provider may say of them.

use admit::store::UserStore;
use admit::{AuthBuilder, MemoryStore};
use serde_json::{Value, json};

use super::{House, ada, at_once, callback, nameless};
use crate::support::{Browser, location, refusal};

async fn user_id(browser: &Browser<'_>) -> String {
    browser.current("/").session().await.unwrap().expect("a session").user.id
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_first_sign_ins_at_once_make_one_user_and_ten_sessions() {
    // LNK-013
    for house in House::in_each_home() {
        house.server.person(ada());
        let mut browsers = Vec::new();
        for _ in 0..10 {
            let mut browser = house.site.browser();
            let path = callback("acme", &browser.begin("acme", "/home").await);
            browsers.push((browser, path));
        }
        for answer in at_once(&house, &mut browsers).await {
            assert!(location(&answer).ends_with("/home"), "{}", location(&answer));
        }
        let owner = house.owner("acme", "1").await.unwrap();
        for (browser, _) in &mut browsers {
            assert_eq!(user_id(browser).await, owner);
        }
        assert_eq!(house.heard.all().iter().filter(|line| *line == "create_user").count(), 1);
    }
}

#[tokio::test]
async fn whoever_gets_an_address_that_was_somebodys_is_somebody_else() {
    // LNK-008
    let house = House::new(|builder| builder);
    let first = house.signed_in("acme", ada()).await;
    let mut renamed = ada();
    renamed["email"] = "ada.new@example.com".into();
    assert_eq!(user_id(&house.signed_in("acme", renamed).await).await, user_id(&first).await);
    let mut mallory = house.site.browser();
    let recycled = json!({ "id": 666, "email": "ada@example.com", "email_verified": true });
    assert_eq!(refusal(&house.sign_in(&mut mallory, "acme", recycled).await).2, "account_not_linked");
    assert_ne!(user_id(&house.signed_in("acme", nameless(666)).await).await, user_id(&first).await);
}

#[tokio::test]
async fn a_later_sign_in_writes_nothing_over_what_the_user_is() {
    // LNK-017
    let house = House::new(|builder| builder);
    house.signed_in("acme", ada()).await;
    let before = house.store.user(&house.owner("acme", "1").await.unwrap()).await.unwrap().unwrap();
    for image in ["javascript:alert(1)", "https://pictures.example/eve.png"] {
        let other =
            json!({ "id": 1, "name": "Eve", "email": "eve@example.com", "email_verified": true, "image": image });
        let mut browser = house.signed_in("acme", other).await;
        let user = house.store.user(&user_id(&browser).await).await.unwrap().unwrap();
        assert_eq!(user, before, "{image}");
        assert_eq!((user.name.as_deref(), user.email.as_deref()), (Some("Ada"), Some("ada@example.com")));
        let session = browser.session().await;
        assert_eq!(session["user"], json!({ "name": "Ada", "email": "ada@example.com" }), "{image}");
    }
}

#[tokio::test]
async fn addresses_that_differ_in_case_are_one_and_what_is_no_single_address_is_none() {
    // LNK-018
    let house = House::new(|builder| builder);
    house.signed_in("acme", ada()).await;
    let person = |id: u32, email: &str| json!({ "id": id, "email": email, "email_verified": true });
    for email in ["ADA@example.com", "ada@EXAMPLE.com", "ada@example.com ", " Ada@Example.com"] {
        let answer = house.sign_in(&mut house.site.browser(), "acme", person(7, email)).await;
        assert_eq!(refusal(&answer).2, "account_not_linked", "{email}");
    }
    for (id, email) in [(9, "ada@example.com,bo@example.com"), (10, "ada@example.com\u{0}")] {
        let mut browser = house.signed_in("acme", person(id, email)).await;
        assert_eq!(browser.session().await["user"]["email"], Value::Null, "{email:?}");
    }
    // Another letter is another address.
    house.signed_in("acme", person(11, "\u{131}da@example.com")).await;
}

#[tokio::test]
async fn what_a_provider_says_beyond_the_profile_does_not_reach_the_user() {
    // LNK-019
    let house = House::new(|builder| builder);
    house.signed_in("acme", nameless(5)).await;
    let victim = house.owner("acme", "5").await.unwrap();
    let claims = json!({
        "id": 1, "name": "Ada", "role": "admin", "roles": ["admin"], "is_admin": true, "user": { "id": victim },
        "sub": victim, "epoch": 9, "email_verified": true, "__proto__": { "role": "admin" }, "image": "javascript:0",
    });
    let mut browser = house.signed_in("acme", claims).await;
    let session = browser.session().await;
    assert_eq!(session["user"], json!({ "name": "Ada" }));
    let current = browser.current("/").session().await.unwrap().unwrap();
    assert!(!current.has_role("admin") && current.user.id != victim && current.user.extra.is_empty());
    assert_eq!(session.as_object().unwrap().len(), 2, "user and expires");
}

#[tokio::test]
async fn a_subject_that_identifies_nobody_signs_nobody_in() {
    let house = House::new(|builder| builder);
    for id in [json!(" "), json!("a\nb"), json!("x".repeat(1025))] {
        let answer = house.sign_in(&mut house.site.browser(), "acme", json!({ "id": id })).await;
        assert_eq!(refusal(&answer).2, "profile_invalid", "{id}");
    }
    assert_eq!(house.owner("acme", " ").await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_is_added_a_stranger_leaves_no_trace() {
    // LNK-020
    let closed = |builder: AuthBuilder| builder.existing_users_only();
    let store = MemoryStore::new();
    let all = store.clone();
    let in_store = House::over(store, |builder| {
        closed(builder.user_store(all.clone()).session_store(all.clone()).token_store(all))
    });
    for house in [House::new(closed), in_store] {
        house.server.person(ada());
        let mut browsers = Vec::new();
        for _ in 0..5 {
            let mut browser = house.site.browser();
            let path = callback("acme", &browser.begin("acme", "/home").await);
            browsers.push((browser, path));
        }
        for answer in at_once(&house, &mut browsers).await {
            let told = ("/api/auth/error".into(), "AccessDenied".into(), "signup_disabled".into());
            assert_eq!(refusal(&answer), told);
        }
        assert_eq!(house.owner("acme", "1").await, None);
        assert_eq!(house.store.user_by_email("ada@example.com").await.unwrap(), None);
        assert!(house.heard.all().iter().all(|line| line.starts_with("sign_in_failed")));
        assert_eq!(admit::store::TokenStore::page(&house.store, "acme", None, 9).await.unwrap(), []);
    }
}

#[tokio::test]
async fn where_nobody_is_added_whoever_is_known_comes_in_and_connects_accounts() {
    let store = MemoryStore::new();
    let profile = admit::Profile::new("1").name(Some("Ada"));
    let known = admit::store::NewUser { id: "u-1".to_owned(), profile };
    UserStore::create(&store, known, &super::key("acme", "1")).await.unwrap();
    let users = store.clone();
    let house = House::over(store, |builder| builder.user_store(users).existing_users_only());
    let mut browser = house.signed_in("acme", ada()).await;
    house.connect(&mut browser, "globex", nameless(9)).await;
    assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1", "globex 9"]);
}
