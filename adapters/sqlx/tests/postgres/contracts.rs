//! What every store must keep, kept by this one.

use admit_testkit::contract;

use super::support::store;

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_the_contract_of_sessions() {
    contract::session_store_contract(store("sessions").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_the_contract_of_tokens() {
    contract::token_store_contract(store("tokens").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_the_contract_of_users() {
    contract::user_store_contract(store("users").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_the_contract_of_once() {
    contract::once_contract(store("once").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_the_contract_of_evidence() {
    contract::evidence_store_contract(store("evidence").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_the_contract_of_the_audit() {
    contract::audit_store_contract(store("audit").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn leases_are_the_same_for_nodes_whose_clocks_are_not() {
    contract::node_clocks_contract(store("clocks").await).await;
}
