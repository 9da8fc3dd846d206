//! Every store of this crate keeps the contract that all stores keep.

use admit::MemoryStore;
use admit::store::{SessionStore, UserStore};
use admit_testkit::contract;
use serde_json::Value;

use crate::support::Site;

#[tokio::test(flavor = "multi_thread")]
async fn sessions_in_memory_keep_the_contract() {
    contract::session_store_contract(MemoryStore::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_in_memory_keep_the_contract() {
    contract::token_store_contract(MemoryStore::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn users_in_memory_keep_the_contract() {
    // ACC-010: a hundred first sign-ins of one person make one user.
    contract::user_store_contract(MemoryStore::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_happen_once_happens_once() {
    contract::once_contract(MemoryStore::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_of_accounts_is_kept_as_the_contract_says() {
    contract::evidence_store_contract(MemoryStore::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_to_accounts_is_kept_as_the_contract_says() {
    contract::audit_store_contract(MemoryStore::new()).await;
}

#[tokio::test]
async fn clones_of_a_store_share_what_it_keeps_and_it_shows_nothing() {
    use admit::store::Once;
    let store = MemoryStore::new();
    let now = admit::Timestamp::from_unix_seconds(0);
    assert!(store.claim("a secret key", now, admit::Timestamp::from_unix_seconds(9)).await.unwrap());
    let clone = store.clone();
    assert!(!clone.claim("a secret key", now, admit::Timestamp::from_unix_seconds(9)).await.unwrap());
    assert_eq!(format!("{clone:?}"), "MemoryStore");
}

#[tokio::test]
async fn one_store_is_the_home_of_everything() {
    let store = MemoryStore::new();
    // Without a home for tokens, `build()` would refuse a provider that rotates its refresh tokens.
    let site = Site::with(|builder| builder.store(store.clone()));
    let mut browser = site.browser();
    let callback = browser.consent("/").await;
    browser.get(&callback).await;
    let user = store.user_by_email("norma@fabrikam.example").await.unwrap().unwrap();
    assert_eq!(store.list(&user.id).await.unwrap().len(), 1);
    assert!(store.accounts(&user.id).await.unwrap().len() == 1 && browser.session().await != Value::Null);
    assert!(browser.current("/").access_token("azure-devops").await.is_ok());
}
