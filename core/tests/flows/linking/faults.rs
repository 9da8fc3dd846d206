//! Stores that are away in the middle of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use admit::MemoryStore;
use admit::store::{
    AccountKey, EmailProof, LinkOutcome, NewUser, SecurityState, StoreError, UnlinkOutcome, User, UserStore,
};
use admit_testkit::Faulty;
use async_trait::async_trait;
use http::StatusCode;
use serde_json::json;

use super::{House, ada, ask, callback, nameless};
use crate::support::{ORIGIN, json, location, refusal};

/// Users whose store is away for so many calls of one kind.
#[derive(Clone, Debug, Default)]
struct Failing {
    inner: MemoryStore,
    creates: Arc<AtomicUsize>,
    links: Arc<AtomicUsize>,
    unlinks: Arc<AtomicUsize>,
    proofs: Arc<AtomicUsize>,
    epochs: Arc<AtomicUsize>,
}

fn fail(left: &AtomicUsize) -> Result<(), StoreError> {
    match left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)) {
        Ok(_) => Err(StoreError::Unavailable("the database is away".into())),
        Err(_) => Ok(()),
    }
}

#[async_trait]
impl UserStore for Failing {
    async fn user(&self, id: &str) -> Result<Option<User>, StoreError> {
        self.inner.user(id).await
    }

    async fn user_by_email(&self, address: &str) -> Result<Option<User>, StoreError> {
        self.inner.user_by_email(address).await
    }

    async fn user_by_account(&self, account: &AccountKey) -> Result<Option<User>, StoreError> {
        self.inner.user_by_account(account).await
    }

    async fn create(&self, user: NewUser, account: &AccountKey) -> Result<User, StoreError> {
        fail(&self.creates)?;
        UserStore::create(&self.inner, user, account).await
    }

    async fn update(&self, user: &User) -> Result<bool, StoreError> {
        self.inner.update(user).await
    }

    async fn delete(&self, user: &str) -> Result<bool, StoreError> {
        UserStore::delete(&self.inner, user).await
    }

    async fn link(&self, user: &str, account: &AccountKey) -> Result<LinkOutcome, StoreError> {
        fail(&self.links)?;
        self.inner.link(user, account).await
    }

    async fn unlink(&self, user: &str, account: &AccountKey, leave: usize) -> Result<UnlinkOutcome, StoreError> {
        fail(&self.unlinks)?;
        self.inner.unlink(user, account, leave).await
    }

    async fn prove_email(
        &self,
        user: &str,
        address: &str,
        keep: Option<&AccountKey>,
    ) -> Result<EmailProof, StoreError> {
        fail(&self.proofs)?;
        self.inner.prove_email(user, address, keep).await
    }

    async fn accounts(&self, user: &str) -> Result<Vec<AccountKey>, StoreError> {
        self.inner.accounts(user).await
    }

