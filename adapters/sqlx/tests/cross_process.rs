//! Several processes refresh tokens over one PostgreSQL. Prints figures: see CONTRIBUTING.md for more of them.
#![allow(clippy::unwrap_used, reason = "these are tests")]

use admit_sqlx::PostgresStore;
use admit_testkit::cross_process::{self, Cast, part, play_a_node};
use admit_testkit::servers::Postgres;

/// REF-002, REF-003, REF-019
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_refresh_together_refresh_once() {
    let Some(cast) = cast("processes_that_refresh_together_refresh_once").await else { return };
    for processes in [2, 4] {
        println!("{}", cast.refresh_together(processes, cross_process::trials() / 2).await);
    }
}

/// REF-020
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_killed_around_a_rotation_costs_one_grant_at_most() {
    let Some(cast) = cast("a_process_killed_around_a_rotation_costs_one_grant_at_most").await else { return };
    println!("{}", cast.kill_around_a_rotation().await);
}

/// REF-020
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_slept_through_its_lease_changes_nothing() {
    let Some(cast) = cast("a_process_that_slept_through_its_lease_changes_nothing").await else { return };
    cast.sleep_through_a_lease().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_whose_clocks_disagree_refresh_no_more_than_others() {
    let Some(cast) = cast("nodes_whose_clocks_disagree_refresh_no_more_than_others").await else { return };
    println!("{}", cast.keep_clocks_apart().await);
}

/// REF-006
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_that_could_not_be_written_are_written_later() {
    let Some(cast) = cast("tokens_that_could_not_be_written_are_written_later").await else { return };
    cast.fail_at_the_write().await;
}

/// The test of that name with a database of its own; nothing in a process that has played a node.
async fn cast(test: &'static str) -> Option<Cast<PostgresStore>> {
    if let Some(url) = part() {
        play_a_node(PostgresStore::connect(&url).await.unwrap()).await;
        return None;
    }
    let url = Postgres::shared().await.unwrap().database(&format!("cross_{}", test.len())).await.unwrap();
    let store = PostgresStore::connect(&url).await.unwrap();
    Some(Cast::new(test, "postgresql", url, store))
}
