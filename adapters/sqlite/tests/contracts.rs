//! What every store has to do, over files.

mod support;

use admit_testkit::contract;

use support::Folder;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sessions_are_kept_as_the_contract_says() {
    contract::session_store_contract(Folder::new("sessions").store().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tokens_are_kept_as_the_contract_says() {
    contract::token_store_contract(Folder::new("tokens").store().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn users_are_kept_as_the_contract_says() {
    contract::user_store_contract(Folder::new("users").store().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_may_happen_once_happens_as_the_contract_says() {
    contract::once_contract(Folder::new("once").store().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_known_of_accounts_is_kept_as_the_contract_says() {
    contract::evidence_store_contract(Folder::new("evidence").store().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_done_to_accounts_is_kept_as_the_contract_says() {
    contract::audit_store_contract(Folder::new("audit").store().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn leases_are_the_same_for_nodes_whose_clocks_are_not() {
    contract::node_clocks_contract(Folder::new("clocks").store().await).await;
}
