//! What an e-mail address does, and does not do.

use admit::store::{SessionStore, TokenStore, UserStore};
use admit::{Email, Profile, store::NewUser};
use serde_json::{Value, json};

use super::{House, ada, key};
use crate::support::log::Heard as Log;
use crate::support::{ORIGIN, location, refusal};

/// Somebody who says that an address is theirs; the provider says so, too, if `verified` is `true` and nothing else.
fn claiming(id: u32, email: &str, verified: impl Into<Value>) -> Value {
    let verified = verified.into();
    json!({ "id": id, "name": "Somebody", "email": email, "email_verified": verified })
}

fn trusting() -> [House; 2] {
    let in_cookie = House::new(|builder| builder.danger_link_by_verified_email());
    let store = admit::MemoryStore::new();
    let all = store.clone();
    let in_store = House::over(store, |builder| {
        let builder = builder.user_store(all.clone()).session_store(all.clone()).token_store(all);
        builder.danger_link_by_verified_email()
    });
    [in_cookie, in_store]
}

#[tokio::test]
async fn an_address_links_nothing_by_itself() {
    // LNK-001
    for house in House::in_each_home() {
        house.signed_in("acme", ada()).await;
        let mut stranger = house.site.browser();
        let log = Log::default();
        let listening = log.listen();
        let answer = house.sign_in(&mut stranger, "globex", claiming(9, "ada@example.com", true)).await;
        drop(listening);
        let told = ("/api/auth/signin".into(), "OAuthAccountNotLinked".into(), "account_not_linked".into());
        assert_eq!(refusal(&answer), told);
        assert_eq!(stranger.session().await, Value::Null);
        assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1"]);

        let page = stranger.get(location(&answer).strip_prefix(ORIGIN).unwrap()).await;
        let page = String::from_utf8_lossy(page.body()).into_owned();
        let alert = page.split("role=\"alert\"").nth(1).unwrap().split("</div>").next().unwrap();
        assert!(alert.contains("connect this account in your account settings"), "{alert}");
        assert!(!alert.contains("Acme") && !alert.contains("ada"), "{alert}");
        let line = log.text().lines().find(|line| line.contains("request refused")).unwrap().to_owned();
        assert!(line.contains("e-mail address is a user's") && !line.contains("ada@example.com"), "{line}");
    }
}

#[tokio::test]
async fn a_proven_address_links_where_the_application_insists() {
    for house in trusting() {
        let mut before = house.signed_in("acme", ada()).await;
        let browser = house.signed_in("globex", claiming(9, "ADA@example.COM", true)).await;
        assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1", "globex 9"]);
        let user = browser.current("/").session().await.unwrap().unwrap().user.id;
        assert_eq!(Some(user), house.owner("acme", "1").await);
        assert_eq!(before.session().await["user"]["name"], "Ada", "it was proven before, so nothing ends");
        assert!(house.heard.all().ends_with(&["link_account", "sign_in 9 new=false", "session"].map(str::to_owned)));
    }
}

#[tokio::test]
async fn only_the_boolean_true_vouches_for_an_address() {
    // LNK-006, LNK-007: that the claim of an unmanaged tenant counts for nothing is for its provider's description.
    for verified in [json!(false), Value::Null, json!("true"), json!(1), json!([true]), json!("1")] {
        for house in trusting() {
            house.signed_in("acme", ada()).await;
            let mut browser = house.site.browser();
            let answer = house.sign_in(&mut browser, "globex", claiming(9, "ada@example.com", verified.clone())).await;
            assert_eq!(refusal(&answer).2, "account_not_linked", "{verified}");
            assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1"]);
        }
    }
}

