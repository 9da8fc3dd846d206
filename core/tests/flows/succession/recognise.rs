//! Somebody comes with an account that is linked to nobody.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use admit::store::{StoreError, UserStore};
use admit::{AuthError, BoxError, Callbacks, Decision, MemoryStore, Recognition, SignInAttempt};
use async_trait::async_trait;
use serde_json::json;

use super::{Move, begin, page, proof, user_of};
use crate::linking::{House, ada, at_once, bo, callback, key, nameless};
use crate::support::rules::Rules;
use crate::support::{ORIGIN, location, refusal};

/// A rule that knows whoever comes by `globex` as the user of `acme 1`, once the test has said who that is.
fn knowing() -> (Move, Arc<Mutex<Option<String>>>) {
    let id: Arc<Mutex<Option<String>>> = Arc::default();
    let known = Arc::clone(&id);
    let rule = Move::recognises(move |arrival| {
        assert!(arrival.account.tokens.is_some() && arrival.profile.subject == arrival.account.subject);
        Ok(match known.lock().unwrap().clone().filter(|_| arrival.account.provider == "globex") {
            Some(id) => Recognition::User { id, proof: proof("1") },
            None => Recognition::Nobody,
        })
    });
    (rule, id)
}

async fn told_who_ada_is(house: &House, id: &Mutex<Option<String>>) -> String {
    house.signed_in("acme", ada()).await;
    let user = user_of(house, "acme", "1").await.unwrap();
    *id.lock().unwrap() = Some(user.clone());
    user
}

#[tokio::test]
async fn whoever_is_recognised_is_linked_and_comes_in_as_themselves() {
    // ADO-008, T98
    let (rule, id) = knowing();
    let house = rule.house();
    let user = told_who_ada_is(&house, &id).await;
    let browser = house.signed_in("globex", nameless(9)).await;
    let session = browser.current("/").session().await.unwrap().unwrap();
    assert_eq!((session.user.id.as_str(), session.user.name.as_deref()), (user.as_str(), Some("Ada")));
    assert!(browser.current("/").access_token("globex").await.is_ok());
    assert!(browser.current("/").access_token("acme").await.is_ok(), "the grant of before is as it was");
    assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1", "globex 9"]);
    assert_eq!(rule.told(), ["globex 9 rule by acme 1"]);
    let heard = house.heard.all();
    assert_eq!(heard, ["create_user", "link_account", "sign_in 1 new=true", "link_account", "sign_in 9 new=false"]);

    // From now on the account itself says who it is.
    house.signed_in("globex", nameless(9)).await;
    assert_eq!(rule.told().len(), 1);
}

#[tokio::test]
async fn a_proof_leaves_both_accounts_when_it_is_also_the_first_proof_of_the_address() {
    // LNK-002, ADO-008: what the user was known by is the same person's, and stays; what others may have added goes.
    let (rule, id) = knowing();
    let house = rule.house();
    let unproven = json!({ "id": 1, "name": "Ada", "email": "ada@example.com", "email_verified": false });
    let mut browser = house.signed_in("acme", unproven).await;
    house.connect(&mut browser, "initech", nameless(7)).await;
    *id.lock().unwrap() = user_of(&house, "acme", "1").await;
    let proven = json!({ "id": 9, "email": "ada@example.com", "email_verified": true });
    let after = house.signed_in("globex", proven).await;
    assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1", "globex 9"]);
    assert!(after.current("/").is_signed_in().await.unwrap());
    assert!(!browser.current("/").is_signed_in().await.unwrap());
}

#[tokio::test]
async fn whoever_is_recognised_is_not_connected_to_another_who_is_signed_in() {
    // LNK-011: a page that is left open as somebody else's must not become their way in.
    let (rule, id) = knowing();
    let house = rule.house();
    let user = told_who_ada_is(&house, &id).await;
    let mut browser = house.signed_in("initech", bo()).await;
    let answer = house.connect(&mut browser, "globex", nameless(9)).await;
    assert_eq!(refusal(&answer).2, "identity_contradicted");
    assert_eq!(user_of(&house, "globex", "9").await, None);
    // She connects it herself.
    let mut browser = house.signed_in("acme", ada()).await;
    house.connect(&mut browser, "globex", nameless(9)).await;
    assert_eq!(user_of(&house, "globex", "9").await, Some(user));
    assert_eq!(rule.told(), ["globex 9 connected by acme 1"]);
}

/// An application that takes a while over a sign-in, in which Ada parts with what she had at `acme`.
#[derive(Debug)]
struct Slow(MemoryStore);

#[async_trait]
impl Callbacks for Slow {
    async fn sign_in(&self, attempt: &SignInAttempt<'_>) -> Result<Decision, BoxError> {
        if let Some(user) = attempt.user.filter(|_| attempt.is_link) {
            self.0.unlink(&user.id, &key("acme", "1"), 0).await?;
        }
        Ok(Decision::Allow)
    }
}