    async fn accounts_of(
        &self,
        provider: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(AccountKey, String)>, StoreError> {
        self.inner.accounts_of(provider, after, limit).await
    }

    async fn security_state(&self, user: &str) -> Result<Option<SecurityState>, StoreError> {
        self.inner.security_state(user).await
    }

    async fn bump_epoch(&self, user: &str) -> Result<u64, StoreError> {
        fail(&self.epochs)?;
        self.inner.bump_epoch(user).await
    }

    async fn set_disabled(&self, user: &str, disabled: bool) -> Result<(), StoreError> {
        self.inner.set_disabled(user, disabled).await
    }
}

fn houses() -> [(House, Failing); 2] {
    [false, true].map(|in_store| {
        let users = Failing::default();
        let memory = users.inner.clone();
        let house = House::over(memory.clone(), |builder| {
            let builder = builder.user_store(users.clone()).danger_link_by_verified_email();
            if in_store { builder.session_store(memory.clone()).token_store(memory) } else { builder }
        });
        (house, users)
    })
}

#[tokio::test]
async fn a_store_that_is_away_at_the_link_leaves_nothing_half() {
    // FLT-006
    for (house, users) in houses() {
        let mut browser = house.signed_in("acme", ada()).await;
        users.links.store(1, Ordering::SeqCst);
        let answer = house.connect(&mut browser, "globex", nameless(9)).await;
        assert_eq!(refusal(&answer).2, "session_store_unavailable");
        let page = browser.get(location(&answer).strip_prefix(ORIGIN).unwrap()).await;
        assert_eq!(page.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(house.owner("globex", "9").await, None);
        assert_eq!(browser.current("/").accounts().await.unwrap().len(), 1);
        assert_eq!(admit::store::TokenStore::page(&house.store, "globex", None, 9).await.unwrap(), []);

        let answer = house.connect(&mut browser, "globex", nameless(9)).await;
        assert_eq!(location(&answer), format!("{ORIGIN}/settings"));
        assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1", "globex 9"]);
    }
}

#[tokio::test]
async fn what_does_not_fit_into_the_session_is_not_connected() {
    let house = House::new(|builder| builder.max_session_cookies(1));
    let mut browser = house.signed_in("acme", ada()).await;
    house.server.access_token(&"long".repeat(1000));
    let answer = house.connect(&mut browser, "globex", nameless(9)).await;
    assert_eq!(refusal(&answer).2, "session_too_large");
    assert_eq!(house.owner("globex", "9").await, None);
    assert_eq!(browser.session().await["user"]["name"], "Ada");
}

#[tokio::test]
async fn a_store_that_is_away_at_a_first_sign_in_leaves_no_half_of_a_user() {
    // FLT-006
    for (house, users) in houses() {
        users.creates.store(1, Ordering::SeqCst);
        let mut browser = house.site.browser();
        let answer = house.sign_in(&mut browser, "acme", ada()).await;
        assert_eq!(refusal(&answer).2, "session_store_unavailable");
        assert_eq!(house.store.user_by_email("ada@example.com").await.unwrap(), None);
        assert!(browser.session_cookies().is_empty());
        assert_eq!(location(&house.sign_in(&mut browser, "acme", ada()).await), format!("{ORIGIN}/home"));
    }
}

#[tokio::test]
async fn a_proof_that_could_not_be_noted_links_nothing_and_the_next_attempt_is_clean() {
    // LNK-002
    for (house, users) in houses() {
        let unproven = json!({ "id": 66, "email": "ada@example.com" });
        let mut attacker = house.signed_in("acme", unproven).await;
        for (proofs, links) in [(1, 0), (0, 1)] {
            users.proofs.store(proofs, Ordering::SeqCst);
            users.links.store(links, Ordering::SeqCst);
            let answer = house.sign_in(&mut house.site.browser(), "globex", ada()).await;
            assert_eq!(refusal(&answer).2, "session_store_unavailable");
            assert_eq!(house.owner("globex", "1").await, None);
        }
        assert_eq!(attacker.session().await, serde_json::Value::Null, "the address was proven by then");
        house.signed_in("globex", ada()).await;
        assert_eq!(house.accounts_beside("globex", "1").await, ["globex 1"]);
    }
}

#[tokio::test]
async fn what_an_unlink_left_undone_is_done_by_the_next() {
    for (house, users) in houses() {
        let mut browser = house.signed_in("acme", ada()).await;
        house.connect(&mut browser, "globex", nameless(9)).await;
        let mut elsewhere = house.signed_in("globex", nameless(9)).await;
        browser.headers.insert("x-auth-return-redirect", "1".parse().unwrap());
        for (unlinks, epochs) in [(1, 0), (0, 1)] {
            users.unlinks.store(unlinks, Ordering::SeqCst);
            users.epochs.store(epochs, Ordering::SeqCst);
            let answer = ask(&mut browser, "unlink/globex", &[]).await;
            assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(json(&answer), json!({ "error": "session_store_unavailable" }));
        }
        assert_eq!(house.owner("globex", "9").await, None);
        assert_eq!(ask(&mut browser, "unlink/globex", &[]).await.status(), StatusCode::OK);
        assert_eq!(elsewhere.session().await, serde_json::Value::Null);
        assert_eq!(browser.current("/").accounts().await.unwrap().len(), 1);
        let answer = ask(&mut browser, "unlink/globex", &[]).await;
        assert_eq!((answer.status(), json(&answer)), (StatusCode::NOT_FOUND, json!({ "error": "account_unknown" })));
    }
}

#[tokio::test]
async fn a_link_that_the_provider_refuses_is_told_on_the_error_page_to_whoever_is_signed_in() {
    let house = House::in_store();
    for (said, code, reason) in [
        ("error=access_denied", "OAuthCallbackError", "access_denied"),
        ("error=server_error", "OAuthCallbackError", "provider_unavailable"),
        ("no=code", "Configuration", "code_missing"),
    ] {
        let mut browser = house.signed_in("acme", ada()).await;
        let there = ask(&mut browser, "link/globex", &[]).await;
        let back = callback("globex", &there).replace("code=c", said);
        let answer = browser.get(&back).await;
        assert_eq!(refusal(&answer), ("/api/auth/error".into(), code.into(), reason.into()));
        assert_eq!(browser.session().await["user"]["name"], "Ada");

        // At a sign-in it is the sign-in page, where there is one to choose again.
        if code == "OAuthCallbackError" {
            let mut stranger = house.site.browser();
            let there = stranger.begin("globex", "/home").await;
            let back = callback("globex", &there).replace("code=c", said);
            assert_eq!(refusal(&stranger.get(&back).await).0, "/api/auth/signin");
        }
    }
}

#[tokio::test]
async fn whichever_store_is_away_after_the_code_of_a_link_was_spent_the_next_attempt_connects() {
    // FLT-006
    for away in ["tokens.put", "sessions.replace", "users.link"] {
        for lost in [false, true] {
            let memory = MemoryStore::new();
            let store = Faulty::new(memory.clone());
            let all = store.clone();
            let house = House::over(memory, |builder| builder.store(all));
            let mut browser = house.signed_in("acme", ada()).await;
            let there = ask(&mut browser, "link/globex", &[]).await;
            if lost {
                store.lose_answers(away)
            } else {
                store.break_down_at(away)
            }
            let answer = house.come_back(&mut browser, "globex", &there, nameless(9)).await;
            let told = refusal(&answer);
            assert_eq!((&*told.0, &*told.2), ("/api/auth/error", "session_store_unavailable"), "{away}");
            store.mend();
            // They are who they were, and signed in.
            assert_eq!(browser.session().await["user"]["name"], "Ada");

            let answer = house.connect(&mut browser, "globex", nameless(9)).await;
            assert_eq!(location(&answer), format!("{ORIGIN}/settings"), "{away}");
            assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1", "globex 9"]);
            assert!(browser.current("/").access_token("globex").await.is_ok(), "{away}");
        }
    }
}
