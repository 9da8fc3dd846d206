//! What every store has to do.

use admit_testkit::contract;

use super::support::store;

#[tokio::test(flavor = "multi_thread")]
async fn sessions_keep_their_contract() {
    contract::session_store_contract(store("contract-sessions:").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_keep_their_contract() {
    contract::token_store_contract(store("contract-tokens:").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_happen_once_keeps_its_contract() {
    contract::once_contract(store("contract-once:").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn leases_are_the_same_for_nodes_whose_clocks_are_not() {
    contract::node_clocks_contract(store("contract-clocks:").await).await;
}