#[tokio::test]
async fn an_account_that_was_taken_off_meanwhile_proves_nothing() {
    let (rule, id) = knowing();
    let store = MemoryStore::new();
    let (all, slow, known) = (store.clone(), Slow(store.clone()), rule.clone());
    let house = House::over(store, |builder| builder.store(all).succession(known).callbacks(slow));
    let user = told_who_ada_is(&house, &id).await;
    let mut browser = house.site.browser();
    let answer = house.sign_in(&mut browser, "globex", nameless(9)).await;
    assert_eq!(refusal(&answer).2, "link_interrupted");
    assert_eq!(user_of(&house, "globex", "9").await, None);
    assert!(house.store.accounts(&user).await.unwrap().is_empty());
    assert!(rule.told().is_empty() && !browser.current("/").is_signed_in().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_sign_ins_at_once_by_both_providers_are_one_user_with_two_accounts() {
    // ADO-014, LNK-013
    let (rule, id) = knowing();
    let house = rule.house();
    let user = told_who_ada_is(&house, &id).await;
    house.server.person(json!({ "id": 1 }));
    let mut trips = Vec::new();
    for turn in 0..20 {
        let mut browser = house.site.browser();
        let provider = if turn % 2 == 0 { "globex" } else { "acme" };
        let there = browser.begin(provider, "/home").await;
        trips.push((browser, callback(provider, &there)));
    }
    let all = tokio::time::timeout(Duration::from_secs(60), at_once(&house, &mut trips)).await.expect("no deadlock");
    for answer in &all {
        assert_eq!(location(answer), format!("{ORIGIN}/home"));
    }
    for (browser, _) in &trips {
        assert_eq!(browser.current("/").session().await.unwrap().unwrap().user.id, user);
    }
    assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1", "globex 1"]);
    assert_eq!(house.heard.all().iter().filter(|line| *line == "link_account").count(), 2);
    assert_eq!(house.heard.all().iter().filter(|line| *line == "create_user").count(), 1);
}

#[tokio::test]
async fn a_likeness_of_addresses_links_nobody() {
    // ADO-009, LNK-001, LNK-008, T104
    let house = Move::nothing().house();
    house.signed_in("acme", ada()).await;
    let same = json!({ "id": 9, "email": "ada@example.com", "email_verified": true });
    let answer = house.sign_in(&mut house.site.browser(), "globex", same).await;
    assert_eq!(refusal(&answer).2, "account_not_linked");
    assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1"]);
}

#[tokio::test]
async fn the_rule_is_asked_before_anybody_looks_for_an_address() {
    let (rule, id) = knowing();
    let house = rule.house();
    let user = told_who_ada_is(&house, &id).await;
    house.signed_in("initech", bo()).await;
    // With the address of somebody else, whose account it is not.
    let like_bo = json!({ "id": 9, "email": "bo@example.com", "email_verified": true });
    house.signed_in("globex", like_bo).await;
    assert_eq!(user_of(&house, "globex", "9").await, Some(user));
}

#[tokio::test]
async fn whoever_is_nobody_becomes_a_user_as_ever() {
    let house = Move::nothing().house();
    house.signed_in("globex", nameless(9)).await;
    assert!(user_of(&house, "globex", "9").await.is_some());
}

#[tokio::test]
async fn a_user_who_is_shut_out_stays_out_whatever_is_proven() {
    let (rule, id) = knowing();
    let house = rule.house();
    let user = told_who_ada_is(&house, &id).await;
    house.store.set_disabled(&user, true).await.unwrap();
    let answer = house.sign_in(&mut house.site.browser(), "globex", nameless(9)).await;
    assert_eq!(refusal(&answer).2, "user_disabled");
    assert_eq!(user_of(&house, "globex", "9").await, None);
}

#[tokio::test]
async fn what_contradicts_itself_signs_nobody_in_and_is_told_plainly() {
    let (rule, id) = knowing();
    let house = rule.house();
    *id.lock().unwrap() = Some("nobody".to_owned());
    let mut browser = house.site.browser();
    let answer = house.sign_in(&mut browser, "globex", nameless(9)).await;
    assert_eq!(refusal(&answer), ("/api/auth/error".into(), "AccessDenied".into(), "identity_contradicted".into()));
    assert!(browser.session_cookies().is_empty());
    assert_eq!(user_of(&house, "globex", "9").await, None);
    insta::assert_snapshot!("contradicted", page(&mut browser, &location(&answer)).await);

    let contradiction = Move::recognises(|_| Ok(Recognition::Contradiction { cause: "two users, zebra".to_owned() }));
    let house = contradiction.house();
    let log = crate::support::log::Heard::default();
    let listening = log.listen();
    let answer = house.sign_in(&mut house.site.browser(), "globex", nameless(9)).await;
    drop(listening);
    assert_eq!(refusal(&answer).2, "identity_contradicted");
    assert!(log.text().contains("two users, zebra"), "{}", log.text());
    assert!(!location(&answer).contains("zebra"));
    assert_eq!(user_of(&house, "globex", "9").await, None);
}

#[tokio::test]
async fn whoever_may_be_known_is_asked_and_nothing_is_written_before_they_answer() {
    let house = Move::asks().house();
    let mut browser = house.site.browser();
    let answer = house.sign_in(&mut browser, "globex", nameless(9)).await;
    let there = location(&answer);
    assert!(there.starts_with(&format!("{ORIGIN}/api/auth/signin?ask=used_before&")), "{there}");
    assert!(browser.session_cookies().is_empty());
    assert_eq!((user_of(&house, "globex", "9").await, house.heard.all().len()), (None, 0));
    insta::assert_snapshot!("used_before", page(&mut browser, &there).await);
}

#[tokio::test]
async fn whoever_says_that_they_are_new_is_not_asked_again() {
    let house = Move::asks().house();
    let mut browser = house.site.browser();
    house.sign_in(&mut browser, "globex", nameless(9)).await;
    let there = begin(&mut browser, "globex", ("newcomer", "1")).await;
    let answer = house.come_back(&mut browser, "globex", &there, nameless(9)).await;
    assert_eq!(location(&answer), format!("{ORIGIN}/home"));
    assert!(user_of(&house, "globex", "9").await.is_some());

    // What they said does not outdo a proof, and the address of a callback cannot say it.
    let (rule, id) = knowing();
    let house = rule.house();
    let user = told_who_ada_is(&house, &id).await;
    let mut browser = house.site.browser();
    let there = begin(&mut browser, "globex", ("newcomer", "1")).await;
    house.come_back(&mut browser, "globex", &there, nameless(9)).await;
    assert_eq!(user_of(&house, "globex", "9").await, Some(user));

    let house = Move::asks().house();
    let mut browser = house.site.browser();
    let there = browser.begin("globex", "/home").await;
    let answer = browser.get(&format!("{}&newcomer=1", callback("globex", &there))).await;
    assert!(location(&answer).contains("ask=used_before"), "{}", location(&answer));
}

#[tokio::test]
async fn where_nobody_is_added_nobody_is_told_that_they_could_be() {
    let house = Move::asks().house_with(admit::AuthBuilder::existing_users_only);
    let mut browser = house.site.browser();
    let answer = house.sign_in(&mut browser, "globex", nameless(9)).await;
    let page = page(&mut browser, &location(&answer)).await;
    assert!(page.contains("Yes, sign in with Acme") && !page.contains("newcomer"), "{page}");
    let there = begin(&mut browser, "globex", ("newcomer", "1")).await;
    let answer = house.come_back(&mut browser, "globex", &there, nameless(9)).await;
    assert_eq!(refusal(&answer).2, "signup_disabled");
}

fn down() -> StoreError {
    StoreError::Unavailable("down".into())
}

/// As a rule's own errors have a store's below them.
#[derive(Debug, thiserror::Error)]
#[error("a job failed")]
struct Job(#[source] Arc<StoreError>);

#[derive(Debug, thiserror::Error)]
#[error("what is known cannot be had")]
struct Asked(#[from] AuthError);

#[tokio::test]
async fn a_rule_that_fails_signs_nobody_in_and_makes_nobody() {
    for (rule, code) in [
        (Move::recognises(|_| Err("no".into())), "configuration"),
        (Move::recognises(|_| panic!("it panics")), "configuration"),
        (Move::recognises(|_| Err(Box::new(down()))), "session_store_unavailable"),
        (Move::recognises(|_| Err(Box::new(AuthError::from(down())))), "session_store_unavailable"),
        (Move::recognises(|_| Err(Box::new(Job(Arc::new(down()))))), "session_store_unavailable"),
        (Move::recognises(|_| Err(Box::new(Asked(AuthError::from(down()))))), "session_store_unavailable"),
        (Move::recognises(|_| Ok(Recognition::Perhaps { provider: "nowhere".to_owned() })), "configuration"),
    ] {
        let house = rule.house();
        let mut browser = house.site.browser();
        let answer = house.sign_in(&mut browser, "globex", nameless(9)).await;
        assert_eq!(refusal(&answer).2, code);
        assert!(browser.session_cookies().is_empty());
        assert_eq!(user_of(&house, "globex", "9").await, None);
    }
}

#[tokio::test]
async fn the_application_is_asked_and_hears_that_it_is_a_link() {
    let (rule, id) = knowing();
    let house = rule.house_with(|builder| {
        builder.callbacks(Rules::default().sign_in(|attempt| {
            Ok(if attempt.is_link && attempt.user.is_some() { Decision::Deny } else { Decision::Allow })
        }))
    });
    told_who_ada_is(&house, &id).await;
    let answer = house.sign_in(&mut house.site.browser(), "globex", nameless(9)).await;
    assert_eq!(refusal(&answer).2, "access_denied");
    assert_eq!((user_of(&house, "globex", "9").await, rule.told().len()), (None, 0));
}