#[tokio::test]
async fn whoever_only_typed_the_address_is_out_when_its_owner_comes() {
    // LNK-002, LNK-004
    for house in trusting() {
        // The attacker signs up with the address, and adds a second account for later.
        let mut attacker = house.signed_in("acme", claiming(66, "ada@example.com", false)).await;
        house.connect(&mut attacker, "globex", claiming(67, "x@example.com", true)).await;
        let user = house.owner("acme", "66").await.unwrap();

        let mut owner = house.signed_in("globex", ada()).await;
        assert_eq!(owner.current("/").session().await.unwrap().unwrap().user.id, user);
        assert_eq!(house.accounts_beside("globex", "1").await, ["globex 1"]);
        assert_eq!(attacker.session().await, Value::Null);
        assert_ne!(owner.session().await, Value::Null);
        assert!(SessionStore::list(&house.store, &user).await.unwrap().len() <= 1);
        for account in [key("acme", "66"), key("globex", "67")] {
            assert_eq!(TokenStore::load(&house.store, &account).await.unwrap(), None);
            assert_eq!(house.store.user_by_account(&account).await.unwrap(), None);
        }
        assert!(house.store.user(&user).await.unwrap().unwrap().email_verified);
        let mut heard = house.heard.all();
        heard.retain(|line| line != "session");
        let tail = ["unlink_account", "unlink_account", "email_proven", "link_account", "sign_in 1 new=false"];
        assert_eq!(heard[heard.len() - 5..], tail);

        // The attacker's accounts lead to the user no more.
        let mut again = house.site.browser();
        let answer = house.sign_in(&mut again, "acme", claiming(66, "ada@example.com", false)).await;
        assert_eq!(refusal(&answer).2, "account_not_linked");
    }
}

#[tokio::test]
async fn the_first_proof_by_an_account_of_theirs_ends_what_was_before() {
    // LNK-004
    for house in House::in_each_home() {
        let mut early = house.signed_in("acme", claiming(1, "ada@example.com", false)).await;
        house.connect(&mut early, "globex", claiming(67, "x@example.com", true)).await;
        let mut trojan = house.signed_in("globex", claiming(67, "x@example.com", true)).await;
        let evidence = house.site.auth.evidence().unwrap();
        for account in [key("acme", "1"), key("globex", "67")] {
            evidence.put(&account, &"a fact", &["a mark".to_owned()]).await.unwrap();
        }

        let mut browser = house.signed_in("acme", ada()).await;
        assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1"]);
        let known = evidence.find::<Value>(&["a mark".to_owned()], 9).await.unwrap();
        assert_eq!(known.into_iter().map(|known| known.account).collect::<Vec<_>>(), [key("acme", "1")]);
        assert_eq!((early.session().await, trojan.session().await), (Value::Null, Value::Null));
        assert_ne!(browser.session().await, Value::Null, "it carries the new epoch");

        // The second time nothing ends.
        house.signed_in("acme", ada()).await;
        assert_ne!(browser.session().await, Value::Null);
    }
}

#[tokio::test]
async fn a_later_proof_of_another_address_changes_nothing() {
    for house in House::in_each_home() {
        let mut browser = house.signed_in("acme", claiming(1, "ada@example.com", false)).await;
        house.signed_in("acme", claiming(1, "other@example.com", true)).await;
        assert_ne!(browser.session().await, Value::Null);
        let user = house.store.user_by_email("ada@example.com").await.unwrap().unwrap();
        assert!(!user.email_verified);
    }
}

#[tokio::test]
async fn whom_the_application_added_by_their_address_comes_in_by_any_provider_that_vouches_for_it() {
    let house = House::new(|builder| builder.danger_link_by_verified_email().existing_users_only());
    let profile = Profile::new("-").email(Some(Email::unverified("ada@example.com")));
    let invited = NewUser { id: "u-1".to_owned(), profile };
    UserStore::create(&house.store, invited, &key("invitation", "1")).await.unwrap();
    let browser = house.signed_in("acme", ada()).await;
    assert_eq!(browser.current("/").session().await.unwrap().unwrap().user.id, "u-1");
    assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1"]);
}

#[tokio::test]
async fn what_is_about_users_wants_some() {
    use admit::{Auth, Environment};
    let error = Auth::builder(ORIGIN)
        .secret(crate::support::SECRET)
        .environment(Environment::default())
        .provider(super::provider("acme", "Acme"))
        .existing_users_only()
        .danger_link_by_verified_email()
        .recent_sign_in(std::time::Duration::ZERO)
        .build()
        .unwrap_err();
    insta::assert_snapshot!(error, @r"
    admit cannot start, 3 problems:
    - recent_sign_in is no time at all; give it a second at least
    - existing_users_only is about users, and there is no user store; add one with .user_store(…)
    - danger_link_by_verified_email is about users, and there is no user store; add one with .user_store(…)
    ");
}
