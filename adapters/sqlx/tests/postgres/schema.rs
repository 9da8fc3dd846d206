//! The tables: made once, by whoever comes first, and not touched by a release that does not know them.

use std::sync::Arc;

use admit::Timestamp;
use admit::store::{
    AccountKey, AuditEntry, AuditStore as _, EvidenceStore, Mark, Once, StoredEvidence, StoredTokens, TokenStore,
    UserStore as _,
};
use admit_sqlx::{PostgresError, PostgresStore, migrate, schema_version};
use sqlx::PgPool;
use tokio::sync::Barrier;

use super::support::database;

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_start_at_once_on_an_empty_database_make_one_set_of_tables() {
    let stores = started_at_once(&database("starting").await).await;
    let at = Timestamp::from_unix_seconds;
    assert!(Once::claim(&stores[0], "a code", at(0), at(60)).await.unwrap());
    assert!(!Once::claim(&stores[1], "a code", at(1), at(61)).await.unwrap(), "the nodes share what they know");
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_start_at_once_on_tables_of_an_earlier_release_change_them_once_and_keep_the_rows() {
    let url = database("upgrading").await;
    let raw = PgPool::connect(&url).await.unwrap();
    sqlx::raw_sql(include_str!("../../src/schema/1.sql")).execute(&raw).await.unwrap();
    let rows = "insert into admit_schema (version) values (1);
                insert into admit_users (id, email_verified, epoch) values ('u-ada', true, 3);
                insert into admit_accounts (provider, subject, user_id) values ('acme', 'ada', 'u-ada');
                insert into admit_tokens (provider, subject, sealed, version) values ('acme', 'ada', 'xyz', 7)";
    sqlx::raw_sql(rows).execute(&raw).await.unwrap();
    let stores = started_at_once(&url).await;
    let account = AccountKey { provider: "acme".to_owned(), subject: "ada".to_owned() };
    assert_eq!(stores[0].user_by_account(&account).await.unwrap().unwrap().id, "u-ada");
    let tokens = StoredTokens { account: account.clone(), sealed: b"xyz".to_vec(), refresh_at: None, version: 7 };
    assert_eq!(TokenStore::load(&stores[1], &account).await.unwrap(), Some(tokens));

    let captured_at = Timestamp::from_unix_seconds(0);
    let evidence =
        StoredEvidence { account: account.clone(), sealed: vec![7], marks: vec![Mark([1; 32])], captured_at };
    EvidenceStore::put(&stores[2], evidence.clone()).await.unwrap();
    assert_eq!(EvidenceStore::find(&stores[3], &[Mark([1; 32])], 9).await.unwrap(), [evidence]);
    let entry = AuditEntry::new("e-1", captured_at, "sign-in", "link").account(account.clone());
    stores[4].record(entry.clone()).await.unwrap();
    assert_eq!(stores[5].about(&account).await.unwrap(), [entry]);
}

async fn started_at_once(url: &str) -> Vec<PostgresStore> {
    let url: Arc<str> = url.into();
    let start = Arc::new(Barrier::new(NODES));
    let nodes = (0..NODES).map(|_| {
        let (url, start) = (Arc::clone(&url), Arc::clone(&start));
        tokio::spawn(async move {
            let pool = PgPool::connect(&url).await.unwrap();
            start.wait().await;
            PostgresStore::new(pool).await
        })
    });
    let nodes: Vec<_> = nodes.collect();
    let mut stores = Vec::new();
    for node in nodes {
        stores.push(node.await.unwrap().unwrap());
    }
    let changes: i64 = sqlx::query_scalar("select count(*) from admit_schema")
        .fetch_one(stores.first().unwrap().pool())
        .await
        .unwrap();
    assert_eq!(changes, 2);
    stores
}

#[tokio::test]
async fn starting_again_changes_nothing() {
    let url = database("again").await;
    let account = AccountKey { provider: "acme".to_owned(), subject: "ada".to_owned() };
    let tokens = StoredTokens { account, sealed: vec![7; 9], refresh_at: None, version: 0 };
    let version = TokenStore::put(&PostgresStore::connect(&url).await.unwrap(), tokens.clone()).await.unwrap();
    for _ in 0..2 {
        let store = PostgresStore::connect(&url).await.unwrap();
        migrate(store.pool()).await.unwrap();
        assert_eq!(
            TokenStore::load(&store, &tokens.account).await.unwrap(),
            Some(StoredTokens { version, ..tokens.clone() })
        );
    }
}

#[tokio::test]
async fn where_the_tables_are_there_no_right_to_make_any_is_needed() {
    let url = database("rights").await;
    let owner = PostgresStore::connect(&url).await.unwrap();
    let rights = "create role app login;
                  grant select, insert, update, delete on all tables in schema public to app;
                  grant usage on all sequences in schema public to app;
                  revoke create on schema public from public";
    sqlx::raw_sql(rights).execute(owner.pool()).await.unwrap();
    let app = PostgresStore::connect(&url.replace("postgres@", "app@")).await.unwrap();
    let at = Timestamp::from_unix_seconds;
    assert!(Once::claim(&app, "a code", at(0), at(60)).await.unwrap());

    let bare = database("bare").await.replace("postgres@", "app@");
    let error = PostgresStore::connect(&bare).await.unwrap_err();
    assert!(matches!(error, PostgresError::Migration(_)), "{error}");
}

#[tokio::test]
async fn tables_of_a_newer_release_are_left_alone() {
    let url = database("newer").await;
    assert_eq!(schema_version(&url).await.unwrap().found, 0);
    assert_eq!(schema_version(&url).await.unwrap().found, 0, "looking makes no tables");
    let store = PostgresStore::connect(&url).await.unwrap();
    let version = schema_version(&url).await.unwrap();
    assert_eq!(version.found, version.known);
    sqlx::query("insert into admit_schema (version) values (900)").execute(store.pool()).await.unwrap();
    let error = PostgresStore::new(store.pool().clone()).await.unwrap_err();
    assert!(matches!(error, PostgresError::Newer { found: 900, known: 2 }), "{error:?}");
    assert_eq!(schema_version(&url).await.unwrap().found, 900);
    assert_eq!(
        error.to_string(),
        "the tables of admit are of schema 900, and this release knows 2 — a newer one is needed"
    );
}

#[tokio::test]
async fn the_search_path_says_in_which_schema_the_tables_are() {
    let url = database("paths").await;
    let pool = PgPool::connect(&url).await.unwrap();
    sqlx::query("create schema auth").execute(&pool).await.unwrap();
    PostgresStore::connect(&format!("{url}?options=-csearch_path%3Dauth")).await.unwrap();
    let found = "select array_agg(distinct schemaname::text) from pg_tables where tablename like 'admit%'";
    let found: Vec<String> = sqlx::query_scalar(found).fetch_one(&pool).await.unwrap();
    assert_eq!(found, ["auth"]);
}

const NODES: usize = 8;
